"""Some stored events take effect, in one transaction.

Where one of them stands in the way, fewer are tried, and the oldest few are applied one by one,
each under its own savepoint.
What cannot be applied is kept as refused, with a code that a person sees; what a new lot or a
lifted void may help, waits.  Neither holds up what comes after it.  Applying twice is harmless.
Several processes may do it at once: see `server.intake.lines`.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import Database
from server.engines import is_shared
from server.errors import DomainError
from server.intake import clocks, effects, lines, turns
from server.intake.models import WireEvent
from server.intake.opening import Opened, open_event
from server.retry import Trouble, again, trouble_of

log = logging.getLogger(__name__)
AT_ONCE = 200  # events in one transaction
ALONE = 10  # events of which one stands in the way, from which on they are applied one by one
LESS = 4  # of more, so many times fewer are tried first
MAY_HELP_LATER = frozenset({"tube-of-no-lot", "tube-void", "unknown-tube"})
_Some = Callable[[], AbstractContextManager[tuple[Session | None, list[Opened]]]]
_How = Callable[[Session, Sequence[Opened], datetime], int]


class Step(NamedTuple):
    """How many events took effect, and how many were settled one way or the other."""

    applied: int
    settled: int


def apply_some(database: Database, now: datetime, *, at_once: int = AT_ONCE) -> int | None:
    """Apply the oldest pending events, return how many were; None if there are none for us."""
    step = take_step(database, now, at_once=at_once)
    return None if step is None else step.applied


def take_step(
    database: Database,
    now: datetime,
    *,
    at_once: int = AT_ONCE,
    turn: AbstractContextManager[object] | None = None,
) -> Step | None:
    """Settle the oldest pending events; None if there are none for us.

    *turn* is held while SQLite is written: whoever else writes waits for it, not in SQLite.
    """
    size, hold = at_once, turn or nullcontext()
    while True:
        some = partial(_some, database, size, hold)
        try:
            return again(partial(_apply, some, _together, now), keyed=True, met=True, undone=False)
        except Exception as error:
            if trouble_of(error) not in {None, Trouble.UNDONE}:
                raise  # the database is in trouble, not the events
            log.info("%d events are not applied together: %s", size, error)
        if size <= ALONE:
            return again(partial(_apply, some, _one_by_one, now), keyed=True)
        size = max(ALONE, size // LESS)


@contextmanager
def _some(
    database: Database, at_once: int, turn: AbstractContextManager[object]
) -> Iterator[tuple[Session | None, list[Opened]]]:
    """Begin a transaction in which the oldest pending events are ours alone."""
    if is_shared(database.engine):
        with database.write() as session:
            yield session, [open_event(*row) for row in lines.take(session, at_once)]
        return
    with database.read() as session:
        found = session.execute(lines.oldest(at_once)).all()
    opened = [open_event(*row) for row in found]
    if not opened:
        yield None, []
        return
    with turn, database.write() as session:
        yield session, opened


def _apply(some: _Some, how: _How, now: datetime) -> Step | None:
    with some() as (session, opened):
        if not session or not opened:
            return None
        turns.take_turns(session, opened)
        return Step(how(session, opened, now), len(opened))


def _together(session: Session, opened: Sequence[Opened], now: datetime) -> int:
    """Apply all of them at once; raises where something unforeseen is in the way."""
    problems = effects.foreseen(session, opened)
    good = [each for each in opened if each.id not in problems]
    good = clocks.righted(session, good, now)
    effects.take_effect(session, good, now=now)
    _mark(session, [each.id for each in good], "", now)
    for problem in sorted(set(problems.values())):
        _mark(session, [each for each, code in problems.items() if code == problem], problem, now)
    return len(good)


def _one_by_one(session: Session, opened: Sequence[Opened], now: datetime) -> int:
    return sum(_apply_alone(session, each, now) for each in opened)


def _apply_alone(session: Session, opened: Opened, now: datetime) -> bool:
    """Apply one event under a savepoint; return whether it took effect."""
    problem = opened.problem or _problem(session, opened, now)
    _mark(session, [opened.id], problem, now)
    return not problem


def _problem(
    session: Session,
    opened: Opened,
    now: datetime,
    *,
    met: bool = False,
    effect: effects.OfMany = effects.take_effect,
) -> str:
    """Let one event take effect; return the code of what stood in the way, or ''."""
    try:
        with session.begin_nested():
            effect(session, clocks.righted(session, [opened], now), now=now)
    except DomainError as error:
        if effect is not effects.hear_refused:
            _problem(session, opened, now, effect=effects.hear_refused)
        return error.code
    except Exception as error:  # one event's fault must not hold up the others
        if trouble_of(error) is not None:
            raise
        if isinstance(error, IntegrityError) and not met:  # another may have added the same
            return _problem(session, opened, now, met=True, effect=effect)
        log.exception("event %s could not be applied", opened.id)
        return "error"
    return ""


def _mark(session: Session, ids: Sequence[UUID], problem: str, now: datetime) -> None:
    state = "waiting" if problem in MAY_HELP_LATER else "refused" if problem else "applied"
    done = update(WireEvent).where(WireEvent.event_id.in_(ids), WireEvent.state == "pending")
    applied_at = None if problem else now
    session.execute(done.values(state=state, problem=problem or None, applied_at=applied_at))
