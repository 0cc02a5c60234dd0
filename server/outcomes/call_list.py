"""Whom to call, how to reach them, and how it went so far.  Reads only; names people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract.identities import System
from server.accounts.within import ANYWHERE, Within
from server.declarations.models import CheckIn
from server.outcomes.models import Callback, CallbackAttempt
from server.people.models import Identity, Person
from server.people.queries import only_typed
from server.people.whole import begun
from server.sampling.models import Pairing

PAGE = 50
AT_MOST = 5000  # on paper, or in a file
POINTS = 3  # where somebody was last: as many as are of use


@dataclass(frozen=True, slots=True)
class Call:
    """One person to be called.  `paired_at`: a new sample was taken, its result is awaited.

    `typed`: those of the phones that were typed on a phone's page, unconfirmed; they come last.
    """

    callback: Callback
    person: Person
    phones: Sequence[str] = ()
    points: Sequence[str] = ()
    attempts: Sequence[CallbackAttempt] = ()
    paired_at: datetime | None = None
    typed: Collection[str] = ()


class Whole(NamedTuple):
    """The list for paper, or for a file; *cut* where it is longer than that holds."""

    calls: list[Call]
    cut: bool


@dataclass
class _Reach:
    phones: list[str] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    points: list[str] = field(default_factory=list)


def open_calls(
    session: Session, *, place: str = "", after: datetime | None = None, limit: int = PAGE,
    within: Within = ANYWHERE,
) -> list[Call]:  # fmt: skip
    """Return who is to be called, what is due first, one more than *limit* if there are more."""
    found = select(Callback).where(Callback.done_at.is_(None), within.rows(Callback.place))
    if place:
        found = found.where(Callback.place.startswith(place, autoescape=True))
    if after:
        found = found.where(Callback.due_at >= after)
    calls = session.scalars(found.order_by(Callback.due_at, Callback.id).limit(limit + 1))
    return _told(session, list(calls), within)


def whole_list(
    session: Session, *, place: str = "", within: Within = ANYWHERE, most: int = AT_MOST
) -> Whole:
    """Return who is to be called, *most* at once: what is due first."""
    found = open_calls(session, place=place, limit=most, within=within)
    return Whole(found[:most], len(found) > most)


def ended_calls(session: Session, *, limit: int = PAGE, within: Within = ANYWHERE) -> list[Call]:
    """Return the calls that ended last."""
    found = select(Callback).where(Callback.done_at.is_not(None), within.rows(Callback.place))
    calls = session.scalars(found.order_by(Callback.done_at.desc()).limit(limit))
    return _told(session, list(calls), within)


def _told(session: Session, calls: list[Callback], within: Within) -> list[Call]:
    people = {call.person_id for call in calls}
    persons = {
        each.id: each for each in session.scalars(select(Person).where(Person.id.in_(people)))
    }
    reach, again = _reach(session, people, within), _paired(session, people, within)
    attempts = _attempts(session, [call.id for call in calls])
    return [
        Call(
            call,
            persons[call.person_id],
            reach[call.person_id].phones,
            reach[call.person_id].points,
            attempts[call.id],
            at if (at := again.get(call.person_id)) and at > call.opened_at else None,
            reach[call.person_id].typed,
        )
        for call in calls
    ]


def _reach(session: Session, people: Iterable[UUID], within: Within) -> dict[UUID, _Reach]:
    """Return phones, and the points of that scope where somebody was last."""
    found: dict[UUID, _Reach] = defaultdict(_Reach)
    some = list(people)
    phones = select(Identity.person_id, Identity.value, only_typed()).where(
        Identity.person_id.in_(some), Identity.system == System.PHONE.value,
        Identity.unlinked_at.is_(None),
    )  # fmt: skip
    confirmed_first = phones.order_by(only_typed(), Identity.linked_at.desc())
    for person, value, typed in session.execute(confirmed_first):
        found[person].phones.append(value)
        if typed:
            found[person].typed.add(value)
    last = func.max(CheckIn.at)
    points = (
        select(CheckIn.person_id, CheckIn.point)
        .where(CheckIn.person_id.in_(some), CheckIn.voided_at.is_(None))
        .where(within.rows(CheckIn.place))
        .group_by(CheckIn.person_id, CheckIn.point)
        .order_by(last.desc())
    )
    for carrier, point in session.execute(points):
        if carrier is not None and len(found[carrier].points) < POINTS:
            found[carrier].points.append(point)
    return found


def _paired(session: Session, people: Iterable[UUID], within: Within) -> dict[UUID, datetime]:
    """Return when each was sampled last, as far as it is seen: of a whole record, anywhere."""
    last = func.max(Pairing.received_at)
    found = select(Pairing.person_id, last).where(Pairing.person_id.in_(list(people)))
    seen = or_(within.rows(Pairing.place), begun(within, Pairing.person_id))
    rows = session.execute(found.where(seen).group_by(Pairing.person_id))
    return {person: at for person, at in rows if at is not None}


def _attempts(session: Session, calls: Iterable[UUID]) -> dict[UUID, list[CallbackAttempt]]:
    made: dict[UUID, list[CallbackAttempt]] = defaultdict(list)
    found = select(CallbackAttempt).where(CallbackAttempt.callback_id.in_(list(calls)))
    for each in session.scalars(found.order_by(CallbackAttempt.at)):
        made[each.callback_id].append(each)
    return made
