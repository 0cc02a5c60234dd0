"""Two records may be one person's, or a number be two persons': a person is asked, nothing is
merged."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.people.models import IdentityQuestion, Person

# Whoever must look at what two records have, which may be one person's.  `hearing` adds them.
asked: list[Callable[[Session, Sequence[UUID], datetime], None]] = []


class Doubt(StrEnum):
    """What a person is asked about two records.  The value is stored and never changes."""

    TWO_PERSONS = "two-persons"  # one code's numbers lead to both
    CLAIM_DISAGREES = "claim-disagrees"  # a claimed number is another's, who is named otherwise
    CLAIM_ENDED = "claim-ended"  # the number's bearer came; who had claimed it was not they


def ask(
    session: Session, doubt: Doubt, person: Person, other: Person, system: str, *,
    evidence: str, by: str, now: datetime,
) -> None:  # fmt: skip
    """Open a question about two persons, unless it stands open already."""
    session.flush()
    pair = (person.id, other.id)
    standing = select(IdentityQuestion.id).where(
        IdentityQuestion.kind == str(doubt),
        IdentityQuestion.person_id.in_(pair),
        IdentityQuestion.other_id.in_(pair),
        IdentityQuestion.answered_at.is_(None),
    )
    if session.scalar(standing) is not None:
        return
    question = IdentityQuestion(
        id=uuid4(), kind=str(doubt), person_id=person.id, other_id=other.id, system=system,
        evidence=evidence, opened_at=now,
    )  # fmt: skip
    session.add(question)
    audit.record(
        session, "identity.doubted", question.id, by=by, now=now, detail=f"{doubt} {system}"
    )
    session.flush()
    for tell in asked:
        tell(session, pair, now)
