"""The server: a slow or full disk, a clock years off, and bad wires to stations and receivers."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import select

from contract import signing
from device.backlog import read_sent
from faults import runs
from faults.badlink import INSIDE, behind
from faults.chaos_world import Ballast
from faults.disks import small
from faults.mischief import USUAL, Mischief
from faults.province import Home, Server, found, free_port, station_at
from faults.test_wire import drain, pairs
from server import schema, vault
from server.db import Database, open_database
from server.delivery import routes, worker
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.delivery.routes import Route
from server.delivery.services import enqueue_all
from server.exchange.http import Access, Http
from server.exchange.simulated import SimulatedSystem

AN_HOUR = timedelta(hours=1)
YEARS = {"ten years ahead": "+10y", "in 1996": "-30y"}


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return station_at(tmp_path / "station")


@contextmanager
def serving(data: Path, home: Home, **how: object) -> Iterator[Server]:
    found(data, signing.public_text(home.secrets.key))
    server = Server(data, free_port(), **how)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.kill()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_a_full_disk_takes_nothing_half_and_goes_on_when_there_is_room(
    tmp_path: Path, home: Home
) -> None:
    with small(tmp_path / "disk", "48m") as disk, serving(disk / "server", home) as server:
        ballast = Ballast(disk / "ballast")
        pairs(home, 1, 40)
        up = home.uplink(address(server), most=20)
        up.turn()
        ballast.fill()
        for _ in range(2):
            up.turn()
        told = read_sent(home.folder)
        assert told.trouble
        ballast.empty()
        stored = server.stored
        assert {row[:2] for row in stored} >= {
            row[:2] for row in home.written if row[1] <= told.acked.get(row[0], 0)
        }
        drain(home.uplink(address(server)), home)
        assert server.stored == home.written
        assert server.alerts() == []


def test_a_slow_disk_answers_late_and_stores_everything_once(tmp_path: Path, home: Home) -> None:
    runs.needs("strace")
    seen, slow = tmp_path / "syncs", "delay_enter=400000"
    under = tuple(runs.injecting(["fdatasync", "fsync"], slow, output=seen))
    with serving(tmp_path / "server", home, under=(*under, "-f")) as server:
        pairs(home, 1, 30)
        before, began = delayed(seen), time.monotonic()
        drain(home.uplink(address(server), most=10), home)
        took, syncs = time.monotonic() - began, delayed(seen) - before
        assert server.stored == home.written
        assert server.alerts() == []
    print(f"{len(home.written)} events in batches of 10, 0.4 s for each sync: {took:.1f} s")
    uploads = -(-len(home.written) // 10)
    assert syncs >= uploads, "uploads were answered without a sync"
    assert took >= 0.4 * uploads, "the disk was not slow"


def delayed(trace: Path) -> int:
    """Return how many calls strace held back up to now."""
    return trace.read_text(errors="replace").count("DELAYED")


@pytest.mark.parametrize("shift", YEARS.values(), ids=YEARS.keys())
def test_a_server_whose_clock_is_years_off_loses_and_doubles_nothing(
    tmp_path: Path, home: Home, shift: str
) -> None:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not installed: `make faults` installs it where apt can")
    faked = {"LD_PRELOAD": str(library), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    years = timedelta(days=365 * int(shift.removesuffix("y")))
    with serving(tmp_path / "server", home, environment=faked) as server:
        pairs(home, 1, 10)
        drain(home.uplink(address(server)), home)
        then = received(server)
        server.kill()
        server.environment = {}
        server.start()
        pairs(home, 500, 10)
        drain(home.uplink(address(server)), home)
        assert off_by(then) == {round(years / AN_HOUR)}, "its clock was right"
        assert off_by(received(server)[len(then) :]) == {0}
        assert server.stored == home.written
        assert server.alerts() == []


def received(server: Server) -> list[datetime]:
    """Return by the server's clock when each event came, in the order of the station's numbers."""
    with closing(sqlite3.connect(server.data / "ghepmau.sqlite")) as db:
        asked = "SELECT received_at FROM wire_event ORDER BY epoch, seq"
        return [datetime.fromisoformat(at).replace(tzinfo=UTC) for (at,) in db.execute(asked)]


def off_by(moments: list[datetime]) -> set[int]:
    """Return by how many hours these moments, of just now, are wrong."""
    return {round((at - datetime.now(UTC)) / AN_HOUR) for at in moments}


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Database]:
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    database = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    schema.tables.create_all(database.engine)
    routes.install([Route("hook")])
    yield database
    routes.install([])
    database.engine.dispose()


@pytest.fixture
def receiver() -> Iterator[SimulatedSystem]:
    system = SimulatedSystem()
    system.start()
    yield system
    system.stop()


def test_a_receiver_behind_a_bad_wire_has_everything_once_and_in_order(
    outbox: Database, receiver: SimulatedSystem
) -> None:
    """Partition, drops, doubles, late copies and half answers between server and a target."""
    people, now = [str(uuid4()) for _ in range(10)], datetime.now(UTC)
    messages = [
        Message("hook", f"t/{person}/v{version}", person, version, f"{person} {version}", None)
        for version in (1, 2, 3)
        for person in people
    ]
    with outbox.write() as session:
        enqueue_all(session, messages, now=now)
    proxy = Mischief(receiver.port, Random(4))
    hook = Post(Http(Access(proxy.address, timeout=3.0)))
    for turn in range(60):
        if turn == 40:
            proxy.behave()
        else:
            proxy.apart = turn % 10 < 3 and turn < 40
        now += timedelta(minutes=16)
        worker.run_once(outbox, {"hook": hook}, now)
    proxy.close()
    assert proxy.done.keys() >= {"apart", *(name for name, _ in USUAL)}, "the wire was not bad"
    with outbox.read() as session:
        assert set(session.scalars(select(Delivery.state))) == {"delivered"}
    kept = [key for key, _ in receiver.kept]
    assert sorted(kept) == sorted(message.key for message in messages)
    for person in people:
        own = [key for key in kept if person in key]
        assert own == sorted(own)


class Post:
    """A channel that posts what it is given under its key, as the webhook does."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def deliver(self, subject: str, key: str, payload: str) -> str:
        del subject
        answer = self._http.call("POST", "", payload.encode(), {"webhook-id": key})
        if answer.status != 200:
            raise worker.Unreachable(f"HTTP {answer.status}")
        return "ok"


def test_through_a_network_that_loses_and_reorders_packets_everything_comes_once(
    tmp_path: Path, home: Home
) -> None:
    """A fifth lost, a tenth doubled, a quarter out of order, in both directions."""
    name = f"gm{os.getpid() % 10_000}"
    under = ("ip", "netns", "exec", name)
    with (
        behind(name, loss=20, twice=10, late=25) as carried,
        serving(
            tmp_path / "server", home, under=under, environment={"GHEPMAU_HOST": INSIDE}
        ) as server,
    ):
        pairs(home, 1, 60)
        drain(home.uplink(f"http://{INSIDE}:{server.port}", most=10), home)
        assert server.stored == home.written
        assert server.alerts() == []
    print(f"{carried.packets} carried, {carried.lost} lost, {carried.doubled} doubled")
    assert min(carried.lost, carried.doubled, carried.late) >= 5
