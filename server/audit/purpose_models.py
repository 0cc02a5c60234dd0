"""Why somebody opens names: said once, and written beside each record that is opened under it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class Purpose(Base):
    """What an account said it opens names for.  `note` may name people."""

    __tablename__ = "purpose"
    __table_args__ = (
        Index("ix_purpose_by_at", "by", "at"),
        CheckConstraint("code <> 'other' OR note IS NOT NULL", name="other_says_what"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(20))  # of `purposes.REASONS`
    note: Mapped[str | None] = mapped_column(Encrypted("purpose.note"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
