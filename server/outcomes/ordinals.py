"""The order in which programs read outcomes: whatever is committed later comes later.

The time of a version is the clock of who wrote it, read before they waited for their turn, so by
time a version could come behind what a program has read and never be found.  A number is given to
what is committed already, once somebody reads.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.outcomes.models import Outcome

AT_ONCE = 5000
NUMBERING = 0x6768_6F72  # the number of PostgreSQL's lock for it


def take_turn(session: Session) -> None:
    """Wait until nobody else numbers or reads by numbers; SQLite has one writer."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(NUMBERING)))


def number_some(session: Session, most: int = AT_ONCE) -> bool:
    """Number up to *most* versions that have no number, the oldest first; return whether any had.

    In the caller's turn.
    """
    last = session.scalar(select(func.max(Outcome.ordinal))) or 0
    rank = func.row_number().over(order_by=(Outcome.at, Outcome.id))
    fresh = (
        select(Outcome.id, rank.label("rank"))
        .where(Outcome.ordinal.is_(None))
        .order_by(Outcome.at, Outcome.id)
        .limit(most)
        .subquery()
    )
    done = session.execute(
        update(Outcome).where(Outcome.id == fresh.c.id).values(ordinal=last + fresh.c.rank),
        execution_options={"synchronize_session": False},
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
