"""One person, many codes: links and merges can be taken back in any order, and all is as it was."""

from datetime import datetime
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, Kind, PersonCode, System
from contract.identities.base import BirthDate
from server.errors import BadInput
from server.people import merges, numbers, queries, services
from server.people.merge_models import PersonMerge
from server.people.models import Identity, Person

pytestmark = pytest.mark.engines

BY = "user:hoa"
STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=14)
SALTS = count(1000, 10)  # the numbers of one example are nobody's in the next
SLOW = settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def a_person(session: Session, now: datetime) -> Person:
    person = Person(id=uuid4(), place="vn-2021:24", created_at=now)
    session.add(person)
    session.flush()
    return person


def code_of(number: int) -> PersonCode:
    return PersonCode(Kind.TYPED, b"x", (Key(System.CITIZEN, f"024191{number:06d}"),))


def leads(session: Session, ids: list[UUID]) -> dict[str, UUID]:
    """Who every number leads to."""
    live = select(Identity).where(Identity.unlinked_at.is_(None), Identity.person_id.in_(ids))
    return {each.value: each.person_id for each in session.scalars(live)}


def linked(session: Session, person: Person, number: int, now: datetime) -> Identity:
    return numbers.link_number(
        session, person.id, code_of(number), reason="xem thẻ", take=True, by=BY, now=now
    )


@SLOW
@given(STEPS)
def test_taking_every_link_back_in_reverse_restores_who_each_number_led_to(
    session: Session, now: datetime, steps: list[tuple[int, int]]
) -> None:
    people = [a_person(session, now) for _ in range(4)]
    ids = [each.id for each in people]
    states, made, salt = [], [], next(SALTS)
    for who, number in steps:
        states.append(leads(session, ids))
        before = {each.id for each in session.scalars(select(Identity))}
        link = linked(session, people[who], salt + number, now)
        made.append(link if link.id not in before else None)
    for state, link in zip(reversed(states), reversed(made), strict=True):
        if link is not None:
            live = _live(session, link.value)
            numbers.unlink_number(session, live.id, reason="nhầm", by=BY, now=now)
        assert leads(session, ids) == state


def _live(session: Session, value: str) -> Identity:
    live = select(Identity).where(Identity.unlinked_at.is_(None))
    return next(each for each in session.scalars(live) if each.value == value)


@SLOW
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=9), st.randoms())
def test_parting_in_any_order_joins_just_those_whom_the_remaining_merges_join(
    session: Session, now: datetime, pairs: list[tuple[int, int]], random: object
) -> None:
    people = [a_person(session, now).id for _ in range(6)]
    live: dict[UUID, tuple[UUID, UUID]] = {}
    for one, other in pairs:
        try:
            made = merges.merge(session, people[one], people[other], reason="", evidence="t",
                                by=BY, now=now)  # fmt: skip
        except merges.AlreadyOne:
            continue
        live[made.id] = (people[one], people[other])
    order = sorted(live)
    random.shuffle(order)  # type: ignore[attr-defined]
    for merge_id in order:
        merges.part(session, merge_id, reason="không phải", by=BY, now=now)
        del live[merge_id]
        for person in people:
            assert set(merges.together(session, person)) == _joined(person, live)


def _joined(person: UUID, live: dict[UUID, tuple[UUID, UUID]]) -> set[UUID]:
    found = {person}
    for _ in live:
        found |= {each for pair in live.values() if found & set(pair) for each in pair}
    return found


def test_what_comes_while_two_records_are_merged_stays_with_the_record_of_its_number(
    session: Session, now: datetime
) -> None:
    one, other = a_person(session, now), a_person(session, now)
    linked(session, one, 1, now)
    linked(session, other, 2, now)
    made = merges.merge(session, one.id, other.id, reason="", evidence="t", by=BY, now=now)

    def comes(number: int) -> Person:
        return services.person_of(session, code_of(number), by="s", now=now, evidence="event:1",
                                  place="p")  # fmt: skip

    assert (comes(1), comes(2)) == (one, other)
    assert {each.value for each in merges.keys_of(session, one.id)} == {
        each.value for each in merges.keys_of(session, other.id)
    }
    merges.part(session, made.id, reason="không phải", by=BY, now=now)
    assert [each.value for each in merges.keys_of(session, one.id)] == ["024191000001"]
    with pytest.raises(merges.AlreadyParted):
        merges.part(session, made.id, reason="x", by=BY, now=now)


def test_merging_twice_and_merging_a_circle_is_refused(session: Session, now: datetime) -> None:
    a, b, c = (a_person(session, now).id for _ in range(3))
    for pair in ((a, b), (b, c)):
        merges.merge(session, *pair, reason="", evidence="t", by=BY, now=now)
    for pair in ((b, a), (a, c), (a, a)):
        with pytest.raises(merges.AlreadyOne):
            merges.merge(session, *pair, reason="", evidence="t", by=BY, now=now)
    assert len(list(session.scalars(select(PersonMerge)))) == 2


def test_anothers_number_is_taken_only_when_said_so(session: Session, now: datetime) -> None:
    one, other = a_person(session, now), a_person(session, now)
    link = linked(session, one, 1, now)
    with pytest.raises(numbers.NumberTaken):
        numbers.link_number(session, other.id, code_of(1), reason="x", by=BY, now=now)
    linked(session, other, 1, now)
    assert leads(session, [one.id, other.id]) == {link.value: other.id}


@pytest.mark.parametrize("said", ["******509", "024●●●●●0001", "xin chào", ""])
def test_a_masked_number_or_a_word_links_nobody(said: str) -> None:
    code = None
    try:
        code = numbers.read_number(said)
    except BadInput:
        return
    assert code.primary.system is System.FINGERPRINT  # refused by `link_number`


def test_a_word_is_no_number(session: Session, now: datetime) -> None:
    person = a_person(session, now)
    with pytest.raises(BadInput):
        numbers.link_number(
            session, person.id, numbers.read_number("xin chào"), reason="x", by=BY, now=now
        )


def test_a_claim_that_ended_when_the_bearer_came_is_back_when_the_bearer_is_unlinked(
    session: Session, now: datetime
) -> None:
    key = Key(System.CITIZEN, "024191000123", claimed=True)

    def meet(key: Key, name: str) -> Person:
        code = PersonCode(Kind.NATIONAL_QR, name.encode(), (key,), name=name, birth=BirthDate(1991))
        return services.person_of(session, code, by="s", now=now, evidence="event:1", place="p")

    claimer = meet(key, "Trần Văn Giả")
    bearer = meet(Key(System.CITIZEN, key.value), "Nguyễn Thị Mẫu")
    (link,) = queries.keys_of(session, bearer.id)
    again = numbers.unlink_number(session, link.id, reason="nhầm", by=BY, now=now)
    assert again is not None
    assert (again.person_id, again.claimed) == (claimer.id, True)
    assert numbers.strength_of(again) is numbers.Strength.CLAIMED
