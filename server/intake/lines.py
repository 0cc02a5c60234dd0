"""Pending events where several processes apply them: a station's line is one process's at a time.

A line is what one station sent and nobody applied yet, in order.  Whoever holds the station's row
until the end of the transaction has its line; the others take other stations.  Nobody leads, and
a process that dies lets go at once.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from server.accounts.models import Station
from server.intake.models import WireEvent, not_applied

WINDOW = 500  # of the oldest pending events, whose stations are looked at
LINES = 8  # stations in one transaction


def oldest(at_once: int) -> Select[UUID, bytes]:
    """Ask for pending events in the order of their arrival."""
    pending = select(WireEvent.event_id, WireEvent.payload)
    pending = pending.where(not_applied(), WireEvent.state == "pending")
    return pending.order_by(WireEvent.received_at, WireEvent.seq).limit(at_once)


def take(session: Session, at_once: int) -> Sequence[Row[UUID, bytes]]:
    """Return the oldest events of some stations whose lines nobody else holds.

    None where nothing is pending, or others have all of it in hand: they go on until none is left.
    """
    window = oldest(WINDOW).with_only_columns(WireEvent.station).subquery()
    named: Any = select(window.c.station)
    free = select(Station.id).where(Station.id.in_(named)).order_by(Station.id).limit(LINES)
    held = list(session.scalars(free.with_for_update(skip_locked=True, key_share=True)))
    if not held:
        return []
    return session.execute(oldest(at_once).where(WireEvent.station.in_(held))).all()
