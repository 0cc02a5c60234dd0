"""What people ask of the audit trail.  Reads only."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.audit import sealing
from server.audit.models import AuditEntry, AuditSeal

PAGE = 100


def entries(
    session: Session,
    *,
    about: str = "",
    before: int | None = None,
    seen: ColumnElement[bool] | None = None,
) -> Sequence[AuditEntry]:
    """Return the newest entries, a page of them: whose actor, subject or action begins so.

    *seen*: the condition that whoever asks may see an entry.
    """
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE)
    if seen is not None:
        found = found.where(seen)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    if about:
        columns = (AuditEntry.actor, AuditEntry.subject, AuditEntry.action)
        found = found.where(or_(*(column.startswith(about, autoescape=True) for column in columns)))
    return session.scalars(found).all()


def entries_about(session: Session, subject: object) -> Sequence[AuditEntry]:
    """Return all that was done to *subject*, oldest first."""
    found = select(AuditEntry).where(AuditEntry.subject == str(subject)[:120])
    return session.scalars(found.order_by(AuditEntry.id)).all()


class ChainState(NamedTuple):
    """How far the trail is sealed, and when it was last verified and kept elsewhere."""

    seal: AuditSeal | None
    waiting: int
    verified: AuditEntry | None
    anchored: AuditEntry | None


def chain_state(session: Session) -> ChainState:
    return ChainState(
        sealing.last_seal(session),
        sealing.unsealed(session),
        _newest(session, "audit.verified"),
        _newest(session, "audit.anchored"),
    )


def _newest(session: Session, action: str) -> AuditEntry | None:
    found = select(AuditEntry).where(AuditEntry.subject == "audit", AuditEntry.action == action)
    return session.scalar(found.order_by(AuditEntry.id.desc()).limit(1))
