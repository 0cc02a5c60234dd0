"""How often each partner asks, and how often in vain: nobody finds numbers by guessing.

What was asked is not kept.  How often may be asked counts at each door by itself; what was asked in
vain adds up over all of them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.audit import services as audit
from server.db import Base
from server.errors import DomainError
from server.times import lately, long_over

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Door(StrEnum):
    """Where a partner asked.  The value is stored and never changes."""

    RESOLVE = "resolve"
    FHIR = "fhir"


class PartnerQuestion(Base):
    """One question of a partner; *known* says whether there was an answer."""

    __tablename__ = "partner_question"
    __table_args__ = (Index("ix_partner_question_partner", "partner", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey("partner.id"))
    at: Mapped[datetime]
    known: Mapped[bool]
    door: Mapped[str] = mapped_column(String(8), server_default="resolve")


class AskedTooOften(DomainError):
    code = "asked-too-often"
    status = 429


class Limits(NamedTuple):
    """How often a partner may ask in a minute, and in vain in an hour."""

    per_minute: int
    misses_per_hour: int


def check_limits(
    session: Session, partner: str, door: Door, limits: Limits, *, now: datetime,
    unnoted: Sequence[bool] = (),
) -> None:  # fmt: skip
    """Raise AskedTooOften for a partner that must wait.

    *unnoted* are this request's own questions up to now, as `known` of `note_question`.
    """
    asked = select(func.count()).select_from(PartnerQuestion)
    mine = asked.where(PartnerQuestion.partner == partner)
    here = mine.where(PartnerQuestion.door == door.value, lately(PartnerQuestion.at, now, MINUTE))
    in_vain = mine.where(PartnerQuestion.known.is_(False), lately(PartnerQuestion.at, now, HOUR))
    often = (session.scalar(here) or 0) + len(unnoted) >= limits.per_minute
    misses = (session.scalar(in_vain) or 0) + list(unnoted).count(False)
    if often or misses >= limits.misses_per_hour:
        raise AskedTooOften(
            "Hệ thống của bạn hỏi quá nhiều, hoặc hỏi sai quá nhiều. Chờ rồi hỏi lại.",
            "Your system asks too much, or in vain too often. Wait, then ask again.",
        )


def note_question(
    session: Session, partner: str, door: Door, *, known: bool, now: datetime
) -> None:
    """Count a question.  Of those in vain the trail says that they were, and nothing else."""
    session.add(PartnerQuestion(partner=partner, at=now, known=known, door=door.value))
    session.execute(delete(PartnerQuestion).where(long_over(PartnerQuestion.at, now, HOUR)))
    if not known:
        audit.record(session, "code.not-known", partner, by=f"partner:{partner}", now=now)
