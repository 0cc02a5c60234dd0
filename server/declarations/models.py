"""The embedded declaration record: what a person is told, one entry for each version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base


class RecordEntry(Base):
    """One delivered version.  Earlier ones stay; of one tube, the highest version is current."""

    __tablename__ = "record_entry"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("person_id", "tube", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    key: Mapped[str] = mapped_column(String(120))
    tube: Mapped[Tube]
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    sampled_at: Mapped[datetime]
    resulted_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(64))
    supersedes: Mapped[str | None] = mapped_column(String(120))  # the key of the version before
    recorded_at: Mapped[datetime]
