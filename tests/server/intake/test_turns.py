"""Appliers that work at once take all that their events may touch in one order, before any effect.

Each station has a lot of its own, gives tubes of the others' too, and takes back in between: every
void ends a run of pairings, and no run may wait for more while others are held.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text

from contract import events
from contract.tubes import TubeId
from server.config import Settings
from server.db import Database, open_database
from server.intake.applier import apply_pending
from server.intake.applying import apply_some
from server.intake.models import WireEvent
from server.intake.upload import read_upload
from server.intake.writer import Writer
from server.sampling import lots
from server.sampling.models import Pairing, PairingVoid
from tests.server.statements import asked

STATIONS, EACH, APART = 10, 6, 50


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def own_lots(database: Database, now: datetime) -> None:
    with database.write() as session:
        for _ in range(STATIONS):
            lots.register_lot(
                session, series=26, count=APART, place="p", station=None, by="u", now=now
            )


@pytest.fixture
def others(settings: Settings) -> Iterator[list[Database]]:
    """The same database, as other processes have it."""
    found = [open_database(settings.database_url) for _ in range(3)]
    yield found
    for each in found:
        each.engine.dispose()


def code_of(person: int) -> bytes:
    return f"024091{person:06d}||Nguyễn Văn Mẫu|02031991|Nam|Hồng Thái, Việt Yên|01012022".encode()


def tube_in(lot: int, number: int) -> TubeId:
    return TubeId.mint(26, 1 + lot % STATIONS * APART + number)


def told(sender: Any, station: int) -> list[bytes]:
    """A tube of one's own lot, then of the lots before it, each taken back; people of one's own."""
    written = []
    for number in range(EACH):
        tube = tube_in(station - number, number * 3)
        pair = sender.pairing(tube, code_of(station * EACH + number))
        void = sender.write(events.PairingVoided, pairing=events.decode(pair).id, tube=tube.text,
                            reason="undo")  # fmt: skip
        written += [pair, void]
    return written


def store(database: Database, sender: Any, written: list[bytes]) -> None:
    batch = events.encode_batch(sender.name, written)
    assert Writer(database).store(read_upload(sender.name, batch, sender.now)).new == len(written)


def is_lock(statement: str) -> bool:
    return "FOR NO KEY UPDATE" in statement and "FROM station" not in statement


def test_no_lot_and_no_person_is_waited_for_after_the_first_effect(
    make_sender: Any, own_lots: None, database: Database, now: datetime
) -> None:
    """The same people come again, to another station, with tubes of another lot."""
    for round_, station in enumerate((3, 7)):
        sender = make_sender(f"ban-{station}")
        for number in range(3):
            tube = tube_in(station - number, number * 3)
            pair = sender.pairing(tube, code_of(number))
            void = sender.write(events.PairingVoided, pairing=events.decode(pair).id,
                                tube=tube.text, reason="undo")  # fmt: skip
            store(database, sender, [pair, void] if number else [pair])
        with asked(database) as statements:
            assert apply_some(database, now) == 5
        said = [statement for statement, _ in statements]
        first = next(at for at, each in enumerate(said) if each.startswith("INSERT INTO pairing"))
        assert any(map(is_lock, said[:first]))
        late = [each for each in said[first:] if is_lock(each)]
        new = [each for each in late if "FROM person" in each]  # whom nobody else knows
        assert late == new
        assert round_ == 0 or not late


def test_appliers_whose_stations_use_each_others_lots_never_wait_for_each_other(
    make_sender: Any, own_lots: None, database: Database, others: list[Database], now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    for station in range(STATIONS):
        sender = make_sender(f"ban-{station}")
        store(database, sender, told(sender, station))
    every = [database, *others]
    with caplog.at_level(logging.INFO), ThreadPoolExecutor(len(every)) as pool:
        done = list(pool.map(lambda each: apply_pending(each, now, waiting=False), every))
    assert sum(done) == 2 * STATIONS * EACH
    assert "deadlock" not in caplog.text
    assert "not applied together" not in caplog.text
    with database.read() as session:
        counted = select(WireEvent.state, func.count()).group_by(WireEvent.state)
        assert session.execute(counted).all() == [("applied", 2 * STATIONS * EACH)]
        for table in (Pairing, PairingVoid):
            assert session.scalar(select(func.count()).select_from(table)) == STATIONS * EACH


_DEADLOCK = """
CREATE FUNCTION too_many() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM pairing) > 12 THEN RAISE EXCEPTION USING ERRCODE = '40P01'; END IF;
    RETURN NULL;
END $$
"""


def test_after_a_deadlock_fewer_events_are_tried(
    make_sender: Any, own_lots: None, database: Database, now: datetime
) -> None:
    sender = make_sender("ban-1")
    pairs = [sender.pairing(tube_in(0, number), code_of(number)) for number in range(40)]
    store(database, sender, pairs)
    with database.engine.begin() as connection:
        connection.execute(text(_DEADLOCK))
        connection.execute(
            text("CREATE TRIGGER t AFTER INSERT ON pairing EXECUTE FUNCTION too_many()")
        )
    assert apply_some(database, now) == 12
