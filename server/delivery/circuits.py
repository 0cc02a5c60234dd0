"""Circuits: a target that is away is left alone for a while, then asked with a single message.

Only trouble of the target itself counts (no connection, 503, a token it does not take): what is
wrong with one message stops nobody else's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, select, update
from sqlalchemy.orm import Session

from server.delivery.models import Circuit, Delivery
from server.rows import insert_missing, stored_rows
from server.stored_times import read_time

TOLERATED = 3  # failures in a row before the circuit opens
SAID_EVERY = timedelta(seconds=10)  # how exactly we know when a target last answered
# Asked for every group of messages: two columns of one row, past the session's objects.
_ITS = Circuit.target == bindparam("target", type_=String)
_OPEN_UNTIL = select(Circuit.open_until).where(_ITS)
_ANSWERS = select(Circuit.failures, Circuit.open_until, Circuit.answered_at).where(_ITS)
TURN = timedelta(minutes=1)  # what found a target away rests so long once it may be asked again
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=5)


def pause(failures: int) -> timedelta:
    """Return how long a target is left alone after *failures* in a row.  Pure."""
    over = failures - TOLERATED
    if over < 0:
        return timedelta(0)
    grown: int = 2 ** min(over, 20)
    return min(LONGEST, SHORTEST * grown)


def of(session: Session, targets: Iterable[str]) -> dict[str, Circuit]:
    found = session.scalars(select(Circuit).where(Circuit.target.in_(list(targets))))
    return {circuit.target: circuit for circuit in found}


def room(session: Session, target: str, *, now: datetime, limit: int) -> int:
    """Return how many messages *target* may be sent now: none, one to try, or *limit*."""
    session.flush()  # what this transaction noted of the target
    for (until,) in stored_rows(session, _OPEN_UNTIL, {"target": target}):
        if until is not None:
            return 0 if is_away(read_time(until), now) else 1
    return limit


def is_away(until: datetime | None, now: datetime) -> bool:
    """Return whether a target is left alone: no clock that is right says so for long."""
    return until is not None and now < until <= now + 2 * LONGEST


def answered(session: Session, target: str, *, now: datetime) -> None:
    """Note that *target* took or refused a message: it is there.

    Workers that find it so all the time do not wait for each other to say it.
    """
    session.flush()
    for known in stored_rows(session, _ANSWERS, {"target": target}):
        if _was_there(now, *known):
            return
    circuit = _get(session, target)
    circuit.failures, circuit.open_until, circuit.away_since = 0, None, None
    circuit.last_error, circuit.answered_at = None, now


def _was_there(now: datetime, failures: int, open_until: Any, answered_at: Any) -> bool:
    if failures or open_until is not None or answered_at is None:
        return False
    return now - SAID_EVERY < read_time(answered_at) <= now


def was_away(session: Session, target: str, error: str, *, now: datetime) -> datetime | None:
    """Note that *target* could not be reached; return until when it is left alone, if it is."""
    circuit = _get(session, target)
    circuit.failures += 1
    circuit.away_since = circuit.away_since or now
    circuit.last_error = error[:2000]
    left_alone = pause(circuit.failures)
    circuit.open_until = now + left_alone if left_alone else None
    return circuit.open_until


def close(session: Session, target: str, *, now: datetime) -> None:
    """Let what waits go at once: somebody says that the target is back."""
    circuit = _get(session, target)
    circuit.open_until = None
    waits = Delivery.state == "waiting", Delivery.delivered_at.is_(None)
    rests = update(Delivery).where(Delivery.target == target, *waits, Delivery.next_try_at > now)
    session.execute(rests.values(next_try_at=now))


def _get(session: Session, target: str) -> Circuit:
    insert_missing(session, Circuit, {"target": target, "failures": 0})
    return session.get_one(Circuit, target, with_for_update=True, populate_existing=True)
