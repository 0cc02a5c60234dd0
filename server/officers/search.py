"""Outcomes as officers look for them, and as programs read them.  Reads only.

A tube is found by its number or its last digits; a person by a number they carry (exactly), by
their whole name in any spelling (exactly, through the search key), or by part of a name: that
needs decrypting, so it looks only through the newest outcomes, and the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, exists, false, select, type_coerce
from sqlalchemy.orm import Session, aliased

from contract import names
from contract.tubes import TubeError, tube
from server.declarations.notice import TARGET
from server.delivery import queries as delivery
from server.officers.day import bounds
from server.outcomes.models import Outcome
from server.outcomes.services import key_of
from server.people import queries as people
from server.people.models import Person
from server.sampling.models import Pairing

PAGE = 200
LOOKED_THROUGH = 2000
FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bar of filters says; the page's address holds it."""

    q: str = ""
    status: str = ""
    place: str = ""
    day: date | None = None
    versions: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    outcome: Outcome
    person: Person
    current: bool
    delivered: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, and whether there may be more: too many to show, or not all names looked through."""

    rows: Sequence[Row]
    more: bool
    partly: bool = False


def find(session: Session, wish: Wish) -> Found:
    """Return the current outcomes that fit, newest sample first."""
    conditions = [*_plain(wish)]
    part = ""
    if wish.q:
        asked, part = _asked(session, wish.q)
        conditions += asked
    limit = LOOKED_THROUGH if part else PAGE
    rows = session.execute(_statement(conditions).limit(limit + 1)).all()
    fitting = [row for row in rows[:limit] if not part or _named(row[1], part)]
    return Found(
        _rows(session, fitting[:PAGE]),
        more=len(fitting) > PAGE or (not part and len(rows) > limit),
        partly=bool(part) and len(rows) > limit,
    )


def every(session: Session) -> Sequence[Row]:
    """Return every version of every outcome, oldest first."""
    found = select(Outcome, Person, _later()).join(Person, Person.id == Outcome.person_id)
    return _rows(session, session.execute(found.order_by(Outcome.at, Outcome.version)).all())


def _later() -> ColumnElement[bool]:
    later = aliased(Outcome)
    return exists().where(later.supersedes == Outcome.id).label("superseded")


def _statement(conditions: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    found = select(Outcome, Person, _later()).join(Person, Person.id == Outcome.person_id)
    later = aliased(Outcome)
    return found.where(~exists().where(later.supersedes == Outcome.id), *conditions).order_by(
        Outcome.sampled_at.desc(), Outcome.id
    )


def _plain(wish: Wish) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.status:
        conditions.append(Outcome.status == wish.status)
    if wish.place:
        conditions.append(Outcome.place.startswith(wish.place, autoescape=True))
    if wish.day:
        begin, end = bounds(wish.day)
        conditions.append(and_(Outcome.sampled_at >= begin, Outcome.sampled_at < end))
    return conditions


def _asked(session: Session, q: str) -> tuple[list[ColumnElement[bool]], str]:
    """Return what *q* asks for, and the part of a name that is left to look for by decrypting."""
    packed = q.replace(" ", "").upper()
    carriers = [person.id for person in people.person_with(session, packed)]
    if carriers:
        return [Outcome.person_id.in_(carriers)], ""
    if packed.isascii() and packed.isdigit() and len(packed) >= FEWEST_DIGITS:
        return [Outcome.tube.in_(_tubes_ending(session, packed))], ""
    try:
        maker = tube(packed)
        if session.scalar(select(Outcome.id).where(Outcome.tube == maker).limit(1)):
            return [Outcome.tube == maker], ""
    except TubeError:
        pass  # no tube, so it is a name
    namesakes = [person.id for person in people.persons_named(session, q)]
    if namesakes:
        return [Outcome.person_id.in_(namesakes)], ""
    part = names.match_key(q)
    return ([] if part else [false()]), part


def _tubes_ending(session: Session, digits: str) -> list[Any]:
    """Tubes are stored as text, and compared here as text: digits anywhere in them."""
    found = select(Pairing.tube).where(type_coerce(Pairing.tube, String).contains(digits))
    return list(session.scalars(found.distinct().limit(PAGE)))


def _named(person: Person, part: str) -> bool:
    return part in names.match_key(person.name or "")


def _rows(session: Session, found: Sequence[Any]) -> list[Row]:
    keys = [key_of(row[0]) for row in found]
    arrived: dict[str, bool] = {}
    for start in range(0, len(keys), 500):
        some = delivery.by_key(session, TARGET, keys[start : start + 500])
        arrived.update({key: each.state == "delivered" for key, each in some.items()})
    return [
        Row(outcome, person, not superseded, arrived.get(key_of(outcome), False))
        for outcome, person, superseded in found
    ]
