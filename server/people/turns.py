"""Turns of those who merge or part records, and of those who must see merges stand still."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

MERGING = 0x6768_6D67  # the number of PostgreSQL's lock for it


def take_turn(session: Session) -> None:
    """Wait until no other transaction merges or parts: two merges at once would close a circle.

    SQLite has one writer.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(MERGING)))


def take_turn_beside(session: Session) -> None:
    """Wait until nobody merges or parts; nobody begins to before this transaction ends."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock_shared(MERGING)))
