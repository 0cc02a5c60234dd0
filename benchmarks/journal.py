"""Durable pairings a second of the station's journal, against bare SQLite in the same run.

`durable` is the ratio: our append (minting, chaining, hashing, one commit on the disk) to a loop
that inserts ready-made rows of the same size into bare SQLite, WAL and synchronous=FULL as well.
Rounds of the two take turns, so that a busy disk is busy for both; `durable` is the median of
their ratios.
`open` is the time to check and fold a journal of that many rows when the station starts.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from operator import truediv
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.report import Report, arguments
from contract.events import Event
from contract.tubes import TubeId
from device.clock import SystemClock
from device.drafts import Drafts
from device.facts import Paired, Person
from device.journal import Journal

SEALED = "s" * 270  # as long as a citizen card's code, sealed
BARS = {"durable": ">= 0.7"}


def drafts(first: int, count: int) -> list[Event]:
    """Return drafts of pairings, made before the clock runs."""
    maker, clock = Drafts("ban-1", "vn-2021:24.222.07"), SystemClock()
    with tempfile.TemporaryDirectory() as folder, closing(Journal(Path(folder), "ban-1")) as empty:
        made = [
            maker.of(_pair(number), clock.moment(), empty.ledger)
            for number in range(first, first + count)
        ]
    return [draft for draft in made if draft is not None]


def _pair(number: int) -> Paired:
    person = Person(f"{number:016x}", "citizen-card", SEALED)
    return Paired(TubeId.mint(26, number), person, "person-first", 2500)


def ours(journal: Journal, ready: list[Event]) -> float:
    began = perf_counter()
    for draft in ready:
        journal.append(draft)
    return len(ready) / (perf_counter() - began)


def bare(db: sqlite3.Connection, rows: list[tuple[str, bytes]]) -> float:
    began = perf_counter()
    for row in rows:
        db.execute("INSERT INTO event (hash, body) VALUES (?, ?)", row)
    return len(rows) / (perf_counter() - began)


def open_bare(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, hash TEXT, body BLOB)")
    return db


def measure(folder: Path, rounds: int, events: int) -> Report:
    """Measure *rounds* rounds of *events* each, in *folder* (its disk is what counts)."""
    peer, own = [], []
    with (
        closing(open_bare(folder / "bare.sqlite")) as db,
        closing(Journal(folder / "journal", "ban-1")) as journal,
    ):
        for number in range(rounds):
            ready = drafts(number * events, events)
            own.append(ours(journal, ready))
            rows = [("h" * 64, b"x" * size) for size in _sizes(journal, events)]
            peer.append(bare(db, rows))
    began = perf_counter()
    with closing(Journal(folder / "journal", "ban-1")) as journal:
        opening, total = perf_counter() - began, journal.total
    report = Report("journal", bars=BARS)
    report.figures["ours"] = (median(own), "durable pairings/s")
    report.figures["bare_sqlite"] = (median(peer), "rows/s")
    report.figures["open_rows"] = (total, "rows")
    report.figures["open"] = (opening * 1000, "ms")
    report.ratios["durable"] = median(map(truediv, own, peer))
    return report


def _sizes(journal: Journal, events: int) -> list[int]:
    """The peer writes bodies as long as the ones that were just written."""
    [path] = Path(journal.folder).glob("*.sqlite")
    with closing(sqlite3.connect(path)) as db:
        query = "SELECT length(body) FROM event ORDER BY seq DESC LIMIT ?"
        return [size for (size,) in db.execute(query, (events,))]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--events", type=int, default=50, help="in each round")
    parser.add_argument("--folder", type=Path, help="where to write: the disk that is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        report = measure(Path(folder), options.rounds, options.events)
    return report.end(options.json)


if __name__ == "__main__":
    sys.exit(main())
