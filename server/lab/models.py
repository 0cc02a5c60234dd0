"""Tubes as the laboratory has them, and what it says about them.  No person is named here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted


class Reception(Base):
    """A tube reached the laboratory: accepted for testing, or rejected for a reason."""

    __tablename__ = "reception"
    __table_args__ = (
        UniqueConstraint("tube"),
        CheckConstraint("accepted = (reason = '')", name="reason_iff_rejected"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube]
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(32))
    box: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(80))


class ReceptionStep(Base):
    """What was said of a tube at the reception, each time; `Reception` is how that leaves it.

    Never changed: a rejection that was wrong is taken back by a later step, and both stay.
    """

    __tablename__ = "reception_step"
    __table_args__ = (
        CheckConstraint("kind IN ('received', 'rejected', 'rejection-undone')", name="kind"),
        CheckConstraint("(kind = 'rejected') = (reason <> '')", name="reason_iff_rejected"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(32))
    box: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Encrypted("reception_step.note"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class Result(Base):
    """What the laboratory says about a tube.  Never changed: a wrong one is corrected by another.

    The two-person rule is in the constraints: who entered neither verifies nor releases.
    """

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("corrects"),
        Index(
            "uq_result_first",
            "tube",
            unique=True,
            sqlite_where=text("corrects IS NULL"),
            postgresql_where=text("corrects IS NULL"),
        ),
        CheckConstraint("call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="call"),
        CheckConstraint("verified_by <> entered_by", name="second_person_verifies"),
        CheckConstraint("released_by <> entered_by", name="second_person_releases"),
        CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)"
            " AND (released_at IS NULL) = (released_by IS NULL)",
            name="signed_wholly",
        ),
        CheckConstraint(
            "released_at IS NULL OR verified_at IS NOT NULL", name="verified_before_release"
        ),
        CheckConstraint(
            "(corrects IS NULL) = (correction_reason IS NULL)", name="correction_with_reason"
        ),
        CheckConstraint("corrects <> id", name="corrects_another"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    call: Mapped[str] = mapped_column(String(12))
    ct_n: Mapped[str] = mapped_column(String(8))  # as written: 24.10 is not 24.1; '' if none
    ct_orf: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Encrypted("result.note"))  # people write names here
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(index=True)
    verified_by: Mapped[str | None] = mapped_column(String(80))
    verified_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(80))
    released_at: Mapped[datetime | None] = mapped_column(index=True)
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("result.id"))
    correction_reason: Mapped[str | None] = mapped_column(Encrypted("result.correction_reason"))
