"""What stations said of their own work: shifts, slips they suspect, who worked there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base
from server.people.models import Person


class StationShift(Base):
    """A shift that ended, as its station counted it.  Durations are medians in milliseconds."""

    __tablename__ = "station_shift"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"), index=True)
    operator: Mapped[str] = mapped_column(String(64))
    began: Mapped[datetime]
    ended: Mapped[datetime] = mapped_column(index=True)
    trusted: Mapped[bool]
    people: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger)
    void: Mapped[int] = mapped_column(BigInteger)
    issued: Mapped[int | None] = mapped_column(BigInteger)
    returned: Mapped[int | None] = mapped_column(BigInteger)
    scan_ms: Mapped[int] = mapped_column(BigInteger)
    pace_ms: Mapped[int] = mapped_column(BigInteger)
    rereads: Mapped[int] = mapped_column(BigInteger)
    manual: Mapped[int] = mapped_column(BigInteger)
    slips: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]

    refusals: Mapped[list["ShiftRefusal"]] = relationship(order_by="ShiftRefusal.count.desc()")

    @property
    def missing(self) -> int | None:
        """How many tubes of the box nobody can account for; None where no lots were known."""
        if self.issued is None or self.returned is None:
            return None
        return self.issued - self.used - self.void - self.returned


class ShiftRefusal(Base):
    """How often a shift's station said no for one reason."""

    __tablename__ = "shift_refusal"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("station_shift.event_id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class SlipSuspicion(Base):
    """A station thought that a run of pairs looks shifted by one.  `tubes`: texts, oldest first."""

    __tablename__ = "slip_suspicion"
    __table_args__ = (
        Index(
            "ix_slip_suspicion_open",
            "at",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"), index=True)
    operator: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(64))
    tubes: Mapped[str] = mapped_column(String(700))
    at: Mapped[datetime]
    trusted: Mapped[bool]
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class StationOperator(Base):
    """Whose card a station's tag of an operator stands for, where the card is known."""

    __tablename__ = "station_operator"

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
