"""Which clock was wrong where an arrival was taken back at a time that is still to come.

Ours ran ahead then, or is behind now.  The trail tells them apart, for its entries stand in their
order whatever they say of the time: a clock that runs ahead jumped there, over all the time from
now on.  Where the trail goes on evenly, it did not.  Where nothing was noted for so long, nobody
can tell: it may have.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.audit.models import AuditEntry
from server.lab.move_models import ArrivalWithdrawal
from server.lab.order import noted_as
from server.times import CLOCKS_DIFFER

FAR = 100_000  # entries: where these tell nothing, a person is asked


class _Entry(NamedTuple):
    id: int
    at: datetime


def ran_ahead(session: Session, gone: ArrivalWithdrawal, now: datetime) -> bool:
    """Return whether our clock may have run ahead when *gone*, a time to come, was noted.

    It did not where the trail went on before it at times that are still to come: *now* is behind.
    One that was ahead for longer than by how much shows no such jump either, and soon is passed.
    """
    noted = noted_as(session, gone)
    if noted is None:
        return False
    near = AuditEntry.id.between(noted - FAR, noted - 1)
    before = _entries().where(near, AuditEntry.at <= now)
    last = _first(session, before.order_by(AuditEntry.id.desc()))
    if last is None:
        return noted > FAR
    after = _first(session, _entries().where(AuditEntry.id > last.id).order_by(AuditEntry.id))
    return after is not None and after.at - last.at >= gone.withdrawn_at - now


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
    noted = noted_as(session, gone)
    if noted is None:
        return None
    near = AuditEntry.id.between(noted + 1, noted + FAR)
    asked = select(AuditEntry.at).where(near, AuditEntry.at < gone.withdrawn_at - CLOCKS_DIFFER)
    return session.scalar(asked.order_by(AuditEntry.id).limit(1))


def _first(session: Session, asked: Select[int, datetime]) -> _Entry | None:
    row = session.execute(asked.limit(1)).first()
    return _Entry(*row) if row else None


def _entries() -> Select[int, datetime]:
    return select(AuditEntry.id, AuditEntry.at)
