"""Tubes that came to another laboratory than the one that received them first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base


class TubeMove(Base):
    """A tube that one laboratory had received came to *lab* as well.  Never changed.

    The reception stays with the laboratory that received it first.
    """

    __tablename__ = "tube_move"
    __table_args__ = (UniqueConstraint("tube", "lab"), Index("ix_tube_move_box", "box"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube]  # found by the constraint's index
    lab: Mapped[str] = mapped_column(String(64))
    box: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
