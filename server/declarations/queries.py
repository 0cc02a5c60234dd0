"""What stands in people's records.  Reads only."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from server.declarations.models import CheckIn, Declaration, RecordEntry
from server.declarations.notice import Notice


def record_of(session: Session, person_id: UUID) -> list[RecordEntry]:
    """Return a person's record: newest sample first, and of each tube the current version first.

    A tube's sample was taken when its current version says: a clock may have been set right since.
    """
    found = select(RecordEntry).where(RecordEntry.person_id == person_id)
    tubes: dict[str, list[RecordEntry]] = {}
    for entry in session.scalars(found.order_by(RecordEntry.version.desc())):
        tubes.setdefault(entry.tube.text, []).append(entry)
    ordered = sorted(tubes.items())
    ordered.sort(key=lambda pair: pair[1][0].sampled_at, reverse=True)
    return [entry for _, versions in ordered for entry in versions]


def difference(session: Session, person_id: UUID, key: str, notice: Notice) -> str:
    """Return '' if a person's record holds *notice* under *key*, else what differs."""
    entry = session.scalar(select(RecordEntry).where(RecordEntry.key == key))
    if entry is None:
        return "the record has no such entry"
    has = (entry.person_id, entry.tube, entry.status, entry.reason, entry.version, entry.sampled_at)
    wants = (
        person_id, notice.of, notice.status, notice.reason, notice.version, notice.sampled_at
    )  # fmt: skip
    return "" if has == wants else "the entry in the record says something else"


def check_ins_of(session: Session, person_id: UUID, *, limit: int = 100) -> list[CheckIn]:
    """Return a person's newest check-ins, newest first; voided ones are among them."""
    found = select(CheckIn).where(CheckIn.person_id == person_id)
    return list(session.scalars(found.order_by(CheckIn.at.desc(), CheckIn.id).limit(limit)))


def declaration(session: Session, which: UUID) -> Declaration | None:
    return session.get(Declaration, which)


def declarations_of(session: Session, person_id: UUID, *, limit: int = 100) -> list[Declaration]:
    """Return a person's newest declarations, newest first."""
    found = select(Declaration).where(Declaration.person_id == person_id)
    newest = found.order_by(Declaration.at.desc(), Declaration.id)
    return list(session.scalars(newest.limit(limit)))


def holds() -> ColumnElement[bool]:
    """Return the condition that a declaration holds: one whose check-in was voided does not."""
    return ~exists().where(CheckIn.id == Declaration.id, CheckIn.voided_at.is_not(None))


def last_declaration(session: Session, person_id: UUID) -> Declaration | None:
    """Return a person's newest declaration that holds."""
    found = select(Declaration).where(Declaration.person_id == person_id, holds())
    newest = found.order_by(Declaration.at.desc(), Declaration.id)
    return session.scalars(newest.limit(1)).first()
