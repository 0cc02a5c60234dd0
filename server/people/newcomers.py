"""Who carries each of many codes: as `services.person_of` says of one, with fewer steps.

Nearly all who come were never seen before.  Of a code none of whose numbers leads to anybody, or
stands on another code beside it, there is nothing to ask: its person is written past the objects of
the session.  Every other code goes the usual way.  Tests hold the two ways against each other.
A sample that comes late may be whose its number was when it was taken (`late`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from contract.identities import Key, PersonCode
from server.audit import services as audit
from server.people import late, queries
from server.people.first_words import first_words
from server.people.links import LiveLinks, leading, phones, unclaimed
from server.people.models import NAME_PARTS, Identity, Person
from server.people.name_parts import numbers_of
from server.people.services import person_of
from server.rows import insert_rows, ordered_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that somebody held up, who took it in, and on what ground we know."""

    code: PersonCode
    by: str
    evidence: str
    place: str
    sample: late.Sample | None = None  # when that was, where it matters
    at_table: bool = True  # where somebody sees who it is


def bearers_of(session: Session, shown: Sequence[Shown], *, now: datetime) -> list[UUID]:
    """Return who carries each code, in their order: see `services.person_of` and `late`."""
    links = LiveLinks.of(session, [each.code for each in shown])
    samples = [each.sample for each in shown if each.sample]
    former = late.former_of(session, samples, links)
    late.ask(session, former, samples, now=now)
    times = Counter(key for each in shown for key in set(map(unclaimed, leading(each.code))))
    found = [
        former[each.sample.event].link.person_id
        if each.sample and each.sample.event in former
        else None
        for each in shown
    ]
    new = [
        at
        for at, each in enumerate(shown)
        if found[at] is None and _is_new(each.code, links, times)
    ]
    for at, person in zip(new, _meet(session, [shown[at] for at in new], now), strict=True):
        found[at] = person
    return [
        person or _known(session, each, links, now)
        for each, person in zip(shown, found, strict=True)
    ]


def _known(session: Session, shown: Shown, links: LiveLinks, now: datetime) -> UUID:
    return person_of(
        session, shown.code, by=shown.by, now=now, evidence=shown.evidence, place=shown.place,
        links=links, at_table=shown.at_table,
    ).id  # fmt: skip


def _is_new(code: PersonCode, links: LiveLinks, times: Counter[Key]) -> bool:
    """Return whether nothing is known of *code*, and each of its numbers stands in it once."""
    keys = list(map(unclaimed, leading(code)))
    called = [key.value for key in phones(code)]
    if len(set(keys)) < len(keys) or len(set(called)) < len(called):
        return False
    return all(links.get(key) is None and times[key] == 1 for key in keys)


def _meet(session: Session, shown: Sequence[Shown], now: datetime) -> list[UUID]:
    """Write a person for each code, with all its numbers."""
    ids = [ordered_id(now) for _ in shown]
    both = list(zip(ids, shown, strict=True))
    session.flush()
    insert_rows(session, Person, [_person(person, each, now) for person, each in both])
    links = [_link(person, each, key, now) for person, each in both for key in _all_keys(each.code)]
    insert_rows(session, Identity, links)
    entries = [(each.by, person, str(each.code.kind)) for person, each in both]
    audit.record_each(session, "person.met", entries, now=now)
    return ids


def _all_keys(code: PersonCode) -> list[Key]:
    return [*leading(code), *phones(code)]


def _person(person: UUID, shown: Shown, now: datetime) -> dict[str, Any]:
    said = first_words(shown.code)
    row = {"id": person, **said, "place": shown.place, "created_at": now}
    return row | dict(zip(NAME_PARTS, numbers_of(person, said["name"]), strict=True))


def _link(person: UUID, shown: Shown, key: Key, now: datetime) -> dict[str, Any]:
    return {
        "id": ordered_id(now),
        "person_id": person,
        "system": str(key.system),
        "value": key.value,
        "value_blind": queries.value_blind(key),
        "claimed": key.claimed,
        "kind": str(shown.code.kind),
        "evidence": shown.evidence,
        "linked_at": now,
        "linked_by": shown.by,
    }
