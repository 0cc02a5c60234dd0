"""Two records were found to be of one person: an edge between them, which can be taken away.

Nothing of either record is rewritten.  Live edges never close a circle, so that taking any of them
away parts exactly those whom it joined, in whatever order that is done.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class PersonMerge(Base):
    """Somebody said that two records are one person's.  Undone ones stay."""

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("person_id <> other_id", name="two_records"),
        CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)"
            " AND (undone_at IS NULL) = (undo_reason IS NULL)",
            name="undone_wholly",
        ),
        Index(
            "uq_person_merge_live", "person_id", "other_id", unique=True,
            sqlite_where=text("undone_at IS NULL"), postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_person_merge_other_id", "other_id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[str] = mapped_column(String(80))  # 'question:<uuid>', 'page'
    reason: Mapped[str] = mapped_column(Encrypted("person_merge.reason"))
    merged_at: Mapped[datetime]
    merged_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(80))
    undo_reason: Mapped[str | None] = mapped_column(Encrypted("person_merge.undo_reason"))
