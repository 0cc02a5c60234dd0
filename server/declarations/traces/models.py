"""How traces reckon, and which lists of people were taken out: by whom, why, and how many."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class TraceSetting(Base):
    """The infectious period around a sample, and from how long a meeting counts.  One row."""

    __tablename__ = "trace_setting"
    __table_args__ = (
        CheckConstraint("days_before BETWEEN 0 AND 21", name="days_before"),
        CheckConstraint("days_after BETWEEN 0 AND 21", name="days_after"),
        CheckConstraint("least_minutes BETWEEN 0 AND 1440", name="least_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    days_before: Mapped[int]
    days_after: Mapped[int]
    least_minutes: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]


class StayLength(Base):
    """How long people are taken to stay at points of a kind after they checked in."""

    __tablename__ = "stay_length"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    minutes: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]
