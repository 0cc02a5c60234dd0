"""What people's records must say, each version kept, and whom to call back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted

_STOOD = text("ordinal IS NULL AND since_ordinals IS NULL")
_CAME = text("ordinal IS NULL AND since_ordinals IS NOT NULL")


class Outcome(Base):
    """One version of what a tube says about one person.  The highest version is current."""

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("tube", "person_id", "version"),
        UniqueConstraint("supersedes"),
        Index("ix_outcome_status_sampled_at", "status", "sampled_at", "pairing_id"),
        Index(
            "uq_outcome_ordinal", "ordinal", unique=True,
            sqlite_where=text("ordinal IS NOT NULL"), postgresql_where=text("ordinal IS NOT NULL"),
        ),
        Index("ix_outcome_stood", "at", "id", sqlite_where=_STOOD, postgresql_where=_STOOD),
        Index("ix_outcome_came", "at", "id", sqlite_where=_CAME, postgresql_where=_CAME),
        CheckConstraint(
            "status IN ('negative', 'positive', 'inconclusive', 'invalid', 'resample',"
            " 'withdrawn')",
            name="status",
        ),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(version = 1) = (supersedes IS NULL)", name="later_supersedes"),
        CheckConstraint("version > 1 OR status <> 'withdrawn'", name="withdrawn_after_given"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube]  # found by the unique constraint, which begins with it
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40))
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"))
    result_id: Mapped[UUID | None] = mapped_column(ForeignKey("result.id"))
    place: Mapped[str] = mapped_column(String(64), index=True)
    sampled_at: Mapped[datetime] = mapped_column(index=True)
    grounds: Mapped[str] = mapped_column(Text, server_default="")  # "reception:<id> …", sorted
    at: Mapped[datetime] = mapped_column(index=True)
    # Where programs that read page by page find it; given once it is committed (`ordinals`).
    ordinal: Mapped[int | None] = mapped_column(BigInteger)
    # NULL: it stood before there were ordinals, and gets its own before all that came since.
    since_ordinals: Mapped[bool | None] = mapped_column(default=True)
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("outcome.id"))


class Callback(Base):
    """A person to be called for another sample.  One is open for a person and a tube at a time.

    `due_at` is when the next step is due; `ended` says how it ended.
    """

    __tablename__ = "callback"
    __table_args__ = (
        Index(
            "uq_callback_open", "tube", "person_id", unique=True,
            sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL"),
        ),
        Index(
            "ix_callback_due", "due_at",
            sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL"),
        ),
        CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)"
            " AND (done_at IS NULL) = (ended IS NULL)",
            name="done_wholly",
        ),
        CheckConstraint("ended IN ('resampled', 'not-needed', 'given-up')", name="ended"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(64), index=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    done_by: Mapped[str | None] = mapped_column(String(80))
    ended: Mapped[str | None] = mapped_column(String(12))
    # What people write of a call names persons and their phones.
    note: Mapped[str | None] = mapped_column(Encrypted("callback.note"))


class CallbackAttempt(Base):
    """Somebody tried to reach the person.  Only ever added."""

    __tablename__ = "callback_attempt"
    __table_args__ = (
        CheckConstraint(
            "how IN ('no-answer', 'wrong-number', 'reached', 'appointment', 'refuses')", name="how"
        ),
        CheckConstraint("(how = 'appointment') = (appointment_at IS NOT NULL)", name="appointment"),
        Index("ix_callback_attempt_callback_id", "callback_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    callback_id: Mapped[UUID] = mapped_column(ForeignKey("callback.id"))
    how: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Encrypted("callback_attempt.note"))
    appointment_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
