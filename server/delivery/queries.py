"""What is in the outbox.  Reads only."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.delivery.models import Delivery


def delivery_of(session: Session, target: str, key: str) -> Delivery | None:
    found = select(Delivery).where(Delivery.target == target, Delivery.key == key)
    return session.scalar(found)


def by_key(session: Session, target: str, keys: Iterable[str]) -> dict[str, Delivery]:
    """Return the deliveries to *target* with these keys."""
    found = select(Delivery).where(Delivery.target == target, Delivery.key.in_(list(keys)))
    return {each.key: each for each in session.scalars(found)}


def undelivered(session: Session, *, limit: int) -> list[Delivery]:
    """Return what has not arrived, dead ones first, then oldest first."""
    found = (
        select(Delivery)
        .where(Delivery.state.in_(("waiting", "dead")))
        .order_by(Delivery.state, Delivery.created_at, Delivery.id)
        .limit(limit)
    )
    return list(session.scalars(found))


def counts(session: Session) -> dict[str, int]:
    """Return how many messages are in each state."""
    found = select(Delivery.state, func.count()).group_by(Delivery.state)
    return {row[0]: row[1] for row in session.execute(found)}
