"""One number and two names: asked about, held, answered; never guessed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, Kind, PersonCode, System
from contract.identities.base import BirthDate
from server.declarations import check_ins, form_versions
from server.declarations.check_ins import Comer, Coming
from server.declarations.models import Declaration
from server.declarations.queries import check_ins_of
from server.people import doubts, merges, services
from server.people.models import Disagreement, IdentityQuestion, Person
from server.sampling import identity_decisions
from server.sampling.holds import holds_of
from tests.server.conftest import MONDAY

NUMBER = Key(System.CITIZEN, "024191000123")
FORM = form_versions.shipped()[form_versions.SHORT]
Meet = Callable[..., Person]


@pytest.fixture
def meet(session: Session, now: datetime) -> Meet:
    def met(name: str | None, year: int = 1991, event: UUID | str | None = None) -> Person:
        code = PersonCode(
            Kind.CITIZEN_CARD, f"{name}{year}".encode(), (NUMBER,), name=name, birth=BirthDate(year)
        )
        evidence = event if isinstance(event, str) else f"event:{event or uuid4()}"
        return services.person_of(
            session, code, by="station:a", now=now, evidence=evidence, place="p"
        )

    return met


def asked(session: Session) -> int:
    return len(doubts.open_disagreements(session))


def test_marks_a_middle_name_or_an_unread_name_are_no_doubt(session: Session, meet: Meet) -> None:
    an = meet("Nguyễn Thị Mẫu")
    assert meet("NGUYEN THI MAU") is an
    assert meet("Nguyễn Mẫu") is an
    assert meet(None) is an
    assert asked(session) == 0


@pytest.mark.parametrize(("name", "year"), [("Trần Văn Khác", 1991), ("Nguyễn Thị Mẫu", 1962)])
def test_another_name_or_year_leads_to_the_record_and_asks(
    session: Session, meet: Meet, name: str, year: int
) -> None:
    an, event = meet("Nguyễn Thị Mẫu"), uuid4()
    assert meet(name, year, event) is an
    assert meet(name, year, event) is an
    assert asked(session) == 1
    assert (an.name, an.birth_year) == ("Nguyễn Thị Mẫu", 1991)


def test_who_is_another_has_their_pairing_and_is_known_from_then_on(
    session: Session, scene: Any, meet: Meet, now: datetime
) -> None:
    an = meet("Nguyễn Thị Mẫu")
    tube = scene.tube()
    pairing = scene.pair(tube, an)
    assert meet("Trần Văn Khác", 1960, pairing.id) is an
    assert [each.why for each in holds_of(session, [tube])] == ["identity"]
    (question,) = doubts.open_disagreements(session)
    waited = identity_decisions.answer(
        session, question.id, same=False, reason="xem thẻ", by="user:hoa", now=now
    )
    assert waited == 1
    assert list(holds_of(session, [tube])) == []
    other = session.get_one(Person, pairing.person_id)
    assert (other.name, other.birth_year) == ("Trần Văn Khác", 1960)
    assert meet("Trần Văn Khác", 1960) is other
    assert meet("Nguyễn Thị Mẫu") is an
    assert asked(session) == 0
    with pytest.raises(doubts.AlreadyAnswered):
        identity_decisions.answer(
            session, question.id, same=True, reason="x", by="user:hoa", now=now
        )


def test_who_is_another_has_their_check_ins_and_what_they_declared(
    session: Session, scene: Any, meet: Meet, now: datetime
) -> None:
    an, declared = meet("Nguyễn Thị Mẫu"), uuid4()
    at_a_table = coming(an, uuid4(), source="station", station="ban-1")
    by_hand = coming(an, declared, source="keeper", declaration_id=declared)
    form_versions.keep(session, FORM)
    session.add(
        Declaration(id=declared, person_id=an.id, form_id=FORM.id, source="keeper", at=now,
                    on_behalf=False, symptoms=True, answers="{}", consent="", recorded_at=now)
    )  # fmt: skip
    check_ins.keep(session, [at_a_table, by_hand, coming(an, uuid4())], now=now)
    meet("Trần Văn Khác", 1960, at_a_table.id)
    meet("Trần Văn Khác", 1960, f"check-in:{declared}")
    question, _ = doubts.open_disagreements(session)
    identity_decisions.answer(
        session, question.id, same=False, reason="xem thẻ", by="user:hoa", now=now
    )
    theirs = {each.id for each in check_ins_of(session, question.other_id)}
    assert theirs == {at_a_table.id, declared}
    assert len(check_ins_of(session, an.id)) == 1
    assert session.get_one(Declaration, declared).person_id == question.other_id


def coming(person: Person, which: UUID, *, source: str = "phone", **more: Any) -> Coming:
    return Coming(id=which, comer=Comer(person.id), source=source, point="Chợ", place="p",
                  at=MONDAY, symptoms="yes", **more)  # fmt: skip


def test_who_is_the_same_is_asked_about_once(session: Session, meet: Meet, now: datetime) -> None:
    an = meet("Nguyễn Thị Mẫu")
    meet("Nguyễn Thị Mẫu", 1962)
    meet("Nguyễn Thị Mẫu", 1962)
    first, second = doubts.open_disagreements(session)
    identity_decisions.answer(
        session, first.id, same=True, reason="sai năm", by="user:hoa", now=now
    )
    assert second.answer == "same"
    assert meet("Nguyễn Thị Mẫu", 1962) is an
    assert asked(session) == 0


def test_what_a_code_said_is_unreadable_in_the_database(session: Session, meet: Meet) -> None:
    meet("Nguyễn Thị Mẫu")
    meet("Trần Văn Khác")
    raw = session.connection().exec_driver_sql("SELECT said_name FROM disagreement").scalar()
    assert "Trần".encode() not in bytes(raw)
    assert session.scalars(select(Disagreement)).one().said_name == "Trần Văn Khác"


def test_two_records_of_one_person_have_their_numbers_joined_when_a_person_says_so(
    session: Session, now: datetime
) -> None:
    old = Key(System.OLD_CITIZEN, "121234567")

    def met(*keys: Key, name: str) -> Person:
        code = PersonCode(Kind.CITIZEN_CARD, name.encode(), keys, name=name, birth=BirthDate(1991))
        return services.person_of(
            session, code, by="s", now=now, evidence=f"event:{uuid4()}", place="p"
        )

    first, second = met(NUMBER, name="Nguyễn Thị Mẫu"), met(old, name="Nguyễn Thị Khác")
    met(NUMBER, old, name="Nguyễn Thị Mẫu")
    (question,) = session.scalars(select(IdentityQuestion))
    doubts.answer_question(session, question.id, same=True, by="user:hoa", now=now)
    for each in (first, second):
        assert {link.system for link in merges.keys_of(session, each.id)} == {"cccd", "cmnd"}
    assert merges.are_one(session, met(old, name="Nguyễn Thị Mẫu").id, first.id)
    assert asked(session) == 0
