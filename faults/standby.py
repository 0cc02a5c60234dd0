"""A PostgreSQL with a copy that streams from it, and the server whose officers read that copy."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from signal import SIGCONT, SIGSTOP, Signals
from threading import Event
from time import monotonic

import psycopg

from benchmarks import postgres
from faults.province import Server, descendants, free_port
from faults.sender import Sender
from faults.stations import enrol
from faults.test_postgresql import end
from rehearsal.browser import Browser, Page
from server.accounts import services
from server.accounts.roles import Role
from server.config import Settings
from server.db import open_database
from server.replica import WROTE

READ_SECONDS = 10  # as it is set where nobody says otherwise
PATIENCE = 30.0
AS_OF = "Số liệu lúc"
_WRITES = re.compile(r"(?m)^.*ERROR:  cannot execute .*$")  # in a copy's log
_PLACE = "vn-2021:24"


@dataclass
class Site:
    """All of it; `officer` is signed in and has changed nothing for a while."""

    primary: postgres.Cluster
    standby: postgres.Cluster
    server: Server
    station: Sender
    officer: Browser
    password: str
    standby_up: bool = True

    def overview(self) -> Page:
        return self.officer.open("/overview")

    def events(self, officer: Browser | None = None) -> int:
        """Return how many events the officer's program is told of."""
        told = (officer or self.officer).open("/api/v1/summary").json()
        return int(told["intake"]["events"])

    def is_read(self) -> bool:
        """Return whether a page was read from the copy, as it says itself."""
        return AS_OF in self.overview().text

    def upload(self) -> None:
        assert self.station.sent_once(self.server.port), self.station.met

    def logged_in(self) -> Browser:
        browser = Browser(f"http://127.0.0.1:{self.server.port}")
        browser.log_in("canbo", self.password)
        return browser

    def replay(self, what: str) -> None:
        """Let the copy `pause` or `resume` to follow."""
        asked(self.standby, f"SELECT pg_wal_replay_{what}()")

    def whole(self) -> None:
        """Begin as on a good day: the copy follows, and is read."""
        if not self.standby_up:
            self.start_standby()
        self.replay("resume")
        until("the copy is read", self.is_read)
        until("the copy has everything", lambda: not self._behind())

    def kill_standby(self) -> None:
        self.standby_up = False
        end(self.standby)

    @contextmanager
    def hanging_standby(self) -> Iterator[None]:
        """Freeze all of its processes: it is there and says nothing, as where a disk hangs."""
        frozen = [self.standby.postmaster, *descendants(self.standby.postmaster)]
        _signal(frozen, SIGSTOP)  # the first begins no more of them
        try:
            yield
        finally:
            _signal(frozen, SIGCONT)

    def start_standby(self) -> None:
        self.standby.start(durable=False)
        self.standby_up = True

    def _behind(self) -> bool:
        end_of_log = asked(self.primary, "SELECT pg_current_wal_lsn()")
        return bool(asked(self.standby, f"SELECT pg_last_wal_replay_lsn() < '{end_of_log}'"))

    def refused_writes(self) -> list[str]:
        """Return what somebody tried to write to the copy, since it was made."""
        return _WRITES.findall((self.standby.folder / "log").read_text(errors="replace"))


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Make and start all of it; stop it and remove it at the end."""
    password = token_hex(12)
    with postgres.running(port=free_port(), durable=False) as primary:
        settings = Settings(data=str(folder / "data"), database=primary.url())
        [station] = enrol(settings, ["ban-1"]).senders
        add_officer(settings, password)
        with following(primary) as standby:
            server = Server(folder / "data", free_port(), environment=_of(primary, standby))
            server.start()
            try:
                made = Site(primary, standby, server, station, Browser(""), password)
                made.officer = calm(made.logged_in())
                yield made
            finally:
                server.kill()


@contextmanager
def following(primary: postgres.Cluster) -> Iterator[postgres.Cluster]:
    """Start a copy that streams from *primary*, as `pg_basebackup` makes it."""
    folder = postgres.folder_in(primary.folder.parent)
    copy = postgres.Cluster(primary.bin, folder, free_port())
    postgres.run_as_nobody(
        copy.bin / "pg_basebackup", "-h", "127.0.0.1", "-p", primary.port, "-U", "postgres",
        "-D", copy.data, "-R", "-C", "-S", "copy", "-X", "stream", "-c", "fast", "--no-sync",
    )  # fmt: skip
    copy.start(durable=False)
    try:
        yield copy
    finally:
        with suppress(subprocess.CalledProcessError):  # a test may have killed it
            copy.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def calm(browser: Browser) -> Browser:
    """Let `read_seconds` be over since *browser* changed something: it forgets the cookie."""
    browser.forget(WROTE)
    return browser


def until(what: str, holds: Callable[[], bool]) -> float:
    """Wait until it holds; return for how long."""
    began = monotonic()
    while not holds():
        assert monotonic() < began + PATIENCE, f"not within {PATIENCE} s: {what}"
        Event().wait(0.2)
    return monotonic() - began


def asked(cluster: postgres.Cluster, statement: str) -> object:
    where = cluster.url().replace("+psycopg", "")
    with psycopg.connect(where, autocommit=True) as connection:
        answer = connection.execute(statement)  # type: ignore[arg-type]
        row = answer.fetchone() if answer.description else None
    return row[0] if row else None


def _signal(pids: Sequence[int], number: Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it was at its end
            os.kill(pid, number)


def _of(primary: postgres.Cluster, standby: postgres.Cluster) -> dict[str, str]:
    return {
        "GHEPMAU_DATABASE": primary.url(),
        "GHEPMAU_READ_DATABASE": standby.url(),
        "GHEPMAU_READ_SECONDS": str(READ_SECONDS),
    }


def add_officer(settings: Settings, password: str) -> None:
    """Let `canbo`, who may see everything, sign in with *password*."""
    database = open_database(settings.database_url)
    with database.write() as session:
        services.add_user(
            session, "canbo", name="Cán bộ", role=Role.HEALTH_OFFICER, password=password,
            place=_PLACE, sees="*", by="faults", now=datetime.now(UTC),
        )  # fmt: skip
    database.engine.dispose()
