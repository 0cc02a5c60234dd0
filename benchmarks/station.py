"""From the reader's last byte to the beep, from a frame to the sound; and what a station costs.

A real station in a process of its own, with a reader on a pseudo-terminal, a camera that streams
MJPEG, and a simulated panel that notes when each sign begins.

`reader_to_beep` is the time from the last byte of a tube's scan to the rising tones, which come
after the journal's commit; before each or after it, in turns, one row of the same size is inserted
into bare SQLite (WAL, synchronous=FULL) on the same disk: an insert that always came second would
find the disk just emptied by ours.  The ratio is p95 against p95 in rounds of 50 pairs, and of the
rounds the median, so that a busy disk is busy for both: at most 1.5.  `reader_to_beep_overall` is
p95 against p95 of all pairs, `reader_to_beep_worst` the worst round.  `over_fsync` is the
difference of the two p95 of all: at most 20 ms.

`frame_to_sound` runs from the first frame that shows a person's code to the high tone; two frames
must agree.  `idle_cpu` is the share of one core while nobody comes, camera on; `resident` the
memory of the process after all this, OpenCV loaded.
`drain` is the time in which a station that was off-line brings its pairings to a real server.

    python -m benchmarks.station [--json]     bars: reader_to_beep <= 1.5, resident <= 150 MB,
                                              drain <= 60 s for 5,000 pairings
"""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, perf_counter, sleep

import numpy as np

from benchmarks.journal import open_bare
from benchmarks.report import Report, arguments, median, percentile
from benchmarks.station_drain import drain
from benchmarks.station_home import SERIES, Station, settle
from contract.commands import Command, text_of
from contract.specimens import citizen_card, people
from contract.tubes import TubeId
from device.drivers.simulated.mjpeg import MjpegCamera, Picture
from device.drivers.simulated.reader import PtyReader
from device.drivers.simulated.scene import Held, Scene, render

BODY = 760  # bytes of a pairing's event
ROUND = 50  # pairs
ASIDE = 1.6  # seconds until a code that was put away counts as gone
BARS = {"reader_to_beep": "<= 1.5", "resident": "<= 150", "drain": "<= 60"}


class TimedCamera(MjpegCamera):
    """Notes when the first picture of what is shown next is handed out."""

    first_at = 0.0
    _known: bytes | None = None

    def hold_up(self, frames: Sequence[Picture]) -> None:
        self._known, self.first_at = None, 0.0
        self.show(frames)
        self._known = self._film.at(0, 0.0)

    def after(self, number: int) -> tuple[bytes, int] | None:
        given = super().after(number)
        if given and not self.first_at and given[0] is self._known:
            self.first_at = monotonic()
        return given


@dataclass
class Size:
    """How much is measured."""

    pairs: int = 400
    frames: int = 12
    idle_seconds: float = 10.0
    drained: int = 5000


def measure(folder: Path, size: Size) -> Report:
    """Measure everything, in *folder* (its disk is what counts)."""
    report = Report("station", bars=BARS)
    reader = PtyReader(folder / "reader")
    with TimedCamera() as camera:
        station = Station(settle(folder, reader.path, camera.url))
        try:
            station.until("ready")
            _idle(station, report, size.idle_seconds)
            _beeps(station, reader, folder, report, size.pairs)
            _frames(station, reader, camera, report, size.frames)
            report.figures["resident"] = (station.resident_mb, "MB")
        finally:
            station.end()
            reader.close()
    if size.drained:
        took = drain(folder, size.drained)
        report.figures["drain"] = (took, f"s for {size.drained} pairings")
    return report


def _idle(station: Station, report: Report, seconds: float) -> None:
    sleep(2)  # what a start costs is no idleness
    used, began = station.cpu_seconds, monotonic()
    sleep(seconds)
    share = (station.cpu_seconds - used) / (monotonic() - began)
    report.figures["idle_cpu"] = (100 * share, "% of a core, camera on")


def _beeps(station: Station, reader: PtyReader, folder: Path, report: Report, pairs: int) -> None:
    crowd = people(pairs, Random(4))  # noqa: S311
    late, bare = [], []
    with closing(open_bare(folder / "bare.sqlite")) as db:
        for number, person in enumerate(crowd):
            reader.scan(citizen_card(person).decode(), "]Q1")
            station.until("person-held")
            if number % 2:
                bare.append(_insert(db))
            late.append(_beep(station, reader, TubeId.mint(SERIES, number)))
            if not number % 2:
                bare.append(_insert(db))
    _compare(report, late, bare)


def _compare(report: Report, late: list[float], bare: list[float]) -> None:
    beep, fsync = percentile(late, 95), percentile(bare, 95)
    report.figures["reader_to_beep_p50"] = (median(late), "ms")
    report.figures["reader_to_beep_p95"] = (beep, "ms")
    report.figures["bare_insert_p50"] = (median(bare), "ms")
    report.figures["bare_insert_p95"] = (fsync, "ms")
    report.figures["over_fsync"] = (beep - fsync, "ms")
    rounds = [
        percentile(late[first : first + ROUND], 95) / percentile(bare[first : first + ROUND], 95)
        for first in range(0, len(late), ROUND)
    ]
    report.figures["reader_to_beep_overall"] = (beep / fsync, "p95 against p95, all pairs")
    report.figures["reader_to_beep_worst"] = (max(rounds), f"worst round of {ROUND} pairs")
    report.ratios["reader_to_beep"] = median(rounds)


def _beep(station: Station, reader: PtyReader, tube: TubeId) -> float:
    reader.raw(b"]C0" + tube.text.encode())
    began = monotonic()
    reader.raw(b"\r")
    return (station.until("paired").at - began) * 1000


def _insert(db: sqlite3.Connection) -> float:
    row = ("h" * 64, os.urandom(BODY))
    began = perf_counter()
    db.execute("INSERT INTO event (hash, body) VALUES (?, ?)", row)
    return (perf_counter() - began) * 1000


def _frames(
    station: Station, reader: PtyReader, camera: TimedCamera, report: Report, frames: int
) -> None:
    crowd = people(frames, Random(5))  # noqa: S311
    rng = np.random.default_rng(5)
    late = []
    for person in crowd:
        held = Held(citizen_card(person), module=5.0)
        camera.hold_up([render([held], Scene(noise=4.0), rng) for _ in range(3)])
        late.append((station.until("person-held").at - camera.first_at) * 1000)
        camera.show(None)
        reader.scan(text_of(Command.CANCEL), "]Q1")
        station.until("let-go")
        sleep(ASIDE)
    report.figures["frame_to_sound_p50"] = (median(late), "ms")
    report.figures["frame_to_sound_p95"] = (percentile(late, 95), "ms")


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--pairs", type=int, default=Size.pairs)
    parser.add_argument("--frames", type=int, default=Size.frames)
    parser.add_argument("--drained", type=int, default=Size.drained)
    parser.add_argument("--folder", type=Path, help="where to write: the disk that is measured")
    options = parser.parse_args()
    size = Size(options.pairs, options.frames, drained=options.drained)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        report = measure(Path(folder), size)
    return report.end(options.json)


if __name__ == "__main__":
    sys.exit(main())
