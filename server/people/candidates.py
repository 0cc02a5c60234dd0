"""Whom on record somebody on a list may be: found by keyed hashes, for names are encrypted.

What is hashed are the name's key, the ends of the name with the year, and phones: equal values
have equal hashes, and nothing leads back from them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, selectinload

from contract.identities import Key, System
from server.people import queries
from server.people.matching import SUGGESTED, Described, Score, compare, years_near
from server.people.models import Identity, Person

MOST = 3  # suggestions for one row
MOST_YEARS = 100  # that are worth to be asked for


class Candidate(NamedTuple):
    person: Person
    score: Score


def candidates_of(session: Session, people: Sequence[Described]) -> list[list[Candidate]]:
    """Return who each of *people* may be, the best first; empty where nobody is near enough."""
    found = _blocks(session, people)
    return [_best(one, _near(one, found), found.phones) for one in people]


class _Found(NamedTuple):
    by_name: Mapping[str, list[Person]]
    by_block: Mapping[str, list[Person]]
    by_phone: Mapping[str, list[Person]]
    phones: Mapping[UUID, set[str]]  # of all of them


def _blocks(session: Session, people: Sequence[Described]) -> _Found:
    names = {blind for one in people for blind in queries.name_blinds(one.name)}
    blocks = {blind for one in people for blind in queries.block_blinds(one.name, one.birth_year)}
    phones = {blind for one in people for phone in one.phones for blind in _phone(phone)}
    of_age = _of_age(people)
    by_name, by_block, by_phone = defaultdict(list), defaultdict(list), defaultdict(list)
    for some in _chunks(names | blocks):
        alike = or_(and_(Person.name_blind.in_(some), of_age), Person.block_blind.in_(some))
        for person in session.scalars(select(Person).where(alike)):
            by_name[person.name_blind or ""].append(person)
            by_block[person.block_blind or ""].append(person)
    for some in _chunks(phones):
        asked = select(Identity).where(
            Identity.value_blind.in_(some), Identity.unlinked_at.is_(None)
        )
        for link in session.scalars(asked.options(selectinload(Identity.person))):
            by_phone[link.value_blind].append(link.person)
    every = {
        person.id
        for lists in (by_name, by_block, by_phone) for some in lists.values() for person in some
    }  # fmt: skip
    return _Found(by_name, by_block, by_phone, _phones_of(session, sorted(every)))


def _phones_of(session: Session, persons: Sequence[UUID]) -> Mapping[UUID, set[str]]:
    """Return the phones that lead to each; nothing else of a person's numbers is compared."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    asked = select(Identity.person_id, Identity.value).where(
        Identity.system == str(System.PHONE), Identity.unlinked_at.is_(None)
    )
    for start in range(0, len(persons), queries.AT_ONCE):
        some = persons[start : start + queries.AT_ONCE]
        for person, phone in session.execute(asked.where(Identity.person_id.in_(some))):
            found[person].add(phone)
    return found


def _of_age(people: Sequence[Described]) -> ColumnElement[bool]:
    """Say that a record's year of birth is near one of theirs: a thousand may have one name."""
    years = [years_near(one) for one in people]
    known = frozenset[int]().union(*(each for each in years if each is not None))
    if None in years or len(known) > MOST_YEARS:
        return true()
    return or_(Person.birth_year.is_(None), Person.birth_year.in_(sorted(known)))


def _near(one: Described, found: _Found) -> dict[UUID, Person]:
    lists = [
        *(found.by_name.get(blind, []) for blind in queries.name_blinds(one.name)),
        *(
            found.by_block.get(blind, [])
            for blind in queries.block_blinds(one.name, one.birth_year)
        ),
        *(found.by_phone.get(blind, []) for phone in one.phones for blind in _phone(phone)),
    ]
    years = years_near(one)
    return {
        person.id: person for each in lists for person in each
        if years is None or person.birth_year is None or person.birth_year in years
    }  # fmt: skip


def _best(
    one: Described, near: Mapping[UUID, Person], phones: Mapping[UUID, set[str]]
) -> list[Candidate]:
    scored = [
        Candidate(person, compare(one, _described(person, phones.get(person.id, ()))))
        for person in near.values()
    ]
    good = [each for each in scored if each.score.points >= SUGGESTED]
    return sorted(good, key=lambda each: (-each.score.points, each.person.id))[:MOST]


def described(person: Person) -> Described:
    """Return what the record says of *person*."""
    live = [link for link in person.identities if link.unlinked_at is None]
    return _described(person, [link.value for link in live if link.system == System.PHONE])


def _described(person: Person, phones: Iterable[str]) -> Described:
    birth = person.birth or ""
    return Described(
        name=person.name or "",
        birth=birth if len(birth) > len("1990") else "",
        birth_year=person.birth_year,
        sex=person.sex or "",
        phones=frozenset(phones),
        address=person.address or "",
    )


def _phone(phone: str) -> list[str]:
    return queries.value_blinds(Key(System.PHONE, phone))


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(values)
    return [
        every[start : start + queries.AT_ONCE] for start in range(0, len(every), queries.AT_ONCE)
    ]
