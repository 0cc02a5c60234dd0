"""Tubes in the cold: where each is now, and every move that led there."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base


class StoredTube(Base):
    """Where a tube stands now.  One place of a laboratory holds one tube: each names its own."""

    __tablename__ = "stored_tube"
    __table_args__ = (UniqueConstraint("lab", "freezer", "rack", "position"),)

    tube: Mapped[Tube] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(String(64), server_default="")  # the place of who put it there
    freezer: Mapped[str] = mapped_column(String(40))
    rack: Mapped[str] = mapped_column(String(40))
    position: Mapped[str] = mapped_column(String(4))
    keep_until: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class StorageStep(Base):
    """A tube was put away, taken out, or discarded.  Rows are added and never changed."""

    __tablename__ = "storage_step"
    __table_args__ = (CheckConstraint("kind IN ('stored', 'taken-out', 'discarded')", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))
    freezer: Mapped[str] = mapped_column(String(40))
    rack: Mapped[str] = mapped_column(String(40))
    position: Mapped[str] = mapped_column(String(4))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
