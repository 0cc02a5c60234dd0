"""What people ask about their own data under the law: to see it, correct it, delete it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, Encrypted
from server.people.models import Person


class DataRequest(Base):
    """One request and its answer.  One of a kind is open for a person at a time."""

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("kind IN ('see', 'correct', 'delete', 'withdraw')", name="kind"),
        CheckConstraint("source IN ('page', 'officer')", name="source"),
        CheckConstraint("answer IN ('done', 'refused')", name="answer"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL) = (reason IS NULL)",
            name="answered_wholly",
        ),
        Index(
            "uq_data_request_open", "person_id", "kind", unique=True,
            sqlite_where=text("answered_at IS NULL"), postgresql_where=text("answered_at IS NULL"),
        ),
        Index("ix_data_request_due", "answered_at", "due_at"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(8))
    wish: Mapped[str] = mapped_column(Encrypted("data_request.wish"))  # in their own words
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(Encrypted("data_request.reason"))

    person: Mapped[Person] = relationship()
