"""Results that meet their pairings, a second, against bare SQL inserts of the same outcome rows.

A million tubes are paired, received and have a released result; none is merged.  Ours: settle them
in groups, each a durable transaction that writes outcomes, messages for the outbox, the trail and
the desks.  The peer: the driver's own `executemany` of those outcome rows into a twin of the table,
with its constraints and indexes, in transactions of the same size on the same database; the two
take turns.  `sqlite` and `postgresql` are the ratios of the rates.  `growth` compares a row's cost
in the last tenth of the big run with that in a run of ten thousand.  `late` is one late result:
released, merged and queued in one durable transaction, with everything else in place.
"""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import MetaData, Table, delete, insert, select, text
from sqlalchemy.sql.elements import quoted_name

from benchmarks import merge_rows, postgres
from benchmarks.report import Report, arguments, median
from contract.tubes import TubeId
from server import schema
from server.db import Database, open_database
from server.delivery.models import Delivery
from server.figures import marks
from server.lab.models import Result
from server.outcomes.models import Outcome
from server.outcomes.services import release, settle_many
from server.sampling import changes
from server.vault import Vault, install
from server.wsgi import keep_still

GROUP = 5_000
SMALL = 10_000
LATE = 20
BARS = {
    "sqlite": ">= 0.3", "sqlite_late": "<= 50", "sqlite_growth": "<= 1.3",
    "sqlite_growth_by_processor": "<= 1.3",
    "postgresql": ">= 0.3", "postgresql_late": "<= 50", "postgresql_growth": "<= 1.3",
}  # fmt: skip


@dataclass(slots=True)
class Run:
    """Seconds that each group took, ours and the peer's, and what memory there was after it."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    rows: int = 0
    # Of this process alone, which on SQLite does all the work: other load hardly shows in it.
    ours_computed: list[float] = field(default_factory=list)
    bare_computed: list[float] = field(default_factory=list)

    def rate(self, seconds: Sequence[float]) -> float:
        return self.rows / sum(seconds)


def measure(database: Database, size: int) -> Run:
    """Settle *size* tubes in an empty database, and insert the same rows bare in turn."""
    schema.tables.create_all(database.engine)
    said = Progress(f"{database.engine.dialect.name}: rows made ready", size)
    merge_rows.prepare(database, size, said.more)
    twin = _twin(database)
    run = Run(rows=size)
    tubes = [TubeId.mint(26, serial) for serial in range(1, size + 1)]
    keep_still()  # as the server does when it starts; it never holds a million tubes
    said = Progress(f"{database.engine.dialect.name}: tubes settled", size)
    for start in range(0, size, GROUP):
        some = tubes[start : start + GROUP]
        at = merge_rows.NOW + timedelta(milliseconds=start)
        run.ours.append(_ours(database, some, at, run))
        run.bare.append(_bare(database, twin, some, run))
        run.memory.append(_megabytes())
        said.more(len(some))
    run.late = [_late(database, tube) for tube in tubes[:: max(1, size // LATE)][:LATE]]
    return run


def _ours(database: Database, tubes: Sequence[TubeId], now: datetime, run: Run) -> float:
    began, computed = perf_counter(), process_time()
    with database.write() as session:
        settle_many(session, tubes, now)
        marks.mark(session, tubes, now)
    run.ours_computed.append(process_time() - computed)
    return perf_counter() - began


def _bare(database: Database, twin: Table, tubes: Sequence[TubeId], run: Run) -> float:
    """Time the driver alone; the rows are made ready as it takes them before the clock runs."""
    low, high = tubes[0].text, tubes[-1].text
    statement = str(insert(twin).compile(dialect=database.engine.dialect))
    names = [column.name for column in twin.columns]
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(
            f"SELECT {', '.join(names)} FROM outcome WHERE tube >= '{low}' AND tube <= '{high}'"  # noqa: S608
        )
        rows = [tuple(row) for row in found]
    ready: list[Any] = [dict(zip(names, row, strict=True)) for row in rows]
    if database.engine.dialect.name == "sqlite":
        ready = rows
    began, computed = perf_counter(), process_time()
    with database.engine.begin() as connection:
        connection.exec_driver_sql(statement, ready)
    run.bare_computed.append(process_time() - computed)
    return perf_counter() - began


def _twin(database: Database) -> Table:
    """Make an empty copy of the outcomes' table, with all its constraints and indexes."""
    tables = MetaData(naming_convention=schema.tables.naming_convention)
    for table in schema.tables.tables.values():
        table.to_metadata(tables, name="twin" if table.name == "outcome" else None)
    twin = tables.tables["twin"]
    for index in twin.indexes:
        index.name = quoted_name(f"twin_{index.name}", quote=None)
    for constraint in twin.constraints:
        if isinstance(constraint.name, str):
            constraint.name = f"twin_{constraint.name}"
    twin.create(database.engine)
    return twin


def _late(database: Database, tube: TubeId) -> float:
    """Take a tube's outcome out, then let its result out again, alone."""
    with database.write() as session:
        result = session.scalars(select(Result).where(Result.tube == tube)).one()
        session.execute(delete(Delivery).where(Delivery.key.startswith(tube.text)))
        session.execute(text("DELETE FROM twin WHERE tube = :tube"), {"tube": tube.text})
        session.execute(delete(Outcome).where(Outcome.tube == tube))
        result.released_at = result.released_by = None
    began = perf_counter()
    with database.write() as session:
        release(session, [result.id], by="user:minh", now=merge_rows.NOW)
    return (perf_counter() - began) * 1000


@dataclass(slots=True)
class Progress:
    """Says on the error stream how far a long run is, each tenth."""

    what: str
    whole: int
    done: int = 0

    def more(self, count: int) -> None:
        before, self.done = self.done, self.done + count
        if self.whole >= 100_000 and self.done * 10 // self.whole > before * 10 // self.whole:
            print(f"{self.what} {self.done:,} of {self.whole:,}", file=sys.stderr, flush=True)


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def describe(report: Report, name: str, small: Run, big: Run) -> None:
    report.figures[f"{name}_ours"] = (big.rate(big.ours), "rows/s")
    report.figures[f"{name}_bare"] = (big.rate(big.bare), "rows/s")
    report.figures[f"{name}_late"] = (median(big.late), "ms")
    report.figures[f"{name}_late_worst"] = (max(big.late), "ms")
    tenth = max(1, len(big.memory) // 10)
    report.figures[f"{name}_memory"] = (big.memory[-1], "MB")
    report.figures[f"{name}_memory_grown"] = (big.memory[-1] - big.memory[tenth - 1], "MB")
    report.ratios[name] = sum(big.bare) / sum(big.ours)
    report.ratios[f"{name}_growth"] = growth(small.ours, big.ours, tenth)
    if name == "sqlite":
        computed = sum(big.bare_computed) / sum(big.ours_computed)
        report.figures["sqlite_by_processor"] = (computed, "ratio")
        grown = growth(small.ours_computed, big.ours_computed, tenth)
        report.figures["sqlite_growth_by_processor"] = (grown, "ratio")


def growth(small: Sequence[float], big: Sequence[float], tenth: int) -> float:
    """Return what a group cost in the last *tenth* of the big run, over one of the small run."""
    return (sum(big[-tenth:]) / tenth) / (sum(small) / len(small))


def run(url: str, size: int) -> Run:
    """Measure one size in a database of its own, and leave nothing behind."""
    database = open_database(url)
    try:
        return measure(database, size)
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS twin")
        schema.tables.drop_all(database.engine)
        database.engine.dispose()


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument(
        "--size", "--rows", type=int, default=1_000_000, help="tubes in the big run"
    )
    parser.add_argument("--folder", type=Path, help="where to write: the disk that is measured")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    changes.listeners[:] = [settle_many]
    report = Report("merge", bars=BARS)
    report.figures["size"] = (options.size, "rows")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        install(Vault.create(folder / "keys.json"))
        for name in ENGINES if options.only is None else [options.only]:
            small, big = ENGINES[name](stack, folder, options.size)
            describe(report, name, small, big)
    return report.end(options.json)


def _on_sqlite(_stack: ExitStack, folder: Path, size: int) -> tuple[Run, Run]:
    small = run(f"sqlite:///{folder / 'small.sqlite'}", min(SMALL, size))
    return small, run(f"sqlite:///{folder / 'big.sqlite'}", size)


def _on_postgresql(stack: ExitStack, folder: Path, size: int) -> tuple[Run, Run]:
    folder.chmod(0o755)
    url = stack.enter_context(postgres.cluster(folder))
    return run(url, min(SMALL, size)), run(url, size)


ENGINES = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}


if __name__ == "__main__":
    sys.exit(main())
