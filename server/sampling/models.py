"""Lots of tubes, and the people that tubes were given to.

Lots of one series follow each other without gap or overlap, and the constraints alone make it
so: each begins right after another that exists (or at 1), and no two begin at the same serial.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.tubes import Tube
from server.db import Base, Encrypted
from server.people.models import Person


class Lot(Base):
    """Tubes that were registered together: a run of our serials, or a maker's own codes."""

    __tablename__ = "lot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["series", "follows"], ["lot.series", "lot.last"], name="fk_lot_follows"
        ),
        ForeignKeyConstraint(
            ["series", "gap"], ["lot_gap.series", "lot_gap.last"], name="fk_lot_gap"
        ),
        UniqueConstraint("series", "first"),
        UniqueConstraint("series", "last"),
        CheckConstraint("kind IN ('sampling', 'pool', 'control')", name="kind"),
        CheckConstraint("series BETWEEN 0 AND 99", name="series"),
        CheckConstraint("last >= first AND last <= 99999999", name="range"),
        CheckConstraint(
            "(series IS NULL AND first IS NULL AND last IS NULL AND follows IS NULL"
            " AND gap IS NULL)"
            " OR (series IS NOT NULL AND first IS NOT NULL AND last IS NOT NULL AND"
            " ((follows IS NULL AND gap IS NULL AND first = 1)"
            " OR (follows IS NOT NULL AND gap IS NULL AND first = follows + 1)"
            " OR (follows IS NULL AND gap IS NOT NULL AND (first = gap + 1 OR last <= gap))))",
            name="gapless",
        ),
        Index("uq_lot_id_size", "id", "size", unique=True),  # parts of a lot know its size by it
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True)  # L-2026-0001
    kind: Mapped[str] = mapped_column(String(10))
    series: Mapped[int | None]
    first: Mapped[int | None]
    last: Mapped[int | None]
    follows: Mapped[int | None]  # the last serial of the lot before, in the same series
    gap: Mapped[int | None]  # or the last of those passed over that it lies behind, or within
    size: Mapped[int]
    place: Mapped[str] = mapped_column(String(64))
    station: Mapped[str | None] = mapped_column(  # who holds every tube of it, if one does
        ForeignKey("station.id"), index=True
    )
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))

    codes: Mapped[list["LotCode"]] = relationship(order_by="LotCode.position")

    @property
    def printed_before(self) -> bool:
        """Return whether its labels were printed before the database was set back."""
        return self.gap is not None and self.last is not None and self.last <= self.gap


class LotCode(Base):
    """One maker's code of a foreign lot.  A code is in one lot, ever."""

    __tablename__ = "lot_code"
    __table_args__ = (UniqueConstraint("lot_id", "position"),)

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"))
    position: Mapped[int]


class Pairing(Base):
    """A tube was given to a person, in their presence.  A pool's tube has one for each member."""

    __tablename__ = "pairing"
    __table_args__ = (
        CheckConstraint("\"order\" IN ('person-first', 'tube-first', 'pool')", name="order"),
        CheckConstraint("took_ms >= 0", name="took_ms"),
        Index("ix_pairing_station_at", "station", "paired_at"),
        # Of many people at once, in the order of time, for whoever sees a place: no row is read.
        Index("ix_pairing_person_id", "person_id", "paired_at", "id", "place"),
        Index(
            "ix_pairing_untimed",
            "station",
            "boot",
            sqlite_where=text("boot IS NOT NULL"),
            postgresql_where=text("boot IS NOT NULL"),
        ),
        Index(
            "ix_pairing_manual",
            "paired_at",
            sqlite_where=text("manual IS 1"),
            postgresql_where=text("manual IS true"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the station's event id
    tube: Mapped[Tube] = mapped_column(index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    operator: Mapped[str] = mapped_column(String(64))
    person_kind: Mapped[str] = mapped_column(String(64))
    named: Mapped[bool | None]  # whether the code named its bearer; none: not kept then
    order: Mapped[str] = mapped_column(String(12))
    # The best that is known: by the station's clock, or as the server corrected it.
    paired_at: Mapped[datetime] = mapped_column(index=True)  # lists stand in this order
    trusted: Mapped[bool]  # whether that time can be relied on
    claimed_at: Mapped[datetime | None]  # what the station's clock said, where we corrected it
    # Of a time that cannot be relied on yet: to correct it by (server.intake.clocks).
    boot: Mapped[str | None] = mapped_column(String(64))
    mono: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(String(64))
    took_ms: Mapped[int] = mapped_column(BigInteger)
    manual: Mapped[bool]
    received_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class PairingVoid(Base):
    """A pairing does not hold.  It may be heard of before the pairing is."""

    __tablename__ = "pairing_void"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(index=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    reason: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(80))
    voided_at: Mapped[datetime]
    received_at: Mapped[datetime]


class PoolClosing(Base):
    """A station put no further member into a pool's tube; it counted `members`."""

    __tablename__ = "pool_closing"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    members: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[datetime]
    received_at: Mapped[datetime]


class TubeConflict(Base):
    """Two claims on one tube that cannot both be true.  The tube is held until a person decides."""

    __tablename__ = "tube_conflict"
    __table_args__ = (
        CheckConstraint("kind IN ('two-persons', 'two-stations')", name="kind"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (reason IS NULL)",
            name="decided_wholly",
        ),
        Index(
            "uq_tube_conflict_open",
            "tube",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    # An officer who writes why one claim holds may name the people.
    reason: Mapped[str | None] = mapped_column(Encrypted("tube_conflict.reason"))
    kept_id: Mapped[UUID | None] = mapped_column(ForeignKey("pairing.id"))  # None: neither claim

    claims: Mapped[list["ConflictClaim"]] = relationship(back_populates="conflict")


class ConflictClaim(Base):
    """One pairing that a conflict is about; `upheld` is what was decided about it."""

    __tablename__ = "conflict_claim"

    conflict_id: Mapped[UUID] = mapped_column(ForeignKey("tube_conflict.id"), primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"), primary_key=True, index=True)
    upheld: Mapped[bool | None]

    conflict: Mapped[TubeConflict] = relationship(back_populates="claims")
    pairing: Mapped[Pairing] = relationship()


class StationTally(Base):
    """How often a station refused a scan, or let a held person go, on one day (UTC+7)."""

    __tablename__ = "station_tally"
    __table_args__ = (
        CheckConstraint("kind IN ('refused', 'let-go')", name="kind"),
        CheckConstraint("count > 0", name="count"),
    )

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    reason: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
