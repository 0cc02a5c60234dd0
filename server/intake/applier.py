"""Applies stored events as they come: the other half of the intake, a thread of each process.

What a new lot or a lifted void may help, waits and is tried again.  Uploads have the right of way.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from threading import Event as Flag
from threading import Lock, Thread
from time import monotonic
from typing import Protocol

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.db import Database
from server.declarations import late_times
from server.intake import clocks, late_check_ins, old_scans
from server.intake.applying import apply_some, take_step
from server.intake.models import WireEvent, not_applied
from server.intake.pace import Pace, Stride
from server.retry import again
from server.sampling.queries import lots_registered

log = logging.getLogger(__name__)
LOOK_SECONDS = 10.0  # how often we look without being woken
RETRY_SECONDS, SOME = 60.0, 1000  # how often how much of what waits is tried without a reason
TROUBLED_SECONDS = 5.0
# After work we rest so many times as long: pages write as well, where the database is free.
RESTS = {Pace.IDLE: 0.2, Pace.STEADY: 0.5, Pace.BUSY: 3, Pace.RUSH: 5}
GIVES_WAY = 2.0  # seconds for which we leave the database to a rush of uploads


class Traffic(Protocol):
    """Whoever has the right of way."""

    after_commit: Callable[[], None]
    turn: Lock  # to write; whoever holds it is brief

    def pace(self) -> Pace: ...


def apply_pending(database: Database, now: datetime, *, waiting: bool = True) -> int:
    """Apply everything that is stored and not applied; return how many events were.

    *waiting* tries once more what waits.
    """
    if waiting:
        revive(database)
    applied = 0
    while (step := apply_some(database, now)) is not None:
        applied += step
    correct_past(database, now)
    return applied


def revive(database: Database, most: int | None = None) -> int:
    """Let what waits be tried again, the oldest *most* of it; return how much that is."""
    waits = select(WireEvent.event_id).where(not_applied(), WireEvent.state == "waiting")
    with database.read() as session:
        if session.scalar(waits.limit(1)) is None:
            return 0
    return again(partial(_revive, database, most), keyed=True)


def _revive(database: Database, most: int | None) -> int:
    with database.write() as session:
        return _to_pending(session, ["waiting"], most)


def correct_past(database: Database, now: datetime) -> int:
    """Correct the times of pairings and check-ins whose boot is known by now; return how many."""
    with database.read() as session:
        questions = (clocks.untimed(), late_times.waiting_boots())
        if all(session.execute(each.limit(1)).first() is None for each in questions):
            return 0
    return again(partial(_correct_past, database, now), keyed=True)


def _correct_past(database: Database, now: datetime) -> int:
    with database.write() as session:
        return clocks.correct_past(session, now) + late_check_ins.correct_past(session, now)


def apply_again(session: Session, *, by: str, now: datetime) -> int:
    """Let everything that waits or was refused be tried again; return how much that is.

    An event whose bytes went when its time was over stays as it was told, and so does what was
    refused as a scan of before its tube's arrival was taken back.
    """
    count = _to_pending(session, ["waiting", "refused"])
    audit.record(session, "events.tried-again", "intake", by=by, now=now, detail=f"{count} events")
    return count


def _to_pending(session: Session, states: Sequence[str], most: int | None = None) -> int:
    there = func.length(WireEvent.payload) > 0
    found = select(WireEvent.event_id).where(not_applied(), WireEvent.state.in_(states), there)
    found = found.where(WireEvent.problem.is_distinct_from(old_scans.TAKEN_BACK))
    oldest = found.order_by(WireEvent.received_at, WireEvent.seq).limit(most)
    ids = list(session.scalars(oldest))
    for start in range(0, len(ids), 500):
        some = WireEvent.event_id.in_(ids[start : start + 500])
        still = WireEvent.state.in_(states)  # another may have applied it since
        session.execute(update(WireEvent).where(some, still).values(state="pending", problem=None))
    return len(ids)


class Applier:
    """The applier as a thread of the server.  Uploads have the right of way."""

    def __init__(self, database: Database, clock: Callable[[], datetime], traffic: Traffic) -> None:
        self._database = database
        self._clock = clock
        self._traffic = traffic
        self._awake = Flag()
        self._stopping = Flag()
        self._lots, self._tried = -1, monotonic()
        self._stride = Stride()
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
        while not self._stopping.is_set():
            self._awake.clear()
            for work in (self._try_again, self._drain, self._correct):
                self._do(work)  # what is in the way of one is not in the way of the others
            self._awake.wait(LOOK_SECONDS)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # the database may be away for a while
            log.exception("the applier met an error and goes on")
            self._stopping.wait(TROUBLED_SECONDS)

    def _try_again(self) -> None:
        """Try what waits: all of it where there is a lot more than before, else some, at times."""
        with self._database.read() as session:
            lots = lots_registered(session)
        more, late = lots != self._lots, monotonic() - self._tried >= RETRY_SECONDS
        if more or late:
            self._lots, self._tried = lots, monotonic()
            revive(self._database, None if more else SOME)

    def _correct(self) -> None:
        correct_past(self._database, self._clock())

    def _drain(self) -> None:
        """Apply what is there; while uploads come in, a little at a time and with long rests."""
        while not self._stopping.is_set():
            self._give_way()
            pace, began = self._traffic.pace(), monotonic()
            now, turn, size = self._clock(), self._traffic.turn, self._stride.length(pace)
            step = take_step(self._database, now, at_once=size, turn=turn)
            if step is None:
                return
            took = monotonic() - began
            self._stride.learn(step.settled, took)
            self._stopping.wait(RESTS[pace] * took)

    def _give_way(self) -> None:
        """Wait while stations bring more than can be written: they wait, nobody waits for us yet.

        Never for long, so that a rush that does not end is applied as well.
        """
        last = monotonic() + GIVES_WAY
        while self._traffic.pace() is Pace.RUSH and monotonic() < last:
            if self._stopping.wait(0.02):
                return
