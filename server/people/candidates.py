"""Whom on record somebody on a list may be: found by keyed hashes, for names are encrypted.

What is hashed are the name's key, the ends of the name with the year, and phones: equal values
have equal hashes, and nothing leads back from them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from contract.identities import Key, System
from server.people import queries
from server.people.matching import SUGGESTED, Described, Score, compare
from server.people.models import Identity, Person

MOST = 3  # suggestions for one row


class Candidate(NamedTuple):
    person: Person
    score: Score


def candidates_of(session: Session, people: Sequence[Described]) -> list[list[Candidate]]:
    """Return who each of *people* may be, the best first; empty where nobody is near enough."""
    found = _blocks(session, people)
    return [_best(one, _near(one, found)) for one in people]


class _Found(NamedTuple):
    by_name: Mapping[str, list[Person]]
    by_block: Mapping[str, list[Person]]
    by_phone: Mapping[str, list[Person]]


def _blocks(session: Session, people: Sequence[Described]) -> _Found:
    names = {blind for one in people for blind in queries.name_blinds(one.name)}
    blocks = {blind for one in people for blind in queries.block_blinds(one.name, one.birth_year)}
    phones = {blind for one in people for phone in one.phones for blind in _phone(phone)}
    loaded = selectinload(Person.identities)
    by_name, by_block, by_phone = defaultdict(list), defaultdict(list), defaultdict(list)
    for some in _chunks(names | blocks):
        alike = or_(Person.name_blind.in_(some), Person.block_blind.in_(some))
        for person in session.scalars(select(Person).where(alike).options(loaded)):
            by_name[person.name_blind or ""].append(person)
            by_block[person.block_blind or ""].append(person)
    for some in _chunks(phones):
        asked = select(Identity).where(
            Identity.value_blind.in_(some), Identity.unlinked_at.is_(None)
        )
        joined = selectinload(Identity.person).selectinload(Person.identities)
        for link in session.scalars(asked.options(joined)):
            by_phone[link.value_blind].append(link.person)
    return _Found(by_name, by_block, by_phone)


def _near(one: Described, found: _Found) -> dict[UUID, Person]:
    lists = [
        *(found.by_name.get(blind, []) for blind in queries.name_blinds(one.name)),
        *(
            found.by_block.get(blind, [])
            for blind in queries.block_blinds(one.name, one.birth_year)
        ),
        *(found.by_phone.get(blind, []) for phone in one.phones for blind in _phone(phone)),
    ]
    return {person.id: person for each in lists for person in each}


def _best(one: Described, near: Mapping[UUID, Person]) -> list[Candidate]:
    scored = [Candidate(person, compare(one, described(person))) for person in near.values()]
    good = [each for each in scored if each.score.points >= SUGGESTED]
    return sorted(good, key=lambda each: (-each.score.points, each.person.id))[:MOST]


def described(person: Person) -> Described:
    """Return what the record says of *person*."""
    live = [link for link in person.identities if link.unlinked_at is None]
    birth = person.birth or ""
    return Described(
        name=person.name or "",
        birth=birth if len(birth) > len("1990") else "",
        birth_year=person.birth_year,
        sex=person.sex or "",
        phones=frozenset(link.value for link in live if link.system == System.PHONE),
        address=person.address or "",
    )


def _phone(phone: str) -> list[str]:
    return queries.value_blinds(Key(System.PHONE, phone))


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(values)
    return [
        every[start : start + queries.AT_ONCE] for start in range(0, len(every), queries.AT_ONCE)
    ]
