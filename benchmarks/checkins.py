"""Check-ins through HTTP in signed batches from stations, against bare inserts of the same rows.

As in `benchmarks.ingest`: batches of 50 and 500 stand against `executemany` of the same rows into
the same table (WAL, synchronous=FULL, a commit a batch), in turns; a ratio is the median of the
rounds'.  `recorded` is the other half: how fast stored events become rows of `check_in`, counted by
point and day, against bare inserts of those rows into a table of the same shape.  It has no bar: no
station waits for it.  `page_…` and `first_declaration`: the page behind a point's poster on a slow
phone (`benchmarks.checkins_phone`).

    python -m benchmarks.checkins [--json] [--events N] [--no-phone]    bar: batch_500 >= 0.5
"""

import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import truediv
from pathlib import Path
from time import perf_counter

from benchmarks import checkins_phone
from benchmarks.ingest import free_port, server
from benchmarks.ingest_rows import (
    held_fast,
    insert_bare,
    insert_into,
    minted,
    prepare_stations,
    schema_of,
)
from benchmarks.ingest_traffic import EPOCH, Chain, drive
from benchmarks.load_watch import held_still
from benchmarks.report import Report, arguments, median
from contract import ids
from contract.duty_events import CheckedIn
from contract.events import digest, encode
from server import vault
from server.config import Settings
from server.db import open_database
from server.declarations.kinds import PointKind
from server.declarations.points import PointWish, add_point, place_station
from server.intake.applying import apply_some

STATIONS, ROUNDS = 16, 5
EVENTS = 16_000  # a round
PLACE = "vn-2021:24.222.07"
BARS = {"batch_500": ">= 0.5", "page_weight": "<= 50"}


class CheckInChain(Chain):
    """One simulated station at a point: valid, chained check-ins of made-up people."""

    def _next(self) -> bytes:
        self.seq += 1
        at = datetime.now(UTC)
        event = CheckedIn(
            id=ids.ordered_id(at, self.rng.randbytes(ids.LOT)),
            station=self.station,
            epoch=EPOCH,
            seq=self.seq,
            prev=self.prev,
            at=at,
            trusted=True,
            boot="benchmark",
            mono=self.seq * 1_000_000,
            person=self.seals[self.seq % len(self.seals)],
            person_kind="citizen-card",
            tag=f"{self.rng.getrandbits(64):016x}",
            symptoms="no",
            took_ms=900,
        )
        data = encode(event)
        self.prev = digest(data)
        return data


@dataclass
class Bench:
    """A server that runs, its stations' chains, and a bare database of the same shape."""

    port: int
    process: int
    chains: Sequence[CheckInChain]
    bare: Path


def prepare(data: Path) -> list[CheckInChain]:
    """Make a server's data with stations that stand at points of their own."""
    chains = prepare_stations(data, STATIONS)
    settings = Settings(data=str(data))
    vault.install(vault.Vault.load(settings.vault_path))
    database, now = open_database(settings.database_url), datetime.now(UTC)
    with database.write() as session:
        for chain in chains:
            wish = PointWish(PointKind.FACTORY, f"Nhà máy {chain.station}", PLACE)
            point = add_point(session, wish, by="benchmark", now=now)
            place_station(session, chain.station, point.id, by="benchmark", now=now)
    database.engine.dispose()
    return [
        CheckInChain(each.station, each.key, each.seals, each.series, each.rng) for each in chains
    ]


def run(bench: Bench, report: Report, events: int) -> None:
    """Measure batches in turns with bare inserts."""
    for size in (50, 500):
        bare, ours = [], []
        for _ in range(ROUNDS):
            rows, queues = minted(bench.chains, size, max(1, events // size // len(bench.chains)))
            with held_still(bench.process):
                bare.append(insert_bare(bench.bare, rows))
            ours.append(sum(map(len, rows)) / drive(bench.port, queues).took)
        report.figures[f"executemany_{size}"] = (median(bare), "check-ins/s")
        report.figures[f"http_{size}"] = (median(ours), "check-ins/s")
        report.ratios[f"batch_{size}"] = median(list(map(truediv, ours, bare)))


def recorded(data: Path, bare: Path, report: Report) -> None:
    """Apply what is stored, in this process, and insert the rows that came of it bare."""
    settings = Settings(data=str(data))
    database = open_database(settings.database_url)
    began, applied = perf_counter(), 0
    while perf_counter() - began < 20 and (step := apply_some(database, datetime.now(UTC))):
        applied += step
    took = perf_counter() - began
    database.engine.dispose()
    with closing(sqlite3.connect(data / "ghepmau.sqlite")) as source:
        rows = source.execute("SELECT * FROM check_in LIMIT 50000").fetchall()
        asked = "SELECT sql FROM sqlite_master WHERE tbl_name = 'check_in' AND sql IS NOT NULL"
        shape = [sql for (sql,) in source.execute(asked)]
    if not applied or not rows:
        return
    with held_fast(bare) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")  # the tables that it names are not here
        for sql in shape:
            connection.execute(sql)
        batches = [rows[at : at + 50] for at in range(0, len(rows), 50)]
        plain = insert_into(connection, "check_in", batches)
    report.figures["recorded"] = (applied / took, "check-ins/s")
    report.figures["executemany_recorded"] = (plain, "check-ins/s")
    report.ratios["recorded"] = applied / took / plain


def _point(data: Path) -> str:
    """Return the code of one of the points."""
    with closing(sqlite3.connect(data / "ghepmau.sqlite")) as connection:
        return str(connection.execute("SELECT min(id) FROM point").fetchone()[0])


def main() -> int:
    """Run the benchmark and print its report."""
    parser = arguments(__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="check-ins of a round")
    parser.add_argument("--no-phone", action="store_true", help="leave the phone page out")
    options = parser.parse_args()
    report = Report("checkins", bars=BARS)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        chains = prepare(data)
        bare = data / "bare.sqlite"
        schema_of(data / "ghepmau.sqlite", bare)
        port = free_port()
        with server(data, port) as process:
            run(Bench(port, process, chains, bare), report, options.events)
            if not options.no_phone:
                checkins_phone.measure(port, _point(data), report)
        recorded(data, bare, report)
    return report.end(options.json)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1]))
    raise SystemExit(main())
