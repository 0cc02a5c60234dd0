"""Decisions of people about tubes: each is an event of its own, kept beside those before it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.errors import DomainError
from server.sampling.decision_models import Decision


class About(StrEnum):
    """What was decided about.  The value is stored and never changes."""

    CONFLICT = "conflict"
    MATTER = "matter"
    SLIP = "slip"
    SUSPICION = "suspicion"
    PAIRING = "pairing"
    MANUAL = "manual"
    UNPAIRED = "unpaired"
    IDENTITY = "identity"
    LABORATORY = "laboratory"  # a result of another laboratory than received the tube


class DecidedSince(DomainError):
    code = "decided-since"


def record_decision(
    session: Session,
    about: About,
    subject_id: UUID,
    *,
    verdict: str,
    reason: str,
    by: str,
    now: datetime,
    tube: Tube | None = None,
    kept: UUID | None = None,
    instead_of: UUID | None = None,
) -> Decision:
    """Add a decision; the first about its subject, or one *instead_of* the last.

    The reason may name somebody, so it stays with the decision.  Raises DecidedSince.
    """
    last = latest(session, about, subject_id)
    if (last.id if last else None) != instead_of:
        raise DecidedSince(
            "Có người vừa quyết định việc này. Mở lại trang để xem.",
            "Somebody just decided this. Open the page again.",
        )
    decision = Decision(
        id=uuid4(), matter=about, subject_id=subject_id, tube=tube, verdict=verdict, kept_id=kept,
        reason=reason, by=by, at=now, supersedes=instead_of,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    audit.record(session, f"{about}.decided", tube or subject_id, by=by, now=now, detail=verdict)
    return decision


def latest(session: Session, about: About, subject_id: UUID) -> Decision | None:
    """Return the decision about a subject that nothing supersedes."""
    return latest_of(session, about, [subject_id]).get(subject_id)


def latest_of(session: Session, about: About, ids: Collection[UUID]) -> dict[UUID, Decision]:
    """Return the standing decision about each of *ids* that has one."""
    asked = select(Decision).where(Decision.matter == about, Decision.subject_id.in_(ids))
    found = list(session.scalars(asked))
    gone = {each.supersedes for each in found}
    return {each.subject_id: each for each in found if each.id not in gone}


def decisions_about(session: Session, tube: Tube) -> list[Decision]:
    """Return every decision that names *tube*, oldest first."""
    asked = select(Decision).where(Decision.tube == tube)
    return list(session.scalars(asked.order_by(Decision.at, Decision.id)))
