"""How stations are, as they say themselves: the newest word of each, and one line an hour.

`boot`, `mono` and `heard_at` together say how that boot's monotonic clock stands to ours.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class StationHealth(Base):
    """The newest heartbeat.  `problems`: codes with spaces between; `sick_since`: None if none."""

    __tablename__ = "station_health"

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(index=True)
    boot: Mapped[str] = mapped_column(String(64), index=True)
    mono: Mapped[int] = mapped_column(BigInteger)
    problems: Mapped[str] = mapped_column(String(200))
    sick_since: Mapped[datetime | None]
    report: Mapped[bytes]  # the heartbeat itself: it names nobody


class StationHour(Base):
    """What was heard of a station within one hour; kept for a few days."""

    __tablename__ = "station_hour"

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    beats: Mapped[int]
    queue: Mapped[int] = mapped_column(BigInteger)  # the most that waited
    celsius: Mapped[float | None]  # the hottest
    problems: Mapped[str] = mapped_column(String(200))  # all that showed
