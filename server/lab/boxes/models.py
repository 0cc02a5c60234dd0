"""The steps of boxes.  Rows are added and never changed; `custody.read` says what they mean."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted
from server.lab.boxes.custody import Kind, Step

_KINDS = ", ".join(f"'{kind}'" for kind in Kind)


class BoxStep(Base):
    """One thing that happened to a box; numbered, so that two people cannot act on one moment."""

    __tablename__ = "box_step"
    __table_args__ = (
        UniqueConstraint("box", "number"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("count IS NULL OR count >= 0", name="count"),
        CheckConstraint(
            "(tube IS NOT NULL) = (kind IN ('put-in', 'taken-out'))", name="tube_where_moved"
        ),
        CheckConstraint(
            "(count IS NOT NULL) = (kind IN ('packed', 'given', 'taken', 'counted'))",
            name="count_where_counted",
        ),
        Index("ix_box_step_tube", "tube"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    box: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    tube: Mapped[Tube | None]
    count: Mapped[int | None]
    team: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Encrypted("box_step.reason"))  # people write names here
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(80))

    @property
    def step(self) -> Step:
        kind = Kind(self.kind)
        return Step(
            self.number, kind, self.at, self.by, self.tube, self.count, self.team, self.reason
        )


class OpenBox(Base):
    """A box that somebody has still to do with: not received yet, or counted and differing.

    Worked out from its steps and receptions whenever they change (`open_boxes`), so that the desk
    need not look through every box that there ever was.
    """

    __tablename__ = "box_open"

    box: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
