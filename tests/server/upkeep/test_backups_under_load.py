"""A copy that is made while people and stations write: of one moment, and behind no answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from contract import events, signing
from server import vault as vaults
from server.accounts.models import Station
from server.app import create_app
from server.audit.models import AuditEntry
from server.audit.services import record
from server.audit.verifying import verify
from server.config import Settings
from server.db import Database
from server.intake.models import StationEpoch, WireEvent
from server.people.models import Person
from server.upkeep import backups, restoring
from tests.server.intake.conftest import Sender
from tests.server.upkeep.test_backups import NAME, elsewhere, migrated

__all__ = ["migrated"]
pytestmark = [pytest.mark.blank, pytest.mark.engines]
STATIONS, BATCH, SOME, STUCK = 2, 7, 5, 60.0


class Work(Thread):
    """Writes again and again until it is told to stop; `done` is what was acknowledged so far."""

    def __init__(self) -> None:
        super().__init__()
        self.some, self.enough = Event(), Event()
        self.times = 0

    def run(self) -> None:
        while not self.enough.is_set():
            self.write()
            self.times += 1
            if self.times == SOME:
                self.some.set()

    def write(self) -> None:
        raise NotImplementedError


class Desk(Work):
    """Each of its transactions adds a person and an entry of the trail."""

    def __init__(self, database: Database, now: datetime) -> None:
        super().__init__()
        self.database, self.now = database, now
        self.done: list[UUID] = []

    def write(self) -> None:
        with self.database.write() as session:
            person = Person(
                id=uuid4(), name=NAME, birth_year=1991, place="vn-2021:24", created_at=self.now
            )
            session.add(person)
            record(session, "person.met", person.id, by="user:lan", now=self.now)
        self.done.append(person.id)


class Table(Work):
    """A station that sends what it wrote in small batches."""

    def __init__(self, sender: Sender) -> None:
        super().__init__()
        self.sender = sender
        self.written: list[bytes] = []
        self.done = 0

    def write(self) -> None:
        batch = [self.sender.write() for _ in range(BATCH)]
        self.written += batch
        assert self.sender.send(*batch).status_code == 200
        self.done = len(self.written)


@contextmanager
def working(works: list[Work]) -> Iterator[None]:
    """All of them work, and go on; begun once each has some behind it."""
    for each in works:
        each.start()
    try:
        assert all(each.some.wait(STUCK) for each in works)
        yield
    finally:
        for each in works:
            each.enough.set()
        for each in works:
            each.join()


@pytest.fixture
def tables(
    settings: Settings, vault: vaults.Vault, migrated: Database, now: datetime
) -> Iterator[list[Table]]:
    app = create_app(settings, lambda: now)
    found = [Table(Sender(app, vault, now, f"ban-{number}")) for number in range(STATIONS)]
    with migrated.write() as session:
        for each in found:
            key = signing.public_text(each.sender.key)
            session.add(
                Station(id=each.sender.name, label="Bàn", place="vn-2021:24", duty="sampling",
                        public_key=key, state="enrolled", enrolled_at=now, created_at=now)
            )  # fmt: skip
    yield found
    app.extensions["database"].engine.dispose()


def test_a_copy_under_load_is_of_one_moment_and_lacks_nothing_that_was_acknowledged_before_it(
    migrated: Database, tables: list[Table], tmp_path: Path, now: datetime
) -> None:
    desk = Desk(migrated, now)
    with working([desk, *tables]):
        met, told = set(desk.done), [each.done for each in tables]
        made = backups.make(migrated, tmp_path / "backups", now=now)
    other = elsewhere(migrated, tmp_path)
    restoring.restore(other, made)
    with other.read() as session:
        assert met <= set(session.scalars(select(Person.id)))
        entries = select(func.count()).where(AuditEntry.action == "person.met")
        people = session.scalar(select(func.count()).select_from(Person))
        assert people == session.scalar(entries), "a person and their entry are of one transaction"
        for table, acknowledged in zip(tables, told, strict=True):
            check_chain(session, table, acknowledged)
        assert verify(session).sound
        if other.engine.dialect.name == "sqlite":  # elsewhere the database looks when it restores
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def check_chain(session: Session, table: Table, acknowledged: int) -> None:
    """What the copy has of a station is the beginning of what it wrote, as far as its head says."""
    name = table.sender.name
    own = select(WireEvent.payload).where(WireEvent.station == name).order_by(WireEvent.seq)
    kept = list(session.scalars(own))
    assert len(kept) >= acknowledged >= SOME * BATCH
    assert kept == table.written[: len(kept)]
    head = session.get_one(StationEpoch, (name, table.sender.epoch))
    assert (head.last_seq, head.last_hash) == (len(kept), events.digest(kept[-1]))
