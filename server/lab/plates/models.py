"""Plates, and what stands in their wells."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.tubes import Tube
from server.db import Base


class Plate(Base):
    """A plate or rack for one run.  Locked, its layout is what the machine gets, and stays."""

    __tablename__ = "plate"
    __table_args__ = (
        CheckConstraint("size IN (96, 384)", name="size"),
        CheckConstraint("fill IN ('rows', 'columns')", name="fill"),
        CheckConstraint("(locked_at IS NULL) = (locked_by IS NULL)", name="locked_wholly"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    size: Mapped[int]
    fill: Mapped[str] = mapped_column(String(8))
    template: Mapped[str] = mapped_column(String(20))
    assay: Mapped[str | None] = mapped_column(String(40))  # its code; none: what fits the controls
    title: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(String(80))
    lab: Mapped[str] = mapped_column(String(64), server_default="")  # the place of who made it
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(80))

    wells: Mapped[list["PlateWell"]] = relationship(order_by="PlateWell.well")


class PlateWell(Base):
    """What stands in a well: a tube, or a control by its name."""

    __tablename__ = "plate_well"
    __table_args__ = (
        UniqueConstraint("plate_id", "tube"),
        CheckConstraint("well >= 0 AND well < 384", name="well"),
        CheckConstraint("(tube IS NULL) = (control <> '')", name="tube_or_control"),
    )

    plate_id: Mapped[str] = mapped_column(ForeignKey("plate.id"), primary_key=True)
    well: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tube: Mapped[Tube | None] = mapped_column(index=True)
    control: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
