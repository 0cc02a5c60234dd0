"""How many messages ever arrived at each target: kept, so that nobody counts all there ever were.

What notes arrivals adds them here in its own transaction, last, so that nobody waits long for
another.  A message that arrived stays so; `differences` holds the sums against a count of all.
"""

from sqlalchemy import func, literal, select, union_all, update
from sqlalchemy.orm import Session

from server.delivery.models import Arrived, Delivery
from server.rows import insert_or_add, insert_or_hold


def add(session: Session, target: str, count: int) -> None:
    """Note that *count* more arrived; the last thing in a transaction."""
    if count:
        insert_or_add(session, Arrived, {"target": target, "count": count}, "count")


def kept(session: Session) -> dict[str, int]:
    """Return how many arrived at each target."""
    rows = session.execute(select(Arrived.target, Arrived.count))
    return {row[0]: row[1] for row in rows}


def differences(session: Session) -> dict[str, tuple[int, int]]:
    """Return what is kept of each target and what there is, where they differ.

    One statement, so that what arrives meanwhile is in both or in neither.
    """
    none = literal(0)
    there = func.count(Delivery.delivered_at)  # which leaves out what did not arrive
    both = union_all(
        select(Arrived.target, Arrived.count.label("kept"), none.label("there")),
        select(Delivery.target, none, there).group_by(Delivery.target),
    ).subquery()
    asked = select(both.c.target, func.sum(both.c.kept), func.sum(both.c.there))
    rows = session.execute(asked.group_by(both.c.target))
    found = {target: (int(mine), int(all_)) for target, mine, all_ in rows}
    return {target: each for target, each in found.items() if each[0] != each[1]}


def recount(session: Session) -> None:
    """Count all messages anew.  Whoever notes an arrival meanwhile waits, and adds to this."""
    targets = set(session.scalars(select(Delivery.target).distinct())) | set(kept(session))
    for target in sorted(targets):
        insert_or_hold(session, Arrived, {"target": target, "count": 0})
    for target in sorted(targets):
        there = select(func.count()).where(
            Delivery.target == target, Delivery.delivered_at.is_not(None)
        )
        count = session.scalar(there) or 0
        session.execute(update(Arrived).where(Arrived.target == target).values(count=count))
