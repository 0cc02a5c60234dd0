"""What each point came to by day, and what it should: counts, rules, people of each locality."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class PointDay(Base):
    """How many check-ins of one day in Vietnam stand at one point: voided ones do not.

    Kept in the transaction of the check-in (`targets.days`); always what a recount would find.
    """

    __tablename__ = "point_day"
    __table_args__ = (
        CheckConstraint("check_ins >= 0", name="check_ins"),
        CheckConstraint("declared >= 0 AND declared <= check_ins", name="declared"),
        Index("ix_point_day_day", "day"),
    )

    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    check_ins: Mapped[int]
    declared: Mapped[int]  # of those, the ones that came with a declaration


class TargetRule(Base):
    """What points of a kind ('' for all) in a place ('' for all) should come to each day.

    The most exact rule that holds on a day counts.  It is ended, never changed.
    """

    __tablename__ = "target_rule"
    __table_args__ = (
        CheckConstraint("start BETWEEN 1 AND 1000000", name="start"),
        CheckConstraint("rate BETWEEN 0 AND 100", name="rate"),
        CheckConstraint("most IS NULL OR most >= start", name="most"),
        CheckConstraint("basis IN ('target', 'actual')", name="basis"),
        CheckConstraint("until IS NULL OR until >= since", name="until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(64))
    start: Mapped[int]  # of the first day
    rate: Mapped[int]  # percent above the day before
    most: Mapped[int | None]
    basis: Mapped[str] = mapped_column(
        String(8)
    )  # above the target of the day before, or the count
    since: Mapped[date]
    until: Mapped[date | None]  # the last day
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]


class Locality(Base):
    """A place with how many people live there, as it was entered or imported."""

    __tablename__ = "locality"
    __table_args__ = (CheckConstraint("population > 0", name="population"),)

    place: Mapped[str] = mapped_column(String(64), primary_key=True)  # contract.places
    name: Mapped[str] = mapped_column(String(80))
    town: Mapped[bool]
    population: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]


class CoverageGoal(Base):
    """How much of a locality should have a card or the app, in percent: towns, and elsewhere."""

    __tablename__ = "coverage_goal"
    __table_args__ = (
        CheckConstraint("area IN ('town', 'elsewhere')", name="area"),
        CheckConstraint("low BETWEEN 1 AND 100 AND high BETWEEN low AND 100", name="range"),
    )

    area: Mapped[str] = mapped_column(String(10), primary_key=True)
    low: Mapped[int]
    high: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]


class BoardSetting(Base):
    """After how many days without a check-in a point counts as silent."""

    __tablename__ = "board_setting"
    __table_args__ = (CheckConstraint("silent_days BETWEEN 1 AND 60", name="silent_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    silent_days: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]
