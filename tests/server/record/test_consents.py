"""What people agreed to is told to them; taking it back takes away what only rested on it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations import form_versions
from server.declarations.models import CheckIn, Declaration
from server.declarations.phone_models import PhonePerson
from server.intake.models import WireEvent
from server.outcomes.models import Outcome
from server.record import consents, mine, requests
from server.record.requests import Kind


def came(person: UUID, now: datetime) -> list[CheckIn | WireEvent]:
    """What a phone's declaration and a station's question left beside: check-ins, and an event."""
    made = [
        CheckIn(id=uuid4(), person_id=person, source=source, station=station, point="Chợ Mẫu",
                place="p", at=now, trusted=True, answers='{"symptoms":"yes"}', recorded_at=now)
        for source, station in (("phone", None), ("station", "ban-1"))
    ]  # fmt: skip
    told = WireEvent(
        event_id=made[1].id, station="ban-1", epoch="0" * 16, seq=1, kind="checked-in",
        hash="0" * 64, prev="0" * 64, payload=b'{"symptoms":"yes"}', received_at=now,
        state="applied", applied_at=now,
    )  # fmt: skip
    return [*made, told]


@pytest.fixture
def agreed(tested: Any, database: Database, now: datetime) -> UUID:
    """The person agreed twice, once through somebody else; a phone knows them."""
    with database.write() as session:
        form = next(each for each in form_versions.shipped().values() if each.consent)
        form_versions.keep(session, form)
        assert form.consent is not None
        for days, other in ((0, False), (3, True)):
            session.add(
                Declaration(
                    id=uuid4(), person_id=tested.person, form_id=form.id, source="phone",
                    on_behalf=other, symptoms=True, exposed=False, answers='{"sot":{}}',
                    consent=form.consent.id, at=now + timedelta(days=days), recorded_at=now,
                )
            )  # fmt: skip
        session.add(
            PhonePerson(
                id=uuid4(), phone="h", person_id=tested.person, name="Mẫu", said_blind="b",
                birth_year=1991, on_behalf=False, number="n", card="c", added_at=now, last_at=now,
            )
        )  # fmt: skip
        session.add_all(came(tested.person, now))
    person: UUID = tested.person
    return person


def test_withdrawing_takes_answers_and_leaves_what_was_agreed_to_and_results(
    agreed: UUID, database: Database, now: datetime
) -> None:
    with database.write() as session:
        (before,) = consents.consents_of(session, [agreed])
        assert (before.times, before.by_others) == (2, 1)
        assert before.last - before.first == timedelta(days=3)
        assert len(before.words[0]) >= 1
        asked = requests.ask(
            session, agreed, Kind.WITHDRAW, wish="", source="page", due=now, by="person", now=now
        )
        consents.withdraw(session, asked.id, reason="đã rút", by="user:hoa", now=now)
    with database.read() as session:
        for declared in session.scalars(select(Declaration)):
            assert (declared.answers, declared.symptoms, declared.exposed) == ("{}", None, None)
        assert set(session.scalars(select(CheckIn.answers))) == {"{}"}
        assert session.scalars(select(WireEvent.payload)).all() == [b""]
        assert session.scalar(select(func.count()).select_from(PhonePerson)) == 0
        assert session.scalar(select(func.count()).select_from(Outcome)) == 1
        assert len(consents.consents_of(session, [agreed])) == 1
        assert consents.withdrawn_at(session, [agreed]) == now
        assert "consent.withdrawn" in set(session.scalars(select(AuditEntry.action)))


def test_a_person_takes_consent_back_on_their_page_and_an_officer_answers(
    agreed: UUID, database: Database, app: Flask, sign_in: Any, now: datetime
) -> None:
    with database.write() as session:
        token = mine.link_of(session, agreed, by="user:hoa", now=now).token
    client = app.test_client()
    csrf = client.get(f"/my/{token}").text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(f"/my/{token}", data={"birth": "21/03/1991", "csrf_token": csrf})
    assert "1 lần người khác khai hộ" in " ".join(client.get("/my").text.split())
    client.post("/my/requests", data={"kind": "withdraw", "csrf_token": csrf})
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    with database.read() as session:
        (asked,) = requests.open_requests(session)
    assert "Rút đồng ý làm mất" in officer.get(f"/requests/{asked.id}").text
    answer = {"answer": "done", "reason": "đã xóa câu trả lời"}
    assert officer.post(f"/requests/{asked.id}/answer", data=answer).status_code in (302, 303)
    assert "đã rút" not in client.get("/my").text  # declared again later: agreed again
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PhonePerson)) == 0
