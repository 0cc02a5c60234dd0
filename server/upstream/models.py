"""What servers below handed over: outcomes without names, their counts, each day's figures."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class UpstreamOutcome(Base):
    """The newest version of one outcome of one server below; nobody is named."""

    __tablename__ = "upstream_outcome"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    source: Mapped[str] = mapped_column(String(32), primary_key=True)  # the partner
    line: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    digest: Mapped[str] = mapped_column(String(64))  # of the words, to tell a changed replay
    received_at: Mapped[datetime]


class UpstreamCount(Base):
    """How many outcomes of a day and place say what: kept with each of them, in one transaction."""

    __tablename__ = "upstream_count"
    __table_args__ = (
        CheckConstraint("outcomes >= 0", name="outcomes"),
        Index("ix_upstream_count_day", "day", "place"),
    )

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcomes: Mapped[int] = mapped_column(BigInteger)


class UpstreamFigures(Base):
    """A day's figures of one place, as the server below last said them."""

    __tablename__ = "upstream_figures"
    __table_args__ = (Index("ix_upstream_figures_day", "day", "place"),)

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    people: Mapped[int] = mapped_column(BigInteger)
    tubes: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    resulted: Mapped[int] = mapped_column(BigInteger)
    released: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class UpstreamSent(Base):
    """Below: which figures of a day a target was last told, so that only what changed is told."""

    __tablename__ = "upstream_sent"

    target: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # '': it changed since, and is to be told
    at: Mapped[datetime]
