"""One PostgreSQL under load: it, the server, and delivery workers are killed at random moments."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from time import monotonic

import pytest
from sqlalchemy import func, select, update

from benchmarks import postgres
from faults.applying import Group, wait_mid_group, were_cut
from faults.deliverer import TARGET
from faults.province import Server, free_port
from faults.stations import enrol, sending
from server import vault
from server.config import Settings
from server.db import open_database
from server.delivery import services
from server.delivery.models import Delivery

SENDERS, KILLS = 6, 3
SUBJECTS, VERSIONS = 30, 10


@pytest.fixture
def cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL that keeps what it commits."""
    if postgres.programs() is None:
        pytest.skip(postgres.ABSENT)
    with postgres.running(port=free_port()) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, cluster: postgres.Cluster) -> Settings:
    return Settings(data=str(tmp_path / "data"), database=cluster.url())


def served(settings: Settings) -> Server:
    more = {"GHEPMAU_DATABASE": settings.database, "GHEPMAU_WORKERS": "2", "GHEPMAU_THREADS": "16"}
    return Server(Path(settings.data), free_port(), environment=more)


def kill(cluster: postgres.Cluster) -> None:
    """End it, then a start as after a power cut."""
    end(cluster)
    cluster.start()


def end(cluster: postgres.Cluster) -> None:
    """SIGKILL for the postmaster and all its children."""
    postmaster = cluster.postmaster
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    os.kill(postmaster, signal.SIGKILL)
    for child in children:
        with suppress(ProcessLookupError):  # a worker that had just ended by itself
            os.kill(int(child), signal.SIGKILL)
    Event().wait(1.0)
    if is_undead(postmaster):
        for lock in [cluster.data / "postmaster.pid", *cluster.folder.glob(".s.PGSQL.*.lock")]:
            lock.unlink()


def is_undead(pid: int) -> bool:
    """Return whether a process is dead and nobody has looked: PostgreSQL takes it for alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


def test_a_database_killed_in_mid_load_loses_nothing_that_was_answered(
    cluster: postgres.Cluster, settings: Settings
) -> None:
    """It is killed while pairings are being applied."""
    stations = enrol(settings, [f"ban-{number}" for number in range(SENDERS)])
    server, hit = served(settings), []
    server.start()
    try:
        with sending(stations, [server.port]):
            for _ in range(KILLS):
                Event().wait(2.0)
                hit.append(wait_mid_group(cluster.url()))
                kill(cluster)
                answered_again(stations.acked_after)
        stations.wait_applied()
    finally:
        server.kill()
    report = stations.report()
    print(report.row("database killed three times"))
    must_have_cut(cluster, hit)
    report.must_be_whole()
    assert report.resent


def must_have_cut(cluster: postgres.Cluster, hit: list[Group]) -> None:
    """Some of these groups were cut off in the middle, or the kills tried nothing."""
    cut = were_cut(cluster.url(), hit)
    print(f"{cut} of {len(hit)} kills cut off a group of pairings that was being applied")
    assert cut


def test_a_server_of_two_processes_killed_in_mid_batch_loses_nothing(
    cluster: postgres.Cluster, settings: Settings
) -> None:
    stations = enrol(settings, [f"ban-{number}" for number in range(SENDERS)])
    server, hit = served(settings), []
    server.start()
    with sending(stations, [server.port]):
        for kills in range(KILLS):
            Event().wait(1.0 + 0.3 * kills)
            hit.append(wait_mid_group(cluster.url()))
            server.kill()
            server.start()
            answered_again(stations.acked_after)
    stations.wait_applied()
    server.kill()
    report = stations.report()
    print(report.row("server killed three times"))
    must_have_cut(cluster, hit)
    report.must_be_whole()


def answered_again(acked_after: object) -> None:
    moment, until = monotonic(), monotonic() + 90
    while callable(acked_after) and acked_after(moment) < SENDERS:
        assert monotonic() < until, "stations were not answered any more"
        Event().wait(0.2)


class Receiver:
    """Keeps every call, in the order in which it came; `known` are the keys it acts on."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.lock = Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.heard.append((self.headers["X-Subject"], self.headers["X-Key"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"taken")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def first_times(self) -> list[tuple[str, str]]:
        """What had an effect: each key the first time that it came."""
        return list(dict.fromkeys(self.heard))


def fill(settings: Settings, about: str = "s") -> list[tuple[str, str]]:
    """Put messages into the outbox; return each one's subject, which begins so, and key."""
    database, every = open_database(settings.database_url), []
    vault.install(vault.Vault.load(settings.vault_path))
    with database.write() as session:
        for version in range(1, VERSIONS + 1):
            for subject in (f"{about}{n}" for n in range(SUBJECTS)):
                every.append((subject, f"{subject}/v{version}"))
                services.enqueue(
                    session, target=TARGET, key=every[-1][1], subject=subject, version=version,
                    payload="{}", now=datetime.now(UTC),
                )  # fmt: skip
    database.engine.dispose()
    return every


def begun(settings: Settings, receiver: Receiver) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "faults.deliverer", settings.database_url,
               str(settings.vault_path), receiver.url]  # fmt: skip
    made = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert made.stdout is not None
    assert made.stdout.readline() == "working\n"
    return made


def test_delivery_workers_killed_at_random_deliver_each_once_and_in_order(
    settings: Settings,
) -> None:
    """What a killed one had in hand waits for the end of its lease; here it ends at once."""
    enrol(settings, [])
    every, receiver, random = fill(settings), Receiver(), Random(8)
    database = open_database(settings.database_url)
    workers = [begun(settings, receiver) for _ in range(3)]
    until = monotonic() + 240
    while waiting(settings) and monotonic() < until:
        Event().wait(random.uniform(0.1, 0.6))
        turn = random.randrange(len(workers))
        workers[turn].kill()
        workers[turn].communicate()
        workers[turn] = begun(settings, receiver)
        with database.write() as session:  # time goes by
            session.execute(update(Delivery).where(Delivery.leased_until.is_not(None)).values(
                leased_until=Delivery.leased_until - timedelta(minutes=1)))  # fmt: skip
    for each in workers:
        each.kill()
        each.communicate()
    database.engine.dispose()
    print(f"{len(receiver.heard)} calls for {len(every)} messages")
    assert sorted(receiver.first_times()) == sorted(every)
    for subject in (f"s{n}" for n in range(SUBJECTS)):
        said = [key for about, key in receiver.first_times() if about == subject]
        assert said == [f"{subject}/v{version}" for version in range(1, VERSIONS + 1)]


def waiting(settings: Settings) -> int:
    database = open_database(settings.database_url)
    with database.read() as session:
        found = session.scalar(select(func.count()).where(Delivery.state == "waiting")) or 0
    database.engine.dispose()
    return found
