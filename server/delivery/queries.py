"""What is in the outbox.  Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.delivery import tally
from server.delivery.models import Delivery

UNDELIVERED = ("waiting", "dead")
RECENT = 50_000  # messages among which what arrived last is looked for first


def is_open() -> ColumnElement[bool]:
    """Say of a message that it waits or is dead; these are found by an index of their own."""
    return and_(Delivery.delivered_at.is_(None), Delivery.state.in_(UNDELIVERED))


def is_of_person() -> ColumnElement[bool]:
    """Say of a message that its subject is a person; what else may be one has a '/' in it."""
    return Delivery.subject.not_like("%/%")


def delivery_of(session: Session, target: str, key: str) -> Delivery | None:
    found = select(Delivery).where(Delivery.target == target, Delivery.key == key)
    return session.scalar(found)


def is_over(session: Session, target: str, key: str) -> bool:
    """Return whether a message is not under way any more, so that a later one may have gone out."""
    found = select(Delivery.state).where(Delivery.target == target, Delivery.key == key)
    return session.scalar(found) in ("delivered", "set-aside")


def by_key(session: Session, target: str, keys: Iterable[str]) -> dict[str, Delivery]:
    """Return the deliveries to *target* with these keys."""
    found = select(Delivery).where(Delivery.target == target, Delivery.key.in_(list(keys)))
    return {each.key: each for each in session.scalars(found)}


def undelivered(session: Session, *, limit: int) -> list[Delivery]:
    """Return what has not arrived, dead ones first, then oldest first."""
    found = (
        select(Delivery)
        .where(is_open())
        .order_by(Delivery.state, Delivery.created_at, Delivery.id)
        .limit(limit)
    )
    return list(session.scalars(found))


def arrived(session: Session, within: Within = ANYWHERE) -> int:
    """Return how many messages arrived: of all places as it is kept."""
    if within.everywhere:
        return sum(tally.kept(session).values())
    there = Delivery.delivered_at.is_not(None), within.rows(Delivery.place)
    return session.scalar(select(func.count()).select_from(Delivery).where(*there)) or 0


@dataclass(frozen=True, slots=True)
class Load:
    """How much of a target waits, is dead, arrived or was set aside; how long the oldest waits."""

    waiting: int = 0
    dead: int = 0
    delivered: int = 0
    aside: int = 0
    oldest: datetime | None = None


def loads(session: Session) -> dict[str, Load]:
    """Return the load of every target that was ever told something.

    What did not arrive is counted, by its own index; what did, the `tally` keeps.
    """
    target, state, oldest = Delivery.target, Delivery.state, func.min(Delivery.created_at)
    unsent = select(target, state, func.count(), oldest).where(Delivery.delivered_at.is_(None))
    rows: dict[str, dict[str, tuple[int, datetime]]] = {}
    for told, each, count, since in session.execute(unsent.group_by(target, state)):
        rows.setdefault(told, {})[each] = (count, since)
    arrived = tally.kept(session)
    return {told: _load(rows.get(told, {}), arrived.get(told, 0)) for told in {*rows, *arrived}}


def _load(states: dict[str, tuple[int, datetime]], arrived: int) -> Load:
    def count(state: str) -> int:
        return states[state][0] if state in states else 0

    unsent = [states[state][1] for state in ("waiting", "dead") if state in states]
    return Load(
        count("waiting"), count("dead"), arrived, count("set-aside"), min(unsent, default=None)
    )


def messages(
    session: Session, target: str, state: str, *, limit: int, within: Within = ANYWHERE
) -> list[Delivery]:
    """Return messages of *target* in *state*: what arrived last, or what waits longest, first."""
    found = select(Delivery).where(Delivery.state == state, within.rows(Delivery.place))
    told = found.where(Delivery.target == target)
    if state != "delivered":
        told = told.where(Delivery.delivered_at.is_(None))
        return list(session.scalars(told.order_by(Delivery.id).limit(limit)))
    newest = session.scalar(select(func.max(Delivery.id))) or 0
    # Not by the index of targets: SQLite would sort all that this one was ever told.
    latest = found.where(Delivery.target.concat("") == target, Delivery.id > newest - RECENT)
    recent = list(session.scalars(latest.order_by(Delivery.id.desc()).limit(limit)))
    if len(recent) == limit:
        return recent
    # Who was told little of late was told little: those are found by the target.
    return list(session.scalars(told.order_by(Delivery.id.desc()).limit(limit)))
