"""A station that works at a table: its own program, a reader on a wire, a roster, two lots."""

import subprocess
import sys
from pathlib import Path
from queue import SimpleQueue
from random import Random
from threading import Event, Thread
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import identities, signing
from contract.boxes import BoxId, BoxLabel
from contract.cards import CardNumber
from contract.checks import mod_37_2
from contract.commands import Command, text_of
from contract.events import Event as Written
from contract.events import decode
from contract.lots import AssignmentWire, IssuedLots, LotWire, RosterWire, assignment_tag
from contract.specimens import citizen_card, people
from contract.tubes import TubeId
from device.drivers.simulated.reader import PtyReader
from device.enrolment import Office, Papers, Secrets
from device.journal import check_file
from device.journal_file import files_of

CROWD = [citizen_card(person) for person in people(24, Random(8))]
NURSE = CardNumber("K7M3Q9XT4" + mod_37_2("K7M3Q9XT4")).payload
KEY = bytes(range(32))
BREAK = Event()


def tube(serial: int, series: int = 26) -> str:
    return TubeId.mint(series, serial).text


def settle(folder: Path, reader: Path) -> Path:
    """Enrol a station whose roster keeps tube 90 for the first of the crowd."""
    office = Office(folder / "state")
    office.folder.mkdir()
    office.keep_secrets(Secrets.mint())
    sealing = X25519PrivateKey.generate().public_key().public_bytes_raw()
    office.keep(Papers("ban-1", "Bàn 1", "vn-2021:24", "sampling", signing.encode(sealing), {}))
    office.keep_lots(IssuedLots((LotWire("L-1", 26, 0, 99), LotWire("L-2", 90, 0, 9))))
    tags = tuple(
        assignment_tag(KEY, key.system.value, key.value)
        for key in identities.parse(CROWD[0]).keys
        if not key.claimed
    )
    roster = RosterWire(signing.encode(KEY), (AssignmentWire(tube(90), tags),))
    office.keep_roster(msgspec.json.encode(roster))
    config = folder / "station.toml"
    config.write_text(
        f'[station]\nstate = "{office.folder}"\npool_cap = 3\nfast_seconds = 0\n'
        f'echo_seconds = 0.5\nundo_seconds = 20\n[reader]\nport = "{reader}"\n'
    )
    return config


class Table:
    """A station's process, and the one hand that scans."""

    def __init__(self, config: Path, reader: PtyReader) -> None:
        self.config, self._reader = config, reader
        self._lines: SimpleQueue[dict[str, Any]] = SimpleQueue()
        command = [*self._program, "run", "--no-uplink", "--json", "--config", str(config)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self.next() == "ready"

    _program = (sys.executable, "-m", "device.cli")

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(msgspec.json.decode(line))

    def next(self) -> str:
        """Return the next outcome, with its reason."""
        line = self._lines.get(timeout=30)
        return f"{line['outcome']} {line['reason']}".strip()

    def person(self, number: int) -> str:
        self._reader.scan(CROWD[number].decode(), "]Q1")
        return self.next()

    def tube(self, text: str) -> str:
        self._reader.scan(text)
        return self.next()

    def card(self, command: Command) -> str:
        self._reader.scan(text_of(command), "]Q1")
        return self.next()

    def box(self, serial: int, tubes: int | None = None) -> str:
        label = BoxLabel(BoxId.mint(serial), tubes)
        self._reader.scan(label.text, "]C0")
        return self.next()

    def nurse(self) -> str:
        self._reader.scan(NURSE, "]Q1")
        return self.next()

    def pair(self, person: int, text: str) -> str:
        assert self.person(person) == "person-held"
        return self.tube(text)

    def typed(self, *answers: str) -> tuple[int, str]:
        """Type *answers* at `ghepmau-station manual`."""
        done = subprocess.run(
            [*self._program, "manual", "--config", str(self.config)],
            input="".join(f"{answer}\n" for answer in answers),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    @property
    def events(self) -> list[Written]:
        files = files_of(self.config.parent / "state" / "journal")
        return [decode(row.body) for path in files for row in check_file(path).good]

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
