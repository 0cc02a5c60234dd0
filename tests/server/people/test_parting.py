"""Two records that were taken for one person's are parted: whose the results are is asked again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from contract.identities import Key, Kind, PersonCode, System
from contract.identities.base import BirthDate
from server.errors import BadInput
from server.lab import services as lab
from server.lab.results import Finding
from server.lab.words import Call
from server.outcomes.queries import outcomes_of_person
from server.outcomes.services import release
from server.people import doubts, merges, services
from server.people.models import IdentityQuestion, Person
from server.sampling import identity_decisions, matters
from server.sampling.holds import holds_of
from server.sampling.matter_decisions import Verdict, decide_matter

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("scene")]

MAU, HOA, KHAC = ("Nguyễn Thị Mẫu", 1991), ("Trần Thị Hoa", 1985), ("Lê Văn Khác", 1960)
BY = {"by": "user:hoa"}
Meet = Callable[..., Person]


@pytest.fixture
def meet(session: Session, now: datetime) -> Meet:
    def met(number: int, said: tuple[str | None, int], event: Any = None) -> Person:
        name, year = said
        keys = (Key(System.CITIZEN, f"024191{number:06d}"),)
        raw = f"{number}{name}{year}".encode()
        code = PersonCode(Kind.CITIZEN_CARD, raw, keys, name=name, birth=BirthDate(year))
        evidence = f"event:{event or uuid4()}"
        return services.person_of(session, code, by="s", now=now, evidence=evidence, place="p")

    return met


@pytest.fixture
def merged(session: Session, meet: Meet, now: datetime) -> tuple[Person, Person, Any]:
    one, other = meet(1, MAU), meet(2, HOA)
    edge = merges.merge(session, one.id, other.id, reason="", evidence="t", now=now, **BY)
    return one, other, edge.id


def part(session: Session, edge: Any, now: datetime) -> None:
    merges.part(session, edge, reason="không phải", now=now, **BY)


def waiting(session: Session) -> list[tuple[Any, Any]]:
    return [(each.person_id, each.said_name) for each in doubts.open_disagreements(session)]


def answer_all(session: Session, now: datetime, *, same: bool) -> None:
    while open_ones := doubts.open_disagreements(session):
        identity_decisions.answer(session, open_ones[0].id, same=same, reason="x", now=now, **BY)


def told_positive(session: Session, tube: Any, now: datetime) -> None:
    lab.receive_tube(session, tube, box="B1", now=now, **BY)
    result = lab.enter_result(session, tube, Finding(Call.POSITIVE), by="user:1", now=now)
    lab.verify_result(session, result.id, by="user:2", now=now)
    release(session, [result.id], by="user:2", now=now)


def told(session: Session, person: Person) -> list[str]:
    return [each.status for each in outcomes_of_person(session, person.id)]


def test_a_result_that_came_while_two_were_one_is_held_when_they_are_parted(
    session: Session, scene: Any, meet: Meet, merged: Any, now: datetime
) -> None:
    one, other, edge = merged
    tube = scene.tube()
    pairing = scene.pair(tube, one)
    assert meet(1, HOA, pairing.id) is one
    assert (waiting(session), list(holds_of(session, [tube]))) == ([], [])
    told_positive(session, tube, now)
    part(session, edge, now)
    assert waiting(session) == [(one.id, "Trần Thị Hoa")]
    assert [each.why for each in holds_of(session, [tube])] == ["identity"]
    assert told(session, one) == ["withdrawn", "positive"]
    assert outcomes_of_person(session, other.id) == []
    [question] = doubts.open_disagreements(session)
    identity_decisions.answer(session, question.id, same=False, reason="x", now=now, **BY)
    assert [each.status for each in outcomes_of_person(session, question.other_id)] == ["positive"]
    assert {each.status for each in outcomes_of_person(session, one.id)[:-1]} == {"withdrawn"}


def test_each_pairing_that_showed_the_same_words_is_asked_about(
    session: Session, meet: Meet, merged: Any, now: datetime
) -> None:
    one, _, edge = merged
    event = uuid4()
    for each in (event, event, uuid4()):
        assert meet(1, HOA, each) is one
    meet(1, MAU)
    part(session, edge, now)
    assert waiting(session) == [(one.id, "Trần Thị Hoa")] * 2


def test_what_names_neither_record_is_asked_about_at_once_also_beside_a_record_without_a_name(
    session: Session, meet: Meet, merged: Any, now: datetime
) -> None:
    one, _, _ = merged
    bare = Person(id=uuid4(), place="p", created_at=now)
    session.add(bare)
    session.flush()
    merges.merge(session, one.id, bare.id, reason="", evidence="t", now=now, **BY)
    assert meet(1, KHAC) is one
    assert waiting(session) == [(one.id, "Lê Văn Khác")]


def test_parting_another_record_wakes_nothing_that_still_fits(
    session: Session, meet: Meet, merged: Any, now: datetime
) -> None:
    one, _, edge = merged
    third = meet(3, KHAC)
    other_edge = merges.merge(session, third.id, one.id, reason="", evidence="t", now=now, **BY)
    meet(1, HOA)
    part(session, other_edge.id, now)
    assert waiting(session) == []
    part(session, edge, now)
    assert waiting(session) == [(one.id, "Trần Thị Hoa")]


@pytest.mark.parametrize("same", [True, False])
def test_an_answer_that_rested_on_the_merge_is_asked_for_again_and_can_be_given(
    session: Session, scene: Any, meet: Meet, now: datetime, *, same: bool
) -> None:
    one, other = meet(1, MAU), meet(2, HOA)
    pairing = scene.pair(scene.tube(), one)
    assert meet(1, HOA, pairing.id) is meet(1, ("Nguyễn Thị Mẫu", 1962)) is one
    edge = merges.merge(session, one.id, other.id, reason="", evidence="t", now=now, **BY)
    answer_all(session, now, same=True)
    part(session, edge.id, now)
    assert waiting(session) == [(one.id, "Trần Thị Hoa")]
    answer_all(session, now, same=same)
    assert waiting(session) == list(holds_of(session, [pairing.tube])) == []
    assert (pairing.person_id == one.id) is (meet(1, HOA) is one) is same


def test_who_comes_after_such_an_answer_is_asked_about_with_it(
    session: Session, scene: Any, meet: Meet, now: datetime
) -> None:
    one, other = meet(1, MAU), meet(2, HOA)
    assert meet(1, HOA) is one
    edge = merges.merge(session, one.id, other.id, reason="", evidence="t", now=now, **BY)
    answer_all(session, now, same=True)
    tube = scene.tube()
    pairing = scene.pair(tube, one)
    assert meet(1, HOA, pairing.id) is meet(1, HOA, pairing.id) is one
    told_positive(session, tube, now)
    assert waiting(session) == []
    part(session, edge.id, now)
    assert waiting(session) == [(one.id, "Trần Thị Hoa")] * 2
    assert [each.why for each in holds_of(session, [tube])] == ["identity"]
    assert told(session, one) == ["withdrawn", "positive"]
    answer_all(session, now, same=False)
    assert {*told(session, one)[:-1]} == {"withdrawn"}
    assert [each.status for each in outcomes_of_person(session, pairing.person_id)] == ["positive"]


def test_an_answer_from_before_the_merge_stands_for_who_comes_later(
    session: Session, meet: Meet, now: datetime
) -> None:
    one, other = meet(1, MAU), meet(2, HOA)
    meet(1, HOA)
    answer_all(session, now, same=True)
    later = now + timedelta(hours=1)
    edge = merges.merge(session, one.id, other.id, reason="", evidence="t", now=later, **BY)
    assert meet(1, HOA) is one
    part(session, edge.id, later)
    assert waiting(session) == []


def test_who_proved_to_be_another_keeps_the_code_through_a_merge(
    session: Session, meet: Meet, now: datetime
) -> None:
    one, other = meet(1, MAU), meet(2, HOA)
    meet(1, HOA)
    (question,) = doubts.open_disagreements(session)
    identity_decisions.answer(session, question.id, same=False, reason="x", now=now, **BY)
    merges.merge(session, one.id, other.id, reason="", evidence="t", now=now, **BY)
    assert meet(1, HOA).id == question.other_id


def test_what_was_taken_back_because_two_were_one_is_shown_again_once_they_are_parted(
    session: Session, scene: Any, merged: tuple[Person, Person, Any], now: datetime
) -> None:
    one, other, edge = merged
    first, second = (scene.pair(scene.tube(), each) for each in (one, other))
    matters.note_repeats(session, [matters.Made.of(each) for each in (first, second)], now=now)
    (asked,) = matters.open_matters(session)
    decide_matter(session, asked.id, verdict=Verdict.FIRST, reason="lấy hai lần", now=now, **BY)
    assert matters.open_matters(session) == []
    part(session, edge, now)
    (again,) = matters.open_matters(session)
    assert (again.id, again.held) == (asked.id, False)
    with pytest.raises(BadInput):
        decide_matter(session, asked.id, verdict=Verdict.FIRST, reason="x", now=now, **BY)
    question = IdentityQuestion(
        id=uuid4(), kind="two-persons", person_id=one.id, other_id=other.id, system="cccd",
        evidence="event:1", opened_at=now,
    )  # fmt: skip
    session.add(question)
    session.flush()
    doubts.answer_question(session, question.id, same=False, now=now, **BY)
    assert [each.id for each in matters.open_matters(session)] == [asked.id]  # still to be called
    decide_matter(session, asked.id, verdict=Verdict.VOID_STANDS, reason="đã gọi", now=now, **BY)
    assert matters.open_matters(session) == []


def test_what_ended_beside_a_pairing_that_was_taken_back_is_no_question_once_they_are_parted(
    session: Session, scene: Any, merged: tuple[Person, Person, Any], now: datetime
) -> None:
    """Its ways to decide would take back a pairing of the other person, beside one that is void."""
    one, other, edge = merged
    first, second, third = (scene.pair(scene.tube(), each) for each in (one, other, other))
    made = [matters.Made.of(each) for each in (first, second, third)]
    matters.note_repeats(session, made, now=now)
    of = {frozenset((m.pairing_id, m.other_id)): m for m in matters.open_matters(session)}
    asked, theirs = of[frozenset((first.id, second.id))], of[frozenset((second.id, third.id))]
    only_theirs = Verdict.SECOND if asked.pairing_id == first.id else Verdict.FIRST
    decide_matter(session, asked.id, verdict=only_theirs, reason="x", now=now, **BY)
    assert matters.open_matters(session) == [theirs]  # nothing is held beside what is void
    decide_matter(session, theirs.id, verdict=Verdict.BOTH, reason="x", now=now, **BY)
    part(session, edge, now)
    assert matters.open_matters(session) == [asked]


def test_what_was_left_standing_while_two_were_one_is_no_question_once_they_are_parted(
    session: Session, scene: Any, merged: tuple[Person, Person, Any], now: datetime
) -> None:
    given = [scene.pair(scene.tube(), each) for each in merged[:2]]
    matters.note_repeats(session, [matters.Made.of(each) for each in given], now=now)
    (asked,) = matters.open_matters(session)
    decide_matter(session, asked.id, verdict=Verdict.BOTH, reason="hai lần", now=now, **BY)
    part(session, merged[2], now)
    assert matters.open_matters(session) == []
