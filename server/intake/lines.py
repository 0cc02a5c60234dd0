"""Pending events where several processes apply them: a station's line is one process's at a time.

A line is what one station sent and nobody applied yet, in order.  Whoever holds the station's row
until the end of the transaction has its line; the others take other stations.  Nobody leads, and
a process that dies lets go at once.

Where much waits, whoever looks asks stations and not events: one that comes back sends hundreds at
once, and the oldest events would be one line for all processes.  The line that waits longest comes
first, and no more are held than what is applied needs, so that others find some.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, select, union_all
from sqlalchemy.orm import Session

from server.accounts.models import Station
from server.intake.models import WireEvent, in_line, not_applied

FEW = 200  # events: where fewer are pending, they say themselves which lines there are
LOOKED_AT = 128  # lines, of which others may hold the first
LINES = 8  # in one transaction


def oldest(at_once: int) -> Select[UUID, bytes]:
    """Ask for pending events in the order of their arrival."""
    pending = select(WireEvent.event_id, WireEvent.payload)
    pending = pending.where(not_applied(), WireEvent.state == "pending")
    return pending.order_by(WireEvent.received_at, WireEvent.seq).limit(at_once)


def take(session: Session, at_once: int) -> Sequence[Row[UUID, bytes]]:
    """Return the oldest events of some lines that nobody else holds.

    None where nothing is pending, or others have all of it in hand: they go on until none is left.
    """
    while named := _lines(session):
        for most in (1, LINES):
            held = _hold(session, named, most)
            if not held:
                return []
            found = _of(session, held, at_once)
            if len(found) >= at_once:
                return found
        if found:
            return found
        # Another was done with what we hold since we looked.
    return []


def _lines(session: Session) -> Sequence[str]:
    """Return the stations that have a line, the one that waits longest first."""
    few = session.scalars(oldest(FEW).with_only_columns(WireEvent.station)).all()
    if len(few) < FEW:
        return list(dict.fromkeys(few))
    return [name for name, since in session.execute(waiting_longest()) if since is not None]


def waiting_longest() -> Select[str, datetime | None]:
    """Ask each station for the first event of its line: so many looks, however long the lines."""
    line = select(WireEvent.received_at).where(in_line(), WireEvent.station == Station.id)
    first = line.order_by(WireEvent.received_at, WireEvent.seq).limit(1)
    since: Any = first.scalar_subquery().label("since")
    return select(Station.id, since).order_by(since.nulls_last(), Station.id).limit(LOOKED_AT)


def _hold(session: Session, named: Sequence[str], most: int) -> Sequence[str]:
    """Hold the first of the *named* stations that nobody else holds; return which."""
    turn = case({name: number for number, name in enumerate(named)}, value=Station.id)
    free = select(Station.id).where(Station.id.in_(named)).order_by(turn).limit(most)
    return session.scalars(free.with_for_update(skip_locked=True, key_share=True)).all()


def _of(session: Session, held: Sequence[str], at_once: int) -> Sequence[Row[UUID, bytes]]:
    """Return the oldest events of these lines: no other line is read to find them."""
    more = select(WireEvent.event_id, WireEvent.payload, WireEvent.received_at, WireEvent.seq)
    first = more.where(in_line()).order_by(WireEvent.received_at, WireEvent.seq).limit(at_once)
    lines = (first.where(WireEvent.station == each).subquery() for each in held)
    every = union_all(*map(select, lines)).subquery()
    found = select(every.c.event_id, every.c.payload)
    return session.execute(found.order_by(every.c.received_at, every.c.seq).limit(at_once)).all()
