"""Zones: what belongs to each, and its level, from day to day.  Rows are ended, never changed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted
from server.declarations.zones.levels import LEVELS

_LEVELS = ", ".join(f"'{level}'" for level in LEVELS)


class Zone(Base):
    """A zone by its name; what it covers and its level are rows of their own, with dates."""

    __tablename__ = "zone"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))


class ZonePart(Base):
    """A locality, or one point (such as a factory), belongs to a zone from a day on."""

    __tablename__ = "zone_part"
    __table_args__ = (
        CheckConstraint("(place IS NULL) <> (point_id IS NULL)", name="place_or_point"),
        CheckConstraint("until IS NULL OR until >= since", name="until"),
        Index("ix_zone_part_place", "place"),
        Index("ix_zone_part_point", "point_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"), index=True)
    place: Mapped[str | None] = mapped_column(String(64))
    point_id: Mapped[str | None] = mapped_column(ForeignKey("point.id"))
    since: Mapped[date]
    until: Mapped[date | None]  # the last day
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]


class ZoneLevel(Base):
    """A zone has a level from a day on, until another one or until it is lifted."""

    __tablename__ = "zone_level"
    __table_args__ = (
        CheckConstraint(f"level IN ({_LEVELS})", name="level"),
        CheckConstraint("until IS NULL OR until >= since", name="until"),
        Index(
            "uq_zone_level_open", "zone_id", unique=True,
            sqlite_where=text("until IS NULL"), postgresql_where=text("until IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"), index=True)
    level: Mapped[str] = mapped_column(String(8))
    since: Mapped[date]
    until: Mapped[date | None]  # the last day
    reason: Mapped[str] = mapped_column(Encrypted("zone_level.reason"))
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]
