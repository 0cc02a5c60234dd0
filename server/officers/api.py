"""What programs of health officers read: outcomes with the people they stand on.  Reads only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.declarations.notice import TARGET
from server.delivery import queries as delivery
from server.lab.models import Result
from server.officers.sample_states import superseded
from server.outcomes.models import Outcome
from server.outcomes.services import key_of
from server.people.models import Identity, Person

_CHUNK = 500


class Row(NamedTuple):
    """One version of one outcome, with its person."""

    outcome: Outcome
    person: Person
    current: bool
    delivered: bool


class Number(msgspec.Struct, frozen=True):
    """A number by which a person is known."""

    system: str
    value: str


class OutcomeRow(msgspec.Struct, frozen=True):
    """One version of one outcome.  `current` is the one that holds."""

    tube: str
    person: UUID
    name: str | None
    birth_year: int | None
    keys: list[Number]
    status: str
    version: int
    current: bool
    delivered: bool
    reason: str
    pairing: UUID
    result: UUID | None
    place: str
    paired_at: datetime
    released_at: datetime | None


def versions(session: Session, within: Within) -> list[Row]:
    """Return every version of every outcome that may be seen, oldest first."""
    later = superseded().label("superseded")
    found = select(Outcome, Person, later).join(Person, Person.id == Outcome.person_id)
    seen = found.where(within.rows(Outcome.place)).order_by(Outcome.at, Outcome.version)
    rows = session.execute(seen).all()
    keys, arrived = [key_of(row[0]) for row in rows], set[str]()
    for start in range(0, len(keys), _CHUNK):
        some = delivery.by_key(session, TARGET, keys[start : start + _CHUNK])
        arrived |= {key for key, each in some.items() if each.state == "delivered"}
    return [
        Row(outcome, person, not old, key in arrived)
        for (outcome, person, old), key in zip(rows, keys, strict=True)
    ]


def outcome_rows(session: Session, rows: Sequence[Row]) -> list[OutcomeRow]:
    numbers = _numbers(session, {row.person.id for row in rows})
    released = _released(session, {row.outcome.result_id for row in rows})
    return [
        OutcomeRow(
            tube=row.outcome.tube.text,
            person=row.person.id,
            name=row.person.name,
            birth_year=row.person.birth_year,
            keys=numbers.get(row.person.id, []),
            status=row.outcome.status,
            version=row.outcome.version,
            current=row.current,
            delivered=row.delivered,
            reason=row.outcome.reason,
            pairing=row.outcome.pairing_id,
            result=row.outcome.result_id,
            place=row.outcome.place,
            paired_at=row.outcome.sampled_at,
            released_at=released.get(row.outcome.result_id),
        )
        for row in rows
    ]


def _numbers(session: Session, persons: Iterable[UUID]) -> dict[UUID, list[Number]]:
    found: dict[UUID, list[Number]] = {}
    for some in _chunks(persons):
        live = select(Identity).where(Identity.person_id.in_(some), Identity.unlinked_at.is_(None))
        for each in session.scalars(live.order_by(Identity.linked_at, Identity.system)):
            found.setdefault(each.person_id, []).append(Number(each.system, each.value))
    return found


def _released(
    session: Session, results: Iterable[UUID | None]
) -> dict[UUID | None, datetime | None]:
    found: dict[UUID | None, datetime | None] = {}
    for some in _chunks(each for each in results if each):
        times = select(Result.id, Result.released_at).where(Result.id.in_(some))
        found.update({row[0]: row[1] for row in session.execute(times)})
    return found


def _chunks(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    every = list(ids)
    return [every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK)]
