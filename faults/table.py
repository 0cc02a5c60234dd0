"""A real station at a scripted table, to be killed, starved and lied to: `python -m faults.table`.

Codes go in as a reader would bring them; journal, ledger, lights and lines are the product's own.
Each outcome is printed only when the station tells it, so what stands on standard output is what
the people at the table believe.  Told *not paired*, they do what the line says: they scan again.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.commands import Command, text_of
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.backlog import Sent
from device.clock import SystemClock
from device.codes import Codes
from device.drafts import Drafts
from device.drivers import Scan
from device.drivers.simulated.panel import SimulatedPanel
from device.journal import LONG, Journal, JournalTrouble
from device.journal_file import epoch_of, files_of
from device.lines import Line
from device.pruning import prune
from device.spare import Spare, bring_home, make_known
from device.station import Station

STATION = "ban-1"
LOTS = IssuedLots((LotWire("L-1", 26, 0, 9_999_999), LotWire("L-2", 90, 0, 9_999_999)))
TRIES = 6  # scans of one code before the people at the table give up

Code = tuple[bytes, str]


class Told(msgspec.Struct, frozen=True):
    """One line as people heard it; `ms` from the scan to the beep."""

    outcome: str
    event: str = ""
    tube: str = ""
    tag: str = ""
    ms: float = 0.0


def person(number: int) -> Code:
    text = f"024191{number:06d}||Nguyễn Thị Mẫu|02031991|Nữ|Hồng Thái, Việt Yên|01012022"
    return text.encode(), "]Q1"


def tube(number: int, series: int = 26) -> Code:
    return TubeId.mint(series, number).text.encode(), "]C0"


def command(card: Command) -> Code:
    return text_of(card).encode(), "]Q1"


def day(first: int, pairs: int) -> Iterator[Code]:
    """Yield a short day: both orders, a misread, an undo, a pool of three, then *pairs* pairs."""
    yield from (person(first), tube(first))
    yield from (tube(first + 1), person(first + 1))
    yield b"T26-0000000-0", "]C0"
    yield from (person(first + 2), tube(first + 2), command(Command.UNDO))
    yield tube(first, series=90)
    yield from (person(first + number) for number in (3, 4, 5))
    yield tube(first, series=90)
    yield from plain(range(first + 6, first + 6 + pairs))


def plain(numbers: Iterator[int] | range) -> Iterator[Code]:
    for number in numbers:
        yield from (person(number), tube(number))


class Table:
    """The station, and what it told since the last scan."""

    def __init__(self, folder: Path, beeps: Path | None, long: int, spare: Path | None) -> None:
        self._told: list[Line] = []
        secret = b"a secret of these tests"
        sealing = X25519PrivateKey.from_private_bytes(bytes(32)).public_key()
        place = Spare(spare, STATION, Path.is_dir) if spare else None
        if place is not None:
            make_known(folder, place)
        ready = place.ready if place else lambda: False
        self.journal = Journal(folder, STATION, long=long, spare=ready)
        self.station = Station(
            journal=self.journal,
            codes=Codes(secret, sealing, LOTS),
            panel=SimulatedPanel(),
            clock=SystemClock(synced=folder / "never"),
            tell=self._told.append,
            drafts=Drafts(STATION, "vn-2021:24.222.07"),
        )
        self._beeps = os.open(beeps, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if beeps else None

    def scan(self, code: Code) -> bool:
        """Bring one code to the reader; return whether the journal took it."""
        self._told.clear()
        began = monotonic()
        self.station.arrive(Scan(*code, at=began))
        took = (monotonic() - began) * 1000
        for line in self._told:
            self._say(Told(line.outcome, line.event or "", line.tube, line.tag, took))
        return all(line.outcome != "journal-trouble" for line in self._told)

    def _say(self, told: Told) -> None:
        if self._beeps is not None and told.event:
            os.write(self._beeps, told.event.encode())
        os.write(1, msgspec.json.encode(told) + b"\n")


def tidy(folder: Path, *, prune_too: bool) -> None:
    """Bring home what stands elsewhere; let go of old files, as if the server had all of them."""
    bring_home(folder)
    if not prune_too:
        return
    sent = Sent(acked={epoch_of(path): 2**31 for path in files_of(folder)})
    now = SystemClock(synced=Path("/")).moment()
    prune(folder, sent, timedelta(days=-1), now)


def main() -> int:
    options = _options()
    try:
        tidy(options.folder, prune_too=options.prune)
        table = Table(options.folder, options.beeps, options.long, options.spare)
        for alarm in table.journal.alarms:
            print(f"alarm: {alarm}", file=sys.stderr, flush=True)
        table.station.begin("faults")
    except JournalTrouble as trouble:
        print(f"the station does not start: {trouble}", file=sys.stderr)
        return 1
    codes: Iterator[Code] = iter(())
    if not options.idle:
        first = options.first
        codes = plain(count(first)) if options.endless else day(first, options.pairs)
    weight: list[bytes] = []
    with closing(table.journal):
        for code in codes:
            if options.steps and not sys.stdin.readline():
                break
            weight.append(os.urandom(options.ballast))
            for _ in range(TRIES):
                if table.scan(code):
                    break
        table.station.end()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=1, help="the first person's and tube's number")
    parser.add_argument("--pairs", type=int, default=2, help="after the short day's own")
    parser.add_argument("--endless", action="store_true", help="pair until killed")
    parser.add_argument("--idle", action="store_true", help="start and end")
    parser.add_argument("--steps", action="store_true", help="wait for a line before each scan")
    parser.add_argument("--beeps", type=Path, help="a file that gets each told event's id")
    parser.add_argument("--spare", type=Path, help="a medium to go on on, where the card is full")
    parser.add_argument("--prune", action="store_true", help="let go of what the server has: all")
    parser.add_argument("--long", type=int, default=LONG, help="rows after which a file is closed")
    parser.add_argument("--ballast", type=int, default=0, help="bytes that each scan leaks")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
