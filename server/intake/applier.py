"""Applies stored events in the order of their arrival: the other half of the intake.

A few events make one transaction, each under its own savepoint.  What cannot be applied is kept as
refused, with a code that a person sees; what another event or a new lot may help, waits and is
tried again.  Neither ever holds up what comes after it.  Applying twice is harmless.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.db import Database
from server.errors import DomainError
from server.intake import effects
from server.intake.models import WireEvent
from server.intake.opening import Opened, open_event

log = logging.getLogger(__name__)
AT_ONCE = 50  # events in one transaction
RETRY_SECONDS = 30.0  # how often what waits is tried again
TROUBLED_SECONDS = 5.0
LONGEST_YIELD = 1.0  # seconds that a flood of uploads may hold up one transaction of ours
MAY_HELP_LATER = frozenset({"tube-of-no-lot"})


class Traffic(Protocol):
    """Whoever has the right of way."""

    after_commit: Callable[[], None]

    def busy(self) -> bool: ...


def apply_pending(database: Database, now: datetime, *, waiting: bool = True) -> int:
    """Apply everything that is stored and not applied; return how many events were.

    *waiting* tries once more what waits.
    """
    if waiting:
        revive(database)
    applied = 0
    while (step := apply_some(database, now)) is not None:
        applied += step
    return applied


def apply_some(database: Database, now: datetime) -> int | None:
    """Apply the oldest pending events; None if there are none."""
    with database.read() as session:
        found = session.execute(
            select(WireEvent.event_id, WireEvent.payload)
            .where(WireEvent.state == "pending")
            .order_by(WireEvent.received_at, WireEvent.seq)
            .limit(AT_ONCE)
        ).all()
    if not found:
        return None
    opened = [open_event(row.event_id, row.payload) for row in found]
    with database.write() as session:
        return sum(_apply(session, each, now) for each in opened)


def _apply(session: Session, opened: Opened, now: datetime) -> bool:
    """Apply one event under a savepoint; return whether it took effect."""
    problem = opened.problem
    if opened.event is not None:
        try:
            with session.begin_nested():
                effects.take_effect(session, opened.event, opened.person, now=now)
        except DomainError as error:
            problem = error.code
        except OperationalError:
            raise  # the database is in trouble, not the event
        except Exception:  # one event's fault must not hold up the others
            log.exception("event %s could not be applied", opened.id)
            problem = "error"
    state = "waiting" if problem in MAY_HELP_LATER else "refused" if problem else "applied"
    _mark(session, opened.id, state, problem or None, now)
    return not problem


def _mark(session: Session, event_id: UUID, state: str, problem: str | None, now: datetime) -> None:
    done = update(WireEvent).where(WireEvent.event_id == event_id, WireEvent.state == "pending")
    applied_at = now if state == "applied" else None
    session.execute(done.values(state=state, problem=problem, applied_at=applied_at))


def revive(database: Database) -> int:
    """Let everything that waits be tried again; return how much that is."""
    waits = select(WireEvent.event_id).where(WireEvent.state == "waiting")
    with database.read() as session:
        if session.scalar(waits.limit(1)) is None:
            return 0
    with database.write() as session:
        return _to_pending(session, ["waiting"])


def apply_again(session: Session, *, by: str, now: datetime) -> int:
    """Let everything that waits or was refused be tried again; return how much that is."""
    count = _to_pending(session, ["waiting", "refused"])
    audit.record(session, "events.tried-again", "intake", by=by, now=now, detail=f"{count} events")
    return count


def _to_pending(session: Session, states: Sequence[str]) -> int:
    found = select(WireEvent.event_id).where(WireEvent.state.in_(states))
    ids = list(session.scalars(found))
    for start in range(0, len(ids), 500):
        some = WireEvent.event_id.in_(ids[start : start + 500])
        session.execute(update(WireEvent).where(some).values(state="pending", problem=None))
    return len(ids)


class Applier:
    """The applier as a thread of the server.  Uploads have the right of way."""

    def __init__(self, database: Database, clock: Callable[[], datetime], traffic: Traffic) -> None:
        self._database = database
        self._clock = clock
        self._traffic = traffic
        self._awake = Flag()
        self._stopping = Flag()
        self._thread = Thread(target=self._run, name="intake-applier", daemon=True)
        traffic.after_commit = self.wake

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the events in hand take effect, then end."""
        self._stopping.set()
        self.wake()
        self._thread.join(timeout=10)

    def wake(self) -> None:
        self._awake.set()

    def _run(self) -> None:
        tried = monotonic() - RETRY_SECONDS
        while not self._stopping.is_set():
            self._awake.clear()
            try:
                if monotonic() - tried >= RETRY_SECONDS:
                    tried = monotonic()
                    revive(self._database)
                self._drain()
            except Exception:  # the database may be away for a while
                log.exception("the applier met an error and goes on")
                self._stopping.wait(TROUBLED_SECONDS)
            self._awake.wait(RETRY_SECONDS)

    def _drain(self) -> None:
        while not self._stopping.is_set():
            self._give_way()
            if apply_some(self._database, self._clock()) is None:
                return

    def _give_way(self) -> None:
        """Wait while uploads come in, but never for long: what is stored must also be applied."""
        until = monotonic() + LONGEST_YIELD
        while self._traffic.busy() and monotonic() < until:
            if self._stopping.wait(0.02):
                return
