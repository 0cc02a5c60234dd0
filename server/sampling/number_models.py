"""Numbers that may stand on labels already: printed before the database was set back.

A restore notes for each series which serials are passed over: no number is ever given twice.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Restored(Base):
    """This database was set back to what it was at `made_at`; what was written since is gone."""

    __tablename__ = "restored"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    made_at: Mapped[datetime]
    year: Mapped[int]  # of the ids of lots and plates: L-2026-0001
    beyond: Mapped[int]  # their numbers of that year up to here may be printed, or are known


class LotGap(Base):
    """Serials of a series that may be printed; a lot gets them only as printed before."""

    __tablename__ = "lot_gap"
    __table_args__ = (
        CheckConstraint("series BETWEEN 0 AND 99", name="series"),
        CheckConstraint("first >= 1 AND last >= first AND last <= 99999999", name="range"),
    )

    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first: Mapped[int]
    restored_id: Mapped[UUID] = mapped_column(ForeignKey("restored.id"))
