"""What left the server as a file, and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class TakeOut(Base):
    """A list was taken out of the server.  `reason` and `asked` (the filter) may name people."""

    __tablename__ = "trace_export"
    __table_args__ = (CheckConstraint("form IN ('csv', 'xlsx')", name="form"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)  # 'person:<uuid>', 'outcomes'
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    form: Mapped[str] = mapped_column(String(4))
    reason: Mapped[str] = mapped_column(Encrypted("trace_export.reason"))
    asked: Mapped[str | None] = mapped_column(Encrypted("trace_export.asked"))
    people: Mapped[int]  # rows
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
