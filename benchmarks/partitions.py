"""What dividing check-ins by month would bring on PostgreSQL, and what it would take away.

The same rows go into a table as ours is and into one divided by month (`PARTITION BY RANGE (at)`),
whose key must then hold the time.  Measured beside each other: filling, finding by id, finding by
person, taking a month away.  `twice` counts events that the divided table took twice when they came
again with a corrected time, as events of a boot without a clock do: ours takes none.

    python -m benchmarks.partitions [--rows 1000000] [--months 12] [--json]
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

from benchmarks import postgres
from benchmarks.report import Report, arguments, median

COLUMNS = "id uuid, person_id uuid, point_id text, place text, answers bytea, at timestamp"
FIRST, ASKED, PIECE = datetime(2026, 1, 1, tzinfo=UTC), 300, 500
Row = tuple[UUID, UUID, str, str, bytes, datetime]


def rows(count: int, months: int) -> Iterator[Row]:
    lot = Random(7)  # noqa: S311 - no secret
    for number in range(count):
        at = FIRST + timedelta(days=30 * months * number / count)
        yield (
            UUID(int=lot.getrandbits(128), version=4), UUID(int=lot.randrange(count // 20)),
            f"P{lot.randrange(3000):07d}", "vn-2021:24.222.07", lot.randbytes(48),
            at.replace(tzinfo=None),
        )  # fmt: skip


def make(cursor: psycopg.Cursor[object], months: int) -> None:
    """Make both tables with the indexes that ours has."""
    cursor.execute(f"CREATE TABLE whole ({COLUMNS}, PRIMARY KEY (id))")
    cursor.execute(f"CREATE TABLE parts ({COLUMNS}, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)")
    for month in range(months):
        begin, end = (FIRST + timedelta(days=30 * each) for each in (month, month + 1))
        cursor.execute(
            f"CREATE TABLE parts_{month} PARTITION OF parts"
            f" FOR VALUES FROM ('{begin:%Y-%m-%d}') TO ('{end:%Y-%m-%d}')"
        )
    for table in ("whole", "parts"):
        cursor.execute(f"CREATE INDEX ON {table} (person_id, at)")
        cursor.execute(f"CREATE INDEX ON {table} (point_id, at)")
        cursor.execute(f"CREATE INDEX ON {table} (at)")


def fill(cursor: psycopg.Cursor[object], table: str, some: list[Row]) -> float:
    began = perf_counter()
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in some:
            copy.write_row(row)
    return perf_counter() - began


def found(cursor: psycopg.Cursor[object], table: str, column: str, some: list[Row]) -> float:
    """Return the milliseconds that one look by *column* takes in the median."""
    place, took = {"id": 0, "person_id": 1}[column], []
    for row in some[:: max(1, len(some) // ASKED)]:
        began = perf_counter()
        cursor.execute(f"SELECT point_id, at FROM {table} WHERE {column} = %s", (row[place],))  # noqa: S608
        cursor.fetchall()
        took.append((perf_counter() - began) * 1000)
    return median(took)


def taken_away(cursor: psycopg.Cursor[object]) -> tuple[float, float]:
    """Take the first month away: ours in pieces, as `retention run` does; the other at once."""
    until, began = FIRST + timedelta(days=30), perf_counter()
    while True:
        cursor.execute(
            "DELETE FROM whole WHERE id IN (SELECT id FROM whole WHERE at < %s LIMIT %s)",
            (until.replace(tzinfo=None), PIECE),
        )
        if cursor.rowcount < PIECE:
            break
    whole, began = perf_counter() - began, perf_counter()
    cursor.execute("DROP TABLE parts_0")
    return whole, perf_counter() - began


def twice(cursor: psycopg.Cursor[object], some: list[Row]) -> dict[str, int]:
    """Send events again with a time of the next month; return how many each table took."""
    again = [(*row[:5], row[5] + timedelta(days=31)) for row in some[:100]]
    count = {}
    for table in ("whole", "parts"):
        cursor.executemany(
            f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",  # noqa: S608
            again,
        )
        count[table] = cursor.rowcount
    return count


def measure(cursor: psycopg.Cursor[object], count: int, months: int, report: Report) -> None:
    make(cursor, months)
    every = list(rows(count, months))
    for table in ("whole", "parts"):
        report.figures[f"fill_{table}"] = (fill(cursor, table, every) / count * 1e6, "us/row")
        cursor.execute(f"ANALYZE {table}")
    for column in ("id", "person_id"):
        times = [found(cursor, table, column, every) for table in ("whole", "parts")]
        report.figures[f"by_{column}_whole"], report.figures[f"by_{column}_parts"] = (
            (each, "ms") for each in times
        )
        report.ratios[f"by_{column}_parts_to_whole"] = times[1] / times[0]
    came = twice(cursor, every)
    report.figures["twice_whole"] = (came["whole"], "events of 100")
    report.figures["twice_parts"] = (came["parts"], "events of 100")
    whole, parts = taken_away(cursor)
    month = count / months
    report.figures["month_away_whole"] = (whole / month * 1e6, "us/row")
    report.figures["month_away_parts"] = (parts * 1000, "ms for the month")


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--months", type=int, default=12)
    options = parser.parse_args()
    report = Report("partitions")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with postgres.cluster(folder) as url:
            parts = make_url(url)
            where = parts.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(where, autocommit=True) as connection:
                measure(connection.cursor(), options.rows, options.months, report)
    report.print(options.json)


if __name__ == "__main__":
    main()
