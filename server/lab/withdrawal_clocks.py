"""Which clock was wrong where an arrival was taken back at a time that is still to come.

Ours ran ahead then, or is behind now.  The trail tells them apart, for its entries stand in their
order whatever they say of the time: a clock that runs ahead jumped there, over all the time from
now on, and one that was behind jumps back over as much.  Where the trail goes on evenly, none did.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditEntry
from server.lab.move_models import ArrivalWithdrawal
from server.times import CLOCKS_DIFFER

WITHDRAWN = "tube.arrival-withdrawn"  # in the trail, as the others
DOUBTED, TRUSTED = "tube.withdrawal-time-doubted", "tube.withdrawal-time-trusted"


class _Entry(NamedTuple):
    id: int
    at: datetime


def ran_ahead(session: Session, gone: ArrivalWithdrawal, now: datetime) -> bool:
    """Return whether our clock may have run ahead when *gone*, a time to come, was noted.

    It did not where the trail went on before it at times that are still to come: *now* is behind.
    One that was ahead for longer than by how much shows no such jump either, and soon is passed.
    """
    noted = _noted(session, gone)
    if noted is None:
        return False
    before = _entries().where(AuditEntry.id < noted, AuditEntry.at <= now)
    last = _first(session, before.order_by(AuditEntry.id.desc()))
    if last is None:
        return False
    after = _first(session, _entries().where(AuditEntry.id > last.id).order_by(AuditEntry.id))
    return after is not None and after.at - last.at >= gone.withdrawn_at - now


def was_behind(session: Session, gone: ArrivalWithdrawal, now: datetime) -> bool:
    """Return whether our clock, which has passed *gone* by now, may have been behind when that was
    doubted: it jumped since."""
    session.flush()
    entry = AuditEntry.detail.startswith(f"{gone.id}:"), *_of(gone, DOUBTED)
    doubted = _first(session, _entries().where(*entry).order_by(AuditEntry.id.desc()))
    if doubted is None:
        return False
    later = _entries().where(AuditEntry.id > doubted.id, AuditEntry.at >= gone.withdrawn_at)
    passed = _first(session, later.order_by(AuditEntry.id))
    before = _entries().order_by(AuditEntry.id.desc())
    if passed is not None:
        before = before.where(AuditEntry.id < passed.id)
    last = _first(session, before) or doubted
    return (passed.at if passed else now) - last.at >= gone.withdrawn_at - doubted.at


def came_before(session: Session, gone: ArrivalWithdrawal, at: datetime, now: datetime) -> bool:
    """Return whether what our clock noted *at* came before *gone*, as far as anybody can tell.

    Where that was by a clock that ran ahead, what came since the trail is right again did not.
    """
    if at > now + CLOCKS_DIFFER:
        return True
    if at > gone.withdrawn_at:
        return False
    ahead = gone.withdrawn_at > now + CLOCKS_DIFFER
    if gone.trusted and not (ahead and ran_ahead(session, gone, now)):
        return True
    right = _right_again(session, gone)
    return right is None or at < right


def _right_again(session: Session, gone: ArrivalWithdrawal) -> datetime | None:
    noted = _noted(session, gone)
    if noted is None:
        return None
    asked = select(AuditEntry.at).where(
        AuditEntry.id > noted, AuditEntry.at < gone.withdrawn_at - CLOCKS_DIFFER
    )
    return session.scalar(asked.order_by(AuditEntry.id).limit(1))


def _noted(session: Session, gone: ArrivalWithdrawal) -> int | None:
    session.flush()
    entry = AuditEntry.at == gone.withdrawn_at, *_of(gone, WITHDRAWN)
    return session.scalar(select(func.max(AuditEntry.id)).where(*entry))


def _of(gone: ArrivalWithdrawal, action: str) -> tuple[ColumnElement[bool], ...]:
    return AuditEntry.subject == gone.tube.text, AuditEntry.action == action


def _first(session: Session, asked: Select[int, datetime]) -> _Entry | None:
    row = session.execute(asked.limit(1)).first()
    return _Entry(*row) if row else None


def _entries() -> Select[int, datetime]:
    return select(AuditEntry.id, AuditEntry.at)
