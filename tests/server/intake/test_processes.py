"""Several processes take in uploads of one database, and apply them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from contract import events
from contract.tubes import TubeId
from server.accounts import keyring
from server.accounts.models import Station
from server.config import Settings
from server.db import Database, open_database
from server.intake import lines
from server.intake.applier import apply_pending
from server.intake.applying import apply_some
from server.intake.models import ChainAlert, StationEpoch, WireEvent
from server.intake.upload import Upload, read_upload
from server.intake.writer import Writer
from server.sampling.models import Pairing, PairingVoid

Sender = Any
PEOPLE = 6


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def other(settings: Settings) -> Iterator[Database]:
    """The same database, as another process has it."""
    opened = open_database(settings.database_url)
    yield opened
    opened.engine.dispose()


def upload(sender: Sender, *written: bytes) -> Upload:
    return read_upload(sender.name, events.encode_batch(sender.name, list(written)), sender.now)


def test_uploads_of_one_station_through_two_processes_make_one_chain(
    make_sender: Any, database: Database, other: Database
) -> None:
    sender, writers = make_sender("ban-1"), [Writer(database), Writer(other)]
    for turn in range(8):
        assert writers[turn % 2].store(upload(sender, sender.write(), sender.write())).new == 2
    with database.read() as session:
        assert session.scalars(select(StationEpoch.last_seq)).all() == [16]
        assert session.scalar(select(func.count()).select_from(ChainAlert)) == 0


def test_the_same_upload_twice_at_one_moment_is_stored_once(
    make_sender: Any, database: Database, other: Database
) -> None:
    senders = [make_sender(f"ban-{number}") for number in range(4)]
    writers = [Writer(database), Writer(other)]
    for writer in writers:
        writer.start()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(6):
            batches = [upload(each, each.write(), each.write()) for each in senders]
            pairs = [(writer, batch) for batch in batches for writer in writers]
            found = list(pool.map(lambda pair: pair[0].store(pair[1]), pairs))
            assert sum(each.new for each in found) == len(senders) * 2
            assert sum(each.known for each in found) == len(senders) * 2
    for writer in writers:
        writer.stop()
    with database.read() as session:
        assert set(session.scalars(select(StationEpoch.last_seq))) == {12}
        assert session.scalar(select(func.count()).select_from(ChainAlert)) == 0


def test_a_head_never_goes_back(make_sender: Any, database: Database, other: Database) -> None:
    """What comes late, through another process, fills its gap and moves nothing."""
    sender = make_sender("ban-1")
    early, late = upload(sender, sender.write(), sender.write()), upload(sender, sender.write())
    assert Writer(other).store(late).new == 1
    assert Writer(database).store(early).new == 2
    with database.read() as session:
        assert session.scalars(select(StationEpoch.last_seq)).all() == [3]
        open_alerts = select(func.count()).where(ChainAlert.closed_at.is_(None))
        assert session.scalar(open_alerts) == 0


def test_a_stations_line_is_one_processs_at_a_time(
    make_sender: Any, database: Database, other: Database, now: datetime
) -> None:
    first, second = make_sender("ban-1"), make_sender("ban-2")
    for sender in (first, second):
        Writer(database).store(upload(sender, sender.write(), sender.write()))
    with database.write() as session:
        assert len(lines.take(session, 50)) == 4
        assert apply_some(other, now) is None
    assert apply_some(other, now) == 4


def test_many_appliers_do_each_thing_once_and_in_order(
    make_sender: Any, with_lots: None, database: Database, other: Database, now: datetime,
) -> None:  # fmt: skip
    """Each station pairs and takes back, with the same people at every table."""
    senders = [make_sender(f"ban-{number}") for number in range(4)]
    for number, sender in enumerate(senders):
        for person in range(PEOPLE):
            tube = TubeId.mint(26, 1 + number * PEOPLE + person)
            paired = sender.pairing(tube, code_of(person))
            undone = sender.write(
                events.PairingVoided, pairing=events.decode(paired).id, tube=tube.text,
                reason="undo",
            )  # fmt: skip
            Writer(database).store(upload(sender, paired, undone))
    with ThreadPoolExecutor(3) as pool:
        every = [database, other, database]
        assert sum(pool.map(lambda each: apply_pending(each, now), every)) == 2 * 4 * PEOPLE
    with database.read() as session:
        counted = select(WireEvent.state, func.count().label("n")).group_by(WireEvent.state)
        states = {row.state: row.n for row in session.execute(counted)}
        assert states == {"applied": 2 * 4 * PEOPLE}
        assert session.scalar(select(func.count()).select_from(Pairing)) == 4 * PEOPLE
        assert session.scalar(select(func.count()).select_from(PairingVoid)) == 4 * PEOPLE
        people = select(func.count(Pairing.person_id.distinct()))
        assert session.scalar(people) == PEOPLE


def code_of(person: int) -> bytes:
    return f"024091{person:06d}||Nguyễn Văn Mẫu|02031991|Nam|Hồng Thái, Việt Yên|01012022".encode()


def test_a_station_revoked_in_one_process_is_revoked_in_all(
    make_sender: Any, database: Database, other: Database
) -> None:
    sender = make_sender("ban-1")
    assert (keyring.station(database, sender.name) or pytest.fail("unknown")).key is not None
    with other.write() as session:
        session.execute(update(Station).values(state="revoked"))
    assert (keyring.station(database, sender.name) or pytest.fail("unknown")).key is None
