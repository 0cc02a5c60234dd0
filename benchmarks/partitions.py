"""What dividing check-ins by month would bring on PostgreSQL, and what it would take away.

The same rows go into a table as ours is (`whole`), into one divided by month (`by time`, whose key
must then hold the time), and into one divided by the time that stands in an id (`by id`: ids of
version 7 sort by it; all others go into a rest).  Measured beside each other: filling, finding by
id, by person, by point and hours, taking a month away.  `twice` counts events that came again with
a corrected time, as those of a boot without a clock do, and were taken twice: ours takes none.
Who waits while a part is made or let go: `benchmarks.partition_waits`.

    python -m benchmarks.partitions [--rows 1000000] [--months 12] [--stations 0.5] [--json]
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from benchmarks import partition_waits, postgres
from benchmarks.report import Report, arguments, median
from contract import ids

COLUMNS = "id uuid, person_id uuid, point_id text, place text, answers bytea, at timestamp"
FIRST, ASKED, PIECE = datetime(2026, 1, 1, tzinfo=UTC), 300, 500
MONTH, HOURS = timedelta(days=30), timedelta(hours=4)
BOOTED = datetime(2020, 1, 1, tzinfo=UTC)  # what a clock says that was never set
UNSET = 50  # of so many check-ins of stations one comes from such a clock
WAYS = ("whole", "by_time", "by_id")
QUESTIONS = {
    "id": "id = %(id)s",
    "person": "person_id = %(person)s",
    "point": "point_id = %(point)s AND at >= %(begins)s AND at < %(ends)s",
}
Row = tuple[UUID, UUID, str, str, bytes, datetime]
Cursor = psycopg.Cursor[tuple[object, ...]]


def rows(count: int, months: int, stations: float) -> Iterator[Row]:
    """Return check-ins in their order; the share *stations* has ids that sort by their time.

    Phones and keepers' pages draw theirs by lot.
    """
    lot = Random(7)  # noqa: S311 - no secret
    for number in range(count):
        at = FIRST + months * MONTH * number / count
        yield (
            _id(lot, at, stations), UUID(int=lot.randrange(max(1, count // 20))),
            f"P{lot.randrange(3000):07d}", "vn-2021:24.222.07", lot.randbytes(48),
            at.replace(tzinfo=None),
        )  # fmt: skip


def _id(lot: Random, at: datetime, stations: float) -> UUID:
    if lot.random() >= stations:
        return UUID(int=lot.getrandbits(128), version=4)
    said = at if lot.randrange(UNSET) else BOOTED + timedelta(seconds=lot.randrange(86400))
    return ids.ordered_id(said, lot.randbytes(ids.LOT))


def edge(month: int) -> datetime:
    return FIRST + month * MONTH


def lowest_id(at: datetime) -> UUID:
    """Return what no id of *at* or later is below, whatever was drawn."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def make(cursor: Cursor, months: int) -> None:
    """Make the three tables with indexes as ours has."""
    cursor.execute(f"CREATE TABLE whole ({COLUMNS}, PRIMARY KEY (id))")
    for way, key in (("by_time", "id, at"), ("by_id", "id")):
        on = key.rpartition(", ")[2]
        cursor.execute(
            f"CREATE TABLE {way} ({COLUMNS}, PRIMARY KEY ({key})) PARTITION BY RANGE ({on})"
        )
        for month in range(months):
            cursor.execute(part(way, month))
    cursor.execute("CREATE TABLE by_id_rest PARTITION OF by_id DEFAULT")
    for way in WAYS:
        for columns in ("person_id, at", "point_id, at", "at"):
            cursor.execute(f"CREATE INDEX ON {way} ({columns})")


def part(way: str, month: int) -> str:
    """Return the statement that makes the part of a month."""
    edges = [edge(month), edge(month + 1)]
    begin, end = map(lowest_id, edges) if way == "by_id" else (each.date() for each in edges)
    return f"CREATE TABLE {way}_{month} PARTITION OF {way} FOR VALUES FROM ('{begin}') TO ('{end}')"


def fill(cursor: Cursor, way: str, some: list[Row]) -> float:
    began = perf_counter()
    with cursor.copy(f"COPY {way} FROM STDIN") as copy:
        for row in some:
            copy.write_row(row)
    return perf_counter() - began


def found(cursor: Cursor, question: str, some: list[Row]) -> dict[str, float]:
    """Return the milliseconds that one look takes in the median, the tables asked by turns."""
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    for row in some[:: max(1, len(some) // ASKED)]:
        known = {"id": row[0], "person": row[1], "point": row[2]}
        known |= {"begins": row[5] - HOURS, "ends": row[5] + HOURS}
        for way, times in took.items():
            began = perf_counter()
            cursor.execute(f"SELECT point_id, at FROM {way} WHERE {QUESTIONS[question]}", known)  # noqa: S608
            cursor.fetchall()
            times.append((perf_counter() - began) * 1000)
    return {way: median(times) for way, times in took.items()}


def month_away(cursor: Cursor, way: str) -> float:
    """Take what is of the first month away, a part at once where it may go; return seconds.

    A part of ids may hold a check-in of a later month, which stays: then it goes in pieces.
    """
    until, began = edge(1).replace(tzinfo=None), perf_counter()
    if way == "by_time":
        cursor.execute("DROP TABLE by_time_0")
        return perf_counter() - began
    if way == "by_id":
        cursor.execute("SELECT FROM by_id_0 WHERE at >= %s LIMIT 1", (until,))
        if cursor.fetchone() is None:
            cursor.execute("DROP TABLE by_id_0")
    while True:
        cursor.execute(f"SELECT id FROM {way} WHERE at < %s LIMIT {PIECE}", (until,))  # noqa: S608
        some = [row[0] for row in cursor.fetchall()]
        cursor.execute(f"DELETE FROM {way} WHERE id = ANY(%s)", (some,))  # noqa: S608
        if len(some) < PIECE:
            return perf_counter() - began


def twice(cursor: Cursor, way: str, some: list[Row]) -> int:
    """Send events again with a time of the next month; return how many were taken once more."""
    again = [(*row[:5], row[5] + MONTH) for row in some[:100]]
    places = ", ".join(["%s"] * 6)
    cursor.executemany(f"INSERT INTO {way} VALUES ({places}) ON CONFLICT DO NOTHING", again)  # noqa: S608
    return cursor.rowcount


def at_once(days: int, every: int = 7) -> float:
    """Return which share of a part of *days* is left to go at once when all of it is over-age.

    Nothing may stay longer than its days, so retention, which runs *every* so many days, took the
    rest in pieces before.  The mean over the days of the week on which a part may end.
    """
    left = [min(days, since + 0.5) for since in range(every)]
    return sum(left) / days / every


def measure(
    cursor: Cursor, report: Report, *, count: int, months: int, stations: float = 0.5
) -> None:
    make(cursor, months)
    every = list(rows(count, months, stations))
    for way in WAYS:
        report.figures[f"fill_{way}"] = (fill(cursor, way, every) / count * 1e6, "us/row")
        cursor.execute(f"VACUUM ANALYZE {way}")
    cursor.execute("CHECKPOINT")  # what the filling left to be written disturbs no look
    for question in QUESTIONS:
        took = found(cursor, question, every)
        for way in WAYS:
            report.figures[f"{question}_{way}"] = (took[way], "ms")
        for way in WAYS[1:]:
            report.ratios[f"{question}_{way}"] = took[way] / took["whole"]
    cursor.execute("SELECT count(*) FROM by_id_rest")
    rest = cursor.fetchone() or (0,)
    report.figures["rest_by_id"] = (int(str(rest[0])), "rows in no part")
    for way in WAYS:
        report.figures[f"twice_{way}"] = (twice(cursor, way, every[:100]), "events of 100")
    for way in WAYS:
        report.figures[f"month_away_{way}"] = (month_away(cursor, way) * 1000, "ms")
    for days in (30, 7, 1):
        report.figures[f"at_once_{days}"] = (at_once(days), "of a part of so many days")


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--stations", type=float, default=0.5, help="share of stations' check-ins")
    asked = parser.parse_args()
    report = Report("partitions")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with postgres.cluster(folder) as url:
            where = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(where, autocommit=True) as connection:
                cursor = connection.cursor()
                measure(
                    cursor, report, count=asked.rows, months=asked.months, stations=asked.stations
                )
            partition_waits.measure(where, report)
    report.print(asked.json)


if __name__ == "__main__":
    main()
