"""Nobody can ask whoever was erased, and without name and year anybody may be they.

So no question stays open whether such a record is somebody else's too.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.audit.models import AuditEntry
from server.people.models import Disagreement, IdentityQuestion

ERASED = "person.erased"


def any_of(session: Session, ids: Iterable[UUID]) -> bool:
    """Return whether one of these records was erased."""
    return bool(among(session, ids))


def among(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these records that were erased."""
    mine = AuditEntry.subject.in_([str(each) for each in ids]), AuditEntry.action == ERASED
    return {UUID(each) for each in session.scalars(select(AuditEntry.subject).where(*mine))}


def end_questions(session: Session, ids: Iterable[UUID], *, by: str, now: datetime) -> None:
    """End the open questions about these records: two persons, as far as anybody can still say.

    What is held stays held until a person decides it.  A question that somebody has in hand is not
    waited for, since they may wait for these people; the next round ends it (`doubt_rounds`).
    """
    some = list(ids)
    ends = IdentityQuestion.person_id.in_(some), IdentityQuestion.other_id.in_(some)
    asked = select(IdentityQuestion).where(IdentityQuestion.answered_at.is_(None), or_(*ends))
    for each in session.scalars(asked.with_for_update(skip_locked=True)):
        end_question(session, each, by=by, now=now)
    session.flush()


def end_question(session: Session, question: IdentityQuestion, *, by: str, now: datetime) -> None:
    question.answered_at, question.answered_by, question.answer = now, by, "different"
    audit.record(session, "identity.answered", question.id, by=by, now=now, detail="erased")


def end_doubt(session: Session, question: Disagreement, *, by: str, now: datetime) -> None:
    """End the question whose code it was: what it was shown for stays where it stands."""
    question.answered_at, question.answered_by, question.reason = now, by, ""
    question.answer = "same"
    audit.record(session, "identity.answered", question.id, by=by, now=now, detail="erased")
