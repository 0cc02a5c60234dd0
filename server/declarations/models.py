"""The embedded declaration record: what a person is told, and where they checked in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted


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


class CheckIn(Base):
    """A person, or a vehicle, was at a point.  Voided ones stay."""

    __tablename__ = "check_in"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (vehicle IS NULL)", name="person_or_vehicle"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_wholly"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the event
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    vehicle: Mapped[str | None] = mapped_column(Encrypted("check_in.vehicle"))  # its pass or plate
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    point: Mapped[str] = mapped_column(String(80))  # as the station is called
    place: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    trusted: Mapped[bool]  # whether the station's clock was set from the network
    answers: Mapped[str] = mapped_column(Encrypted("check_in.answers"))  # JSON: {"symptoms": "no"}
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(String(40))
