"""The server was restored from a backup: what stations did since comes again, and goes nowhere
else than it was meant."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from contract.tubes import TubeId
from device.sent import ask_for_all
from server import schema
from server.db import Database, open_database
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.intake.writer import Writer
from server.people.models import Person
from server.sampling import lots, numbering, printed_before
from server.sampling.models import Lot, Pairing
from server.upkeep import backups, restoring
from tests.server.intake.cards import enrolled
from tests.server.intake.conftest import Sender
from tests.server.upkeep.test_upgrading import stand_at

LOST = (TubeId.mint(26, 6), TubeId.mint(26, 10))  # printed after the backup, in the field


def register(database: Database, now: datetime) -> Lot:
    with database.write() as session:
        return lots.register_lot(
            session, series=26, count=5, place="p", station=None, by="u", now=now
        )


@pytest.mark.engines
def test_a_pairing_of_a_lost_lot_waits_for_that_lot_and_is_bound_to_no_other(
    sender: Sender, database: Database, now: datetime
) -> None:
    register(database, now)
    with database.write() as session:
        numbering.set_aside(session, made_at=now, now=now, others=(), plates=0)
    sender.send(sender.pairing(LOST[0]))
    apply_pending(database, now)
    assert (register(database, now).first or 0) > LOST[1].serial
    apply_pending(database, now)
    with database.read() as session:
        assert session.scalars(select(WireEvent.state)).all() == ["waiting"]
        assert session.scalar(select(func.count()).select_from(Person)) == 0
    with database.write() as session:
        printed_before.register(session, *LOST, name="", place="p", station=None, by="u", now=now)
    apply_pending(database, now)
    with database.read() as session:
        assert session.scalars(select(Pairing.tube)).all() == [LOST[0]]


def test_a_station_that_is_told_to_gives_the_restored_server_all_that_it_lost(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    stand_at(database, schema.newest_revision() or "")
    card = enrolled(database, tmp_path / "card", "ban-1")
    card.write(2)
    card.drain(Writer(database))
    copy = backups.make(database, tmp_path / "backups", now=now)
    card.write(4)
    card.drain(Writer(database))
    restored = open_database(f"sqlite:///{tmp_path / 'restored.sqlite'}")
    restoring.restore(restored, copy)
    card.drain(Writer(restored))
    assert stored(restored) == 2, "it does not know that anything is missing"
    ask_for_all(card.folder, datetime.now(UTC))
    card.write(1)
    card.drain(Writer(restored))
    assert stored(restored) == len(card.written) == 7
    restored.engine.dispose()


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(WireEvent)) or 0
