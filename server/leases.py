"""Work that one process does at a time, where several share a database.

Whoever has the lease of some work renews it in each of its transactions; one that died loses it
within a minute, and if it was only slow, its next transaction fails instead of doing things twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import String, delete, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db import Base, Database
from server.engines import is_shared
from server.rows import insert_missing

LIFE = timedelta(minutes=1)
FAR = timedelta(minutes=10)  # a lease that ends later was given by a clock that ran ahead


class LeaseLost(Exception):
    """Another process has the work in hand by now."""


class Lease(Base):
    """Who has a piece of work in hand, and until when it counts without another word."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    until: Mapped[datetime]


@contextmanager
def holding(
    database: Database, name: str, clock: Callable[[], datetime]
) -> Iterator[Database | None]:
    """Give *database* for the work *name*, or None where another process has it in hand.

    Each transaction that writes raises LeaseLost if the lease went to another meanwhile.  A
    database of one process needs no leases.
    """
    if not is_shared(database.engine):
        yield database
        return
    holder = uuid4().hex
    with database.write() as session:
        ours = _take(session, name, holder, clock())
    if not ours:
        yield None
        return
    try:
        yield replace(database, write=partial(_write, database, name, holder, clock))
    finally:
        with database.write() as session:
            session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def _take(session: Session, name: str, holder: str, now: datetime) -> bool:
    new = {"name": name, "holder": holder, "until": now + LIFE}
    return insert_missing(session, Lease, new) or _renew(session, name, holder, now)


def _renew(session: Session, name: str, holder: str, now: datetime) -> bool:
    ours = or_(Lease.holder == holder, Lease.until <= now, Lease.until > now + FAR)
    renewed = update(Lease).where(Lease.name == name, ours)
    done: Any = session.execute(renewed.values(holder=holder, until=now + LIFE))
    return bool(done.rowcount)


@contextmanager
def _write(
    database: Database, name: str, holder: str, clock: Callable[[], datetime]
) -> Iterator[Session]:
    with database.write() as session:
        now = clock()
        kept = update(Lease).where(Lease.name == name, Lease.holder == holder)
        done: Any = session.execute(kept.values(until=now + LIFE))
        if not done.rowcount:
            raise LeaseLost(name)
        yield session
