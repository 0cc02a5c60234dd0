"""Check-ins whose station did not know the time: how its clock stood, and what it said at first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class CheckInClock(Base):
    """One for each check-in that came without a trusted time.  It waits until it is settled."""

    __tablename__ = "check_in_clock"
    __table_args__ = (
        CheckConstraint("mono >= 0", name="mono"),
        Index(
            "ix_check_in_clock_waiting", "station", "boot",
            sqlite_where=text("settled_at IS NULL"), postgresql_where=text("settled_at IS NULL"),
        ),
    )  # fmt: skip

    check_in_id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(64))
    boot: Mapped[str] = mapped_column(String(64))
    mono: Mapped[int] = mapped_column(BigInteger)  # nanoseconds since that boot
    claimed_at: Mapped[datetime | None]  # what the station's clock said, where we corrected it
    settled_at: Mapped[datetime | None]  # when no better time can come any more
