"""What was answered before consent was taken back is not kept; refused events go in their time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from contract import sealing
from contract.duty_events import CheckedIn
from server.audit import services as audit
from server.config import Settings
from server.db import Database
from server.declarations.models import CheckIn
from server.declarations.withdrawn import withdrawals
from server.intake.applier import apply_again, apply_pending
from server.intake.models import WireEvent
from server.people import merges
from server.people.models import Person
from server.record import consents, requests
from server.record.requests import Kind
from server.upkeep import keeping
from tests.server.statements import asked

pytestmark = pytest.mark.engines
CODE = "024191000123||Nguyễn Thị Mẫu|02031991|Nữ|Hồng Thái, Việt Yên|01012022".encode()
YES, NOTHING = '{"symptoms":"yes"}', '{"symptoms":""}'


def came(sender: Any, **more: Any) -> bytes:
    sealed = sealing.seal(sender.vault.sealing.public_key(), CODE)
    said = {"person": sealed, "person_kind": "citizen-card", "tag": "0" * 16, "symptoms": "yes"}
    written: bytes = sender.write(CheckedIn, **{**said, **more})
    return written


def withdraw(database: Database, person: UUID, now: datetime) -> None:
    with database.write() as session:
        asked = requests.ask(
            session, person, Kind.WITHDRAW, wish="", source="page", due=now, by="person", now=now
        )
        consents.withdraw(session, asked.id, reason="r", by="user:hoa", now=now)


def kept(database: Database) -> list[tuple[str, bool]]:
    """Return what each check-in tells of symptoms, and whether its event does, in their order."""
    with database.read() as session:
        both = select(CheckIn.answers, WireEvent.payload).join(
            WireEvent, WireEvent.event_id == CheckIn.id
        )
        return [(said, bool(payload)) for said, payload in session.execute(both.order_by("seq"))]


def test_a_station_that_was_off_line_brings_no_answer_back(
    sender: Any, database: Database, now: datetime
) -> None:
    sender.send(came(sender))
    apply_pending(database, now)
    with database.write() as session:
        person = session.scalars(select(Person.id)).one()
        session.add(other := Person(id=uuid4(), name="x", place="p", created_at=now))
        session.flush()
        merges.merge(session, other.id, person, reason="r", evidence="e", by="user:hoa", now=now)
        asked = other.id
    withdraw(database, asked, now + timedelta(hours=1))  # of one record, which counts for all
    late = [came(sender, at=now), came(sender, at=now + timedelta(hours=2)),
            came(sender, at=now + timedelta(hours=2), trusted=False)]  # fmt: skip
    sender.send(*late)
    apply_pending(database, now + timedelta(days=1))
    assert kept(database) == [("{}", False), (NOTHING, False), (YES, True), (NOTHING, False)]


def went_on(database: Database, at: datetime) -> None:
    with database.write() as session:
        audit.record(session, "station.labelled", "ban-2", by="user:hoa", now=at)


def first_comes(sender: Any, database: Database, now: datetime) -> UUID:
    sender.send(came(sender))
    apply_pending(database, now)
    with database.read() as session:
        return session.scalars(select(Person.id)).one()


def test_consent_taken_back_while_the_clock_ran_ahead_ends_no_answer_that_is_given_anew(
    sender: Any, database: Database, now: datetime
) -> None:
    person = first_comes(sender, database, now)
    went_on(database, now + timedelta(minutes=50))
    withdraw(database, person, now + timedelta(days=365))  # it was an hour after the first
    went_on(database, now + timedelta(minutes=70))  # the clock is right again
    before, after = now + timedelta(minutes=40), now + timedelta(days=20)
    sender.send(came(sender, at=before), came(sender, at=after), came(sender, at=after))
    apply_pending(database, after + timedelta(seconds=1))
    assert kept(database) == [("{}", False), (NOTHING, False), (YES, True), (YES, True)]


def test_consent_taken_back_by_a_clock_ahead_and_again_by_a_right_one_ends_what_was_before_both(
    sender: Any, database: Database, now: datetime
) -> None:
    person = first_comes(sender, database, now)
    withdraw(database, person, now + timedelta(days=365))
    withdraw(database, person, now + timedelta(days=2))
    times = [now + timedelta(days=days) for days in (1, 3)]
    sender.send(*(came(sender, at=each) for each in times))
    apply_pending(database, now + timedelta(days=4))
    assert kept(database) == [("{}", False), (NOTHING, False), (YES, True)]


def test_what_a_clock_noted_that_is_behind_brings_no_answer_back_from_before_a_withdrawal(
    sender: Any, database: Database, now: datetime
) -> None:
    person = first_comes(sender, database, now)
    went_on(database, now + timedelta(minutes=50))
    withdraw(database, person, now + timedelta(days=365))
    went_on(database, now - timedelta(days=365))
    sender.send(came(sender, at=now + timedelta(minutes=40)))
    apply_pending(database, now + timedelta(days=4))
    assert kept(database) == [("{}", False), (NOTHING, False)]


def test_of_all_times_only_the_withdrawals_of_whoever_comes_are_read(
    database: Database, now: datetime
) -> None:
    with database.read() as session, asked(database) as statements:
        assert withdrawals(session, [uuid4()], None, now) == {}
    [read] = [said for said, _ in statements if "FROM data_request" in said]
    assert "data_request.person_id IN" in read


def test_a_refused_event_loses_its_bytes_in_time_and_stays_refused(
    sender: Any, database: Database, settings: Settings, now: datetime
) -> None:
    sender.send(came(sender), came(sender))
    with database.write() as session:
        for seq, kind in ((1, "checked-in"), (2, "tube-paired")):
            refused = update(WireEvent).where(WireEvent.seq == seq)
            session.execute(refused.values(state="refused", problem="error", kind=kind))
    for days, left in ((89, [True, True]), (91, [False, True]), (401, [False, False])):
        with database.write() as session:
            for each in keeping.PURPOSES:
                until = keeping.cutoff(each, settings, now + timedelta(days=days))
                keeping.take_away(session, each, until, None)
            payloads = select(WireEvent.payload).order_by(WireEvent.seq)
            assert list(map(bool, session.scalars(payloads))) == left
    with database.write() as session:
        assert apply_again(session, by="user:hoa", now=now) == 0
        assert set(session.scalars(select(WireEvent.problem))) == {"error"}
