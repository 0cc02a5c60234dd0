"""Two records that may be one person's: their tubes of one session wait until somebody answers."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from contract.identities import Key, Kind, PersonCode, System
from server.outcomes.gate import ResultHeld
from server.people import doubts, merges
from server.people.models import IdentityQuestion
from server.sampling import matters
from server.sampling.decision_models import Matter
from server.sampling.matter_decisions import deny_pairing
from server.sampling.models import Pairing
from tests.server.outcomes.test_holds import Day
from tests.server.people.test_services import CITIZEN, claim, code, meet

HOA = "user:hoa"


@pytest.fixture
def day(scene: Any) -> Day:
    return Day(scene)


def ask(day: Day, one: Any, other: Any, kind: str = "two-persons") -> UUID:
    question = IdentityQuestion(
        id=uuid4(), kind=kind, person_id=one.id, other_id=other.id, system="cccd",
        evidence="event:1", opened_at=day.scene.now,
    )  # fmt: skip
    day.scene.session.add(question)
    day.scene.session.flush()
    return question.id


def answer(day: Day, question: UUID, *, same: bool) -> None:
    doubts.answer_question(day.scene.session, question, same=same, by=HOA, now=day.scene.now)


def held(day: Day) -> set[Any]:
    found = matters.open_matters(day.scene.session)
    return {tube for each in found if each.held for tube in (each.tube, each.other_tube)}


def two(day: Day) -> tuple[Any, Any]:
    return day.scene.person("Lê An"), day.scene.person("Lê An")


def one_tube_each(day: Day, *people: Any, **apart: float) -> list[Pairing]:
    return [day.pair(day.scene.tube(), each, **apart) for each in people]


@pytest.mark.engines
def test_a_tube_of_each_record_is_held_while_it_is_asked_whether_they_are_one(day: Day) -> None:
    people = two(day)
    question = ask(day, *people)
    first, second = one_tube_each(day, *people)
    day.pair(day.scene.tube())
    assert held(day) == {first.tube, second.tube}
    results = [day.result(each.tube) for each in (first, second)]
    for each in results:
        with pytest.raises(ResultHeld):
            day.release(each)
    answer(day, question, same=False)
    assert held(day) == set()
    for each in results:
        day.release(each)
    assert day.statuses(first.tube) == day.statuses(second.tube) == ["negative"]


def test_records_that_prove_to_be_one_are_asked_about_once_and_stay_held(day: Day) -> None:
    people = two(day)
    question = ask(day, *people)
    given = one_tube_each(day, *people)
    answer(day, question, same=True)
    assert held(day) == {each.tube for each in given}
    assert len(list(day.scene.session.scalars(select(Matter)))) == 1


def test_records_merged_after_they_were_told_apart_are_asked_about_again(day: Day) -> None:
    people = two(day)
    question = ask(day, *people)
    given = one_tube_each(day, *people)
    answer(day, question, same=False)
    merges.merge(
        day.scene.session, people[0].id, people[1].id, reason="một người", evidence="page",
        by=HOA, now=day.scene.now,
    )  # fmt: skip
    assert held(day) == {each.tube for each in given}


@pytest.mark.engines
def test_what_its_person_denies_holds_no_other_tube_of_theirs(day: Day) -> None:
    """As a void of the station: beside a pairing that is void nobody has two tubes."""
    person = two(day)[0]
    first, second = one_tube_each(day, person, person)
    assert held(day) == {first.tube, second.tube}
    deny_pairing(
        day.scene.session, first.id, reason="không phải ống này", by=HOA, now=day.scene.now
    )
    assert held(day) == set()


def test_one_answer_of_two_lets_nothing_go(day: Day) -> None:
    people = two(day)
    first, second = ask(day, *people), ask(day, *people[::-1], kind="claim-ended")
    given = one_tube_each(day, *people)
    answer(day, first, same=False)
    assert held(day) == {each.tube for each in given}
    answer(day, second, same=False)
    assert held(day) == set()


@pytest.mark.engines
@pytest.mark.parametrize("how", ["by hand", "by the other question"])
def test_records_that_are_one_while_something_is_still_asked_are_one(day: Day, how: str) -> None:
    """No merge closes a question: nothing of that person may be refused because of it."""
    people = two(day)
    first, _ = ask(day, *people), ask(day, *people, kind="claim-ended")
    given = one_tube_each(day, *people)
    if how == "by hand":
        merges.merge(
            day.scene.session, people[0].id, people[1].id, reason="một người", evidence="page",
            by=HOA, now=day.scene.now,
        )  # fmt: skip
    else:
        answer(day, first, same=True)
    third = day.pair(day.scene.tube(), people[0])
    assert held(day) == {each.tube for each in (*given, third)}
    day.void(third)
    assert held(day) == {each.tube for each in given}


@pytest.mark.parametrize("other", [("Trần Bình", 1991), ("Lê An", 2015)])
def test_two_who_contradict_each_other_are_two_until_somebody_says_otherwise(
    day: Day, other: tuple[str, int]
) -> None:
    """A mother's number is typed into the app of her child, who stands in the same queue."""
    mother, child = day.scene.person("Lê An", 1991), day.scene.person(*other)
    ask(day, mother, child, kind="claim-disagrees")
    one_tube_each(day, mother, child)
    assert held(day) == set()


@pytest.mark.parametrize(
    "other", [("AN LE", 1991), ("An", 1991), ("Lê An", 1992), ("Lê Thị An", 1991)]
)
def test_a_short_a_turned_or_a_mistyped_entry_is_no_contradiction(
    day: Day, other: tuple[str, int]
) -> None:
    people = day.scene.person("Lê An", 1991), day.scene.person(*other)
    ask(day, *people, kind="claim-disagrees")
    given = one_tube_each(day, *people)
    assert held(day) == {each.tube for each in given}


def test_tubes_of_two_sessions_are_not_asked_about(day: Day) -> None:
    people = two(day)
    ask(day, *people)
    one_tube_each(day, *people, hours=5)
    assert list(day.scene.session.scalars(select(Matter))) == []


def test_two_who_are_each_in_doubt_with_a_third_are_not_in_doubt_with_each_other(day: Day) -> None:
    """Provinces gave one old number to several people."""
    people, third = two(day), day.scene.person("Lê An")
    for each in people:
        ask(day, third, each)
    one_tube_each(day, *people)
    assert held(day) == set()


def test_what_is_asked_of_one_record_counts_for_all_that_are_one_with_it(day: Day) -> None:
    people, other = two(day), day.scene.person("Lê An")
    merges.merge(
        day.scene.session, people[0].id, other.id, reason="một người", evidence="page", by=HOA,
        now=day.scene.now,
    )  # fmt: skip
    question = ask(day, *people)
    given = one_tube_each(day, other, people[1])
    assert held(day) == {each.tube for each in given}
    answer(day, question, same=False)
    assert held(day) == set()


@pytest.mark.engines
def test_who_types_the_number_that_another_claimed_holds_what_both_were_given(day: Day) -> None:
    """A phone that was lent claims a number; its owner comes without a card."""
    session, now = day.scene.session, day.scene.now
    lent = meet(session, now, code(claim(CITIZEN.system, CITIZEN.value), raw=b"lent"))
    given = one_tube_each(day, lent)
    typed = PersonCode(Kind.TYPED, b"TYPED", (CITIZEN,))
    owner = meet(session, day.scene.now, typed)
    assert owner is not lent
    late = day.pair(day.scene.tube(), owner)
    assert held(day) == {given[0].tube, late.tube}


@pytest.mark.engines
def test_a_question_that_a_check_in_opens_holds_what_was_released_to_either(day: Day) -> None:
    session = day.scene.session
    old = Key(System.OLD_CITIZEN, "123456789")
    people = [
        meet(session, day.scene.now, code(key, raw=key.value.encode())) for key in (CITIZEN, old)
    ]
    given = one_tube_each(day, *people)
    day.release(day.result(given[0].tube))
    meet(session, day.scene.now, code(CITIZEN, old, raw=b"both"))
    assert held(day) == {each.tube for each in given}
    assert day.statuses(given[0].tube) == ["negative", "withdrawn"]
