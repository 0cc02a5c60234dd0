"""Every page of officers, technicians and operators among many samples: how long it takes to make.

The server is filled (`benchmarks.pages_rows`), then each role begins at its first page and follows
links, as a person would, until it has seen each kind of page; each is asked for several times,
through the whole application without a network.  `within_limit` is 100 ms over the slowest page's
p95 of processor time: 1 or more is within.  The table names the slowest pages and the heaviest.

    python -m benchmarks.pages [--samples 1000000] [--rounds 7] [--folder FOLDER] [--json]
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from time import perf_counter, process_time

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks import following, pages_rows
from benchmarks.report import Report, arguments, percentile
from server import schema
from server.accounts import services, sessions
from server.accounts.models import User
from server.accounts.roles import Role
from server.app import create_app
from server.audit import purposes
from server.config import Settings
from server.db import Database, open_database
from server.vault import Vault, install
from server.wsgi import keep_still

LIMIT, HEAVIEST = 100.0, 100.0  # milliseconds, kilobytes
SLOWEST = 15
# Addresses that a person comes to by typing into a field or by a filter.
TYPED = (
    "/outcomes?q=nguyen", "/outcomes?q=nguyen+thi", "/outcomes?q=van+nguyen", "/outcomes?q=minh",
    "/outcomes?q=minh+anh", "/outcomes?status=positive", "/outcomes?state=paired",
    "/outcomes?sort=name&q=thi", "/outcomes?place=vn-2021:24.222", "/people?q=Nguy%E1%BB%85n",
    "/overview?days=28", "/quality?days=28", "/reports", "/audit?actor=station:ban-3",
    "/audit?action=tube.paired",
)  # fmt: skip
NO_PAGE = re.compile(r"^/(api|fhir|static|healthz|readyz|metrics|logout)|\.(csv|pdf|json|xlsx)$")
BARS = {"slowest_p95": "<= 100"}


@dataclass
class Page:
    """One kind of page of one role, and what it took each time."""

    role: str
    rule: str
    path: str
    size: float = 0.0
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return percentile(self.cpu, 95)


def clients(app: Flask, database: Database) -> Iterator[tuple[Role, FlaskClient]]:
    """Sign one person of each role in."""
    for role in Role:
        named = select(User).where(User.login == str(role))
        with database.write() as session:
            user = session.scalar(named) or services.add_user(
                session, str(role), name=str(role), role=role, password=token_hex(12),
                place="vn-2021:24", shortest=8, by="benchmark", now=pages_rows.NOW,
            )  # fmt: skip
            token = sessions.open_session(session, user, now=pages_rows.NOW, address="127.0.0.1")
            if role is Role.HEALTH_OFFICER:
                purposes.say(session, "question", "", by=f"user:{role}", now=pages_rows.NOW)
        client = app.test_client()
        client.set_cookie("ghepmau", token)
        yield role, client


def walk(app: Flask, role: Role, client: FlaskClient) -> Iterator[Page]:
    """Yield each kind of page that the role reaches; it is opened once, which warms it."""
    for rule, path, data in following.reached(app, client, ("/", *TYPED), NO_PAGE, apart=TYPED):
        yield Page(str(role), rule, path, len(data) / 1000)


def ask(client: FlaskClient, page: Page, rounds: int) -> None:
    for _ in range(rounds):
        wall, cpu = perf_counter(), process_time()
        client.get(page.path)
        page.cpu.append((process_time() - cpu) * 1000)
        page.wall.append((perf_counter() - wall) * 1000)


def tell(pages: list[Page], report: Report) -> str:
    """Put the sums into *report*; return the slowest and the heaviest as a table."""
    slowest = sorted(pages, key=lambda page: -page.p95)
    wall = max(percentile(page.wall, 95) for page in pages)
    report.figures["pages"] = (len(pages), "pages, each of one role")
    report.figures["slowest_p95"] = (slowest[0].p95, "ms of processor")
    report.figures["slowest_p95_wall"] = (wall, "ms")
    report.figures["over_100_ms"] = (sum(page.p95 > LIMIT for page in pages), "pages")
    report.figures["over_100_kB"] = (sum(page.size > HEAVIEST for page in pages), "pages")
    report.figures["heaviest"] = (max(page.size for page in pages), "kB")
    report.ratios["within_limit"] = LIMIT / slowest[0].p95
    heavy = sorted(pages, key=lambda page: -page.size)[:5]
    return "\n".join(
        f"{each.p95:8.1f} ms CPU p95 {percentile(each.wall, 95):8.1f} ms {each.size:6.1f} kB  "
        f"{each.role:<15} {each.path}"
        for each in (*slowest[:SLOWEST], *heavy)
    )


def measure(folder: Path, samples: int, rounds: int, report: Report) -> list[Page]:
    """Fill the server unless *folder* has one already, and open every page."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data=str(folder), background=False)
    made = settings.vault_path.exists()
    install(Vault.load(settings.vault_path) if made else Vault.create(settings.vault_path))
    database = open_database(settings.database_url)
    schema.upgrade(database)  # what was filled before a change of the tables gets it too
    if not made:
        began = perf_counter()
        pages_rows.fill(database, samples)
        report.figures["filled_in"] = (perf_counter() - began, "s")
    app = create_app(settings, lambda: pages_rows.NOW)
    keep_still()  # as the server does when it begins to serve
    pages = []
    for role, client in clients(app, database):
        mine = list(walk(app, role, client))
        for page in mine:
            ask(client, page, rounds)
        pages += mine
    database.engine.dispose()
    return pages


def main() -> int:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the server there, or use the one there")
    options = parser.parse_args()
    report = Report("pages", bars=BARS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        table = tell(measure(folder, options.samples, options.rounds, report), report)
    ended = report.end(options.json)
    if not options.json:
        print(table)
    return ended


if __name__ == "__main__":
    raise SystemExit(main())
