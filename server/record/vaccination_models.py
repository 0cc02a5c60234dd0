"""Vaccinations, which stand beside tests in the record, and the lists that they came in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class VaccinationImport(Base):
    """A list of doses: read and shown, then confirmed.  What was read is kept, encrypted, until the
    clock of lists takes it away."""

    __tablename__ = "vaccination_import"
    __table_args__ = (CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_wholly"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Encrypted("vaccination_import.title"))
    place: Mapped[str] = mapped_column(String(64))
    # JSON: Reading; None once it was kept long enough
    content: Mapped[str | None] = mapped_column(Encrypted("vaccination_import.content"))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))


class Vaccination(Base):
    """One dose that a person had: one a day.  What it was is encrypted."""

    __tablename__ = "vaccination"
    __table_args__ = (
        UniqueConstraint("person_id", "day_blind"),
        CheckConstraint("source IN ('list', 'certificate')", name="source"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    said: Mapped[str] = mapped_column(Encrypted("vaccination.said"))  # JSON: doses.Dose
    day_blind: Mapped[str] = mapped_column(String(32))  # the same dose comes once
    source: Mapped[str] = mapped_column(String(12))
    verified: Mapped[bool]  # whether an issuer's signature over it was checked
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("vaccination_import.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
