"""Tubes that came to another laboratory than the one that received them first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted


class TubeMove(Base):
    """A tube that one laboratory had received came to *lab* as well.  Of it only the box is ever
    set right (`BoxCorrection`); one that was taken back stands as an `ArrivalWithdrawal`.

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


class ArrivalWithdrawal(Base):
    """An arrival that was noted and taken back: a reception, or (`moved`) a move.

    What was noted stands here as it was: where, in which box, when and by whom.  `over`: the steps
    of the reception that count no more, their ids between spaces.  Of all this nothing ever changes
    but `trusted`: whether its time is relied on (`taken_back.doubt_times`).  What was on record
    before it, the trail tells (`order`).
    """

    __tablename__ = "arrival_withdrawal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    lab: Mapped[str] = mapped_column(String(64))
    box: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(80))
    moved: Mapped[bool]
    over: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime]
    withdrawn_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Encrypted("arrival_withdrawal.reason"))
    trusted: Mapped[bool] = mapped_column(default=True, server_default=true())


class BoxCorrection(Base):
    """The box of an arrival at *lab* was set right: it is *box*, and was noted as *before*.

    Never changed.
    """

    __tablename__ = "box_correction"
    __table_args__ = (CheckConstraint("before <> box", name="another_box"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    lab: Mapped[str] = mapped_column(String(64))
    before: Mapped[str] = mapped_column(String(40))
    box: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
