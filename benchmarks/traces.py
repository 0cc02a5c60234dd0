"""How long a trace takes among ten million check-ins, on PostgreSQL, with the plan that was used.

Made-up comers (ids, no names) check in at points for 28 days: workers daily at their own factory,
everybody at markets and shops.  Then cases drawn by lot are traced over the infectious period.
`f1` is the question that an officer waits for; `f2` follows each F1 as well.

    python -m benchmarks.traces [--size 10000000] [--traces 100] [--json]    bar: f1_p95 <= 300 ms
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from benchmarks.postgres import cluster
from benchmarks.report import Report, arguments, median, percentile
from contract.points import new_point_code
from server import vault
from server.db import Database, open_database
from server.declarations.kinds import PointKind
from server.declarations.models import CheckIn, Point
from server.declarations.targets.models import PointDay
from server.declarations.traces import presence
from server.declarations.traces.stays import Reckoning, stay_minutes
from server.declarations.traces.tracing import Subject, Tracer
from server.schema import tables
from server.wsgi import keep_still

DAYS = 28
START = datetime(2026, 11, 1, tzinfo=UTC)
KINDS = (PointKind.FACTORY, PointKind.MARKET, PointKind.GROCERY, PointKind.RESTAURANT)
PLACE = "vn-2021:24.222.07"
BARS = {"f1_p95": "<= 300"}


def fill(engine: Engine, size: int, rng: Random) -> list[UUID]:
    """Make *size* check-ins; return the comers.  Indexes are made afterwards."""
    points = _points(engine, max(40, size // 2500), rng)
    comers = [UUID(int=rng.getrandbits(128), version=4) for _ in range(max(200, size // 40))]
    indexes = sorted(CheckIn.metadata.tables["check_in"].indexes, key=lambda each: str(each.name))
    for index in indexes:
        index.drop(engine)
    _copy(engine, comers, _comings(size, comers, points, rng), rng)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for index in indexes:
            index.create(connection)
        connection.execute(text(
            "INSERT INTO point_day SELECT point_id, CAST(at + INTERVAL '7 hours' AS date),"
            " count(*), 0 FROM check_in GROUP BY 1, 2"
        ))  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return comers


def _copy(
    engine: Engine, comers: list[UUID], comings: Iterator[tuple[UUID, str, datetime]], rng: Random
) -> None:
    """Copy rows in, as psycopg can, and without checks."""
    sealed = vault.current().encrypt("check_in.answers", '{"symptoms":"no"}')
    columns = "id, person_id, source, point, point_id, place, at, trusted, answers, recorded_at"
    raw = engine.raw_connection()
    opened: Any = raw.cursor()  # psycopg's
    with opened as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy("COPY person (id, place, created_at) FROM STDIN") as out:
            for comer in comers:
                out.write_row((comer, PLACE, START.replace(tzinfo=None)))
        with cursor.copy(f"COPY check_in ({columns}) FROM STDIN") as out:
            for comer, point, at in comings:
                made = UUID(int=rng.getrandbits(128), version=4)
                out.write_row((made, comer, "keeper", "P", point, PLACE, at, True, sealed, at))
    raw.commit()
    raw.close()


def _points(engine: Engine, count: int, rng: Random) -> dict[PointKind, list[str]]:
    made: dict[PointKind, list[str]] = {kind: [] for kind in KINDS}
    with Session(engine) as session, session.begin():
        for _ in range(count):
            kind = rng.choices(KINDS, weights=(2, 1, 4, 2))[0]
            code = new_point_code().text
            made[kind].append(code)
            session.add(
                Point(
                    id=code,
                    kind=str(kind),
                    name=code,
                    place=PLACE,
                    address="",
                    head="",
                    phone="",
                    plate="",
                    route="",
                    opens="",
                    closes="",
                    active_from=START.date(),
                    created_at=START,
                    created_by="benchmark",
                )
            )
    return made


def _comings(
    size: int, comers: list[UUID], points: dict[PointKind, list[str]], rng: Random
) -> Iterator[tuple[UUID, str, datetime]]:
    works = {comer: rng.choice(points[PointKind.FACTORY]) for comer in comers}
    shops = [code for kind in KINDS[1:] for code in points[kind]]
    for _ in range(size):
        comer, day = rng.choice(comers), rng.randrange(DAYS)
        at_work = rng.random() < 0.5
        minute = rng.gauss(7.5 * 60, 20) if at_work else rng.uniform(8 * 60, 20 * 60)
        at = START.replace(tzinfo=None) + timedelta(days=day, minutes=minute, hours=-7)
        yield comer, works[comer] if at_work else rng.choice(shops), at


def measure(database: Database, comers: list[UUID], count: int, report: Report) -> None:
    """Trace cases drawn by lot, F1 alone and with F2."""
    rng, reckoning = Random(11), Reckoning()  # noqa: S311
    keep_still()  # as the server does when it starts
    took: dict[int, list[float]] = {1: [], 2: []}
    sizes: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(count):
        begins, ends = reckoning.period(START + timedelta(days=rng.randrange(4, DAYS - 2)))
        subject = Subject(begins, ends, presence.person_key(rng.choice(comers)))
        for rings in took:
            with database.read() as session:
                began = perf_counter()
                trace = Tracer(session, stay_minutes(session)).trace(subject, rings=rings)
                took[rings].append((perf_counter() - began) * 1000)
                sizes[rings].append(len(trace.f1 if rings == 1 else trace.f2))
    for rings, times in took.items():
        report.figures[f"f{rings}_p50"] = (median(times), "ms")
        report.figures[f"f{rings}_p95"] = (percentile(times, 95), "ms")
        report.figures[f"f{rings}_people_p50"] = (median(sizes[rings]), "people")
        report.figures[f"f{rings}_people_most"] = (max(sizes[rings]), "people")


def plan_of(database: Database, report: Report) -> str:
    """Return PostgreSQL's plan of the question for one point and one stretch of time."""
    with database.read() as session:
        busiest = select(PointDay.point_id, PointDay.day).order_by(PointDay.check_ins.desc())
        point, day = session.execute(busiest.limit(1)).one()
        begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
        wanted = [(point, begins, begins + timedelta(hours=10))]
        bound = presence.at_points("postgresql").compile(session.get_bind())
        lines = session.connection().exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS) {bound}",
            {**bound.params, "stretches": presence.stretches_of(wanted)},
        )
        plan = "\n".join(row[0] for row in lines)
        report.figures["check_ins"] = (_rows(session), "rows")
    return plan


def _rows(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM check_in")) or 0


def main() -> int:
    """Run the benchmark; the plan goes before the table, or into the JSON's 'plan'."""
    parser = arguments(__doc__)
    parser.add_argument("--size", type=int, default=10_000_000, help="check-ins")
    parser.add_argument("--traces", type=int, default=100)
    options = parser.parse_args()
    report = Report("traces", bars=BARS)
    with TemporaryDirectory() as folder, cluster(port=54393) as url:
        vault.install(vault.Vault.create(Path(folder) / "keys"))
        database = open_database(url)
        tables.create_all(database.engine)
        began = perf_counter()
        comers = fill(database.engine, options.size, Random(7))  # noqa: S311
        report.figures["filled_in"] = (perf_counter() - began, "s")
        measure(database, comers, options.traces, report)
        plan = plan_of(database, report)
        database.engine.dispose()
    if not options.json:
        print(plan)
    return report.end(options.json)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1]))
    raise SystemExit(main())
