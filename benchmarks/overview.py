"""How long the officers' overview takes to answer among ten million samples.

The roll-ups of a campaign are made (100 days, stations of 1,000 people a day, two teams and two
laboratories each), with points on a map and thousands of tubes on the desks; then the page is asked
for as an officer does, with every kind of filter, through the whole application without a network.
`within_limit` is 200 ms over the p95: 1 or more is within.  `mark` is what marking cells adds to
settling the same tubes, `fold` what counting a sample again costs; both from real facts.

    python -m benchmarks.overview [--size 10000000] [--facts 20000] [--postgresql] [--json]
"""

import tempfile
from argparse import Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from secrets import token_hex
from time import perf_counter, process_time

from flask.testing import FlaskClient

from benchmarks import merge_rows, overview_rows, postgres
from benchmarks.report import Report, arguments, median, percentile
from contract.tubes import TubeId
from server.accounts import services, sessions
from server.accounts.models import User
from server.accounts.roles import Role
from server.app import create_app
from server.config import Settings
from server.db import Database, open_database
from server.figures import folding, marks
from server.outcomes.services import settle_many
from server.schema import tables
from server.vault import Vault, install
from server.wsgi import keep_still

LIMIT, GROUP = 200.0, 500
ASKED = (
    "", "days=1", "days=28", "place=vn-2021:24.222", "place=vn-2021:24.222.01",
    "lab=vn-2021:24.222", "station=ban-1", "operator=A", "by=operator", "by=station&days=14",
    "date=2026-10-20", "date=2026-10-20&place=vn-2021:24.213",
)  # fmt: skip
BARS = {"page_p95": "<= 200"}


def officer(settings: Settings, database: Database) -> FlaskClient:
    """Return a client that is signed in as an officer of the whole province."""
    app = create_app(settings, lambda: overview_rows.NOW)
    with database.write() as session:
        services.add_user(
            session, "canbo", name="Cán bộ", role=Role.HEALTH_OFFICER, password=token_hex(12),
            place="vn-2021:24", shortest=8, by="benchmark", now=overview_rows.NOW,
        )  # fmt: skip
        user = session.query(User).filter_by(login="canbo").one()
        token = sessions.open_session(session, user, now=overview_rows.NOW, address="127.0.0.1")
    client = app.test_client()
    client.set_cookie("ghepmau", token)
    return client


def ask(client: FlaskClient, rounds: int, report: Report) -> None:
    """Ask for the page with every filter; the first round warms the caches, as a morning does."""
    keep_still()  # as the server does when it begins to serve
    took: list[float] = []
    cpu: list[float] = []
    sizes: list[float] = []
    for number in range(rounds + 1):
        for query in ASKED:
            began, worked = perf_counter(), process_time()
            answer = client.get(f"/overview?{query}")
            if number:
                took.append((perf_counter() - began) * 1000)
                cpu.append((process_time() - worked) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"/overview?{query} answered {answer.status_code}")
            sizes.append(len(answer.data) / 1000)
    report.figures["page_p50"] = (median(took), "ms")
    report.figures["page_p95"] = (percentile(took, 95), "ms")
    report.figures["page_most"] = (max(took), "ms")
    report.figures["page_processor_p50"] = (median(cpu), "ms")
    report.figures["page_processor_p95"] = (percentile(cpu, 95), "ms")
    report.figures["page_size_most"] = (max(sizes), "kB")
    report.ratios["within_limit"] = LIMIT / percentile(took, 95)


def facts(database: Database, size: int, report: Report) -> None:
    """Settle tubes that are paired, received and released; mark and count them."""
    merge_rows.prepare(database, size)
    tubes = [TubeId.mint(26, serial) for serial in range(1, size + 1)]
    settled, marked = 0.0, 0.0
    for start in range(0, size, GROUP):
        some: Sequence[TubeId] = tubes[start : start + GROUP]
        now = merge_rows.NOW + timedelta(milliseconds=start)
        with database.write() as session:
            began = perf_counter()
            settle_many(session, some, now)
            between = perf_counter()
            marks.mark(session, some, now)
            settled, marked = settled + between - began, marked + perf_counter() - between
    began = perf_counter()
    cells = folding.fold_all(database)
    report.figures["fold"] = ((perf_counter() - began) / size * 1e6, "us/sample")
    report.figures["fold_cell"] = ((perf_counter() - began) / max(1, cells) * 1000, "ms/cell")
    report.figures["mark"] = (marked / settled * 100, "% of settling")


def measure(url: str, folder: Path, options: Namespace, report: Report) -> None:
    """Measure all of it in an empty database."""
    settings = Settings(data=str(folder), database=url, background=False)
    install(Vault.create(settings.vault_path))
    database = open_database(settings.database_url)
    tables.create_all(database.engine)
    if options.facts:
        facts(database, options.facts, report)
        tables.drop_all(database.engine)
        tables.create_all(database.engine)
    began = perf_counter()
    made = overview_rows.fill(database, options.size, Random(7))  # noqa: S311
    report.figures["samples"] = (made.samples, "samples")
    report.figures["rows"] = (made.rows, "rows of roll-ups")
    report.figures["filled_in"] = (perf_counter() - began, "s")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    ask(officer(settings, database), options.rounds, report)
    database.engine.dispose()


def main() -> int:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--size", type=int, default=10_000_000, help="samples in the roll-ups")
    parser.add_argument("--facts", type=int, default=20_000, help="real tubes, to count again")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    report = Report("overview", bars=BARS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        url = stack.enter_context(postgres.cluster(folder)) if options.postgresql else ""
        measure(url, folder, options, report)
    return report.end(options.json)


if __name__ == "__main__":
    raise SystemExit(main())
