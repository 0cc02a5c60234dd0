"""Where tubes stand on the desks, and what people do about them.

`desk_item` is worked out from the facts whenever they change, so that pages need not search a
million tubes.  `desk_case` is what a person said of an item, `desk_event` how it came to be said.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted


class DeskItem(Base):
    """A tube that lacks something.  It stands on one desk at a time."""

    __tablename__ = "desk_item"
    __table_args__ = (
        # No index on station or box: each step of a million tubes would write it twice.
        Index("ix_desk_item_desk_since", "desk", "since", "tube"),
        Index("ix_desk_item_desk_place", "desk", "place", "since"),
        {"sqlite_with_rowid": False},
    )

    tube: Mapped[Tube] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(32))
    since: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(64))
    station: Mapped[str] = mapped_column(String(32))
    box: Mapped[str] = mapped_column(String(40))


class DeskCase(Base):
    """What people made of one item: who sees to it, or that it is explained.

    `subject` is the tube, the delivery's key or the call's id.  It ends when the item changes.
    """

    __tablename__ = "desk_case"
    __table_args__ = (
        CheckConstraint("(owner IS NULL) = (owned_at IS NULL)", name="owned_wholly"),
        CheckConstraint("owner IS NULL OR closed_at IS NULL", name="owned_or_closed"),
        Index(
            "ix_desk_case_owner", "owner", "desk",
            sqlite_where=text("owner IS NOT NULL"), postgresql_where=text("owner IS NOT NULL"),
        ),
        Index("ix_desk_case_subject", "subject"),
    )  # fmt: skip

    desk: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(80))
    owned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class DeskEvent(Base):
    """One thing that a person, or a change of the facts, did to an item.  Only ever added."""

    __tablename__ = "desk_event"
    __table_args__ = (
        CheckConstraint(
            "action IN ('taken', 'handed-over', 'given-back', 'noted', 'explained', 'reopened')",
            name="action",
        ),
        Index("ix_desk_event_subject", "subject", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(80))
    to: Mapped[str | None] = mapped_column(String(80))
    # People write names and phones into what they found out.
    said: Mapped[str | None] = mapped_column(Encrypted("desk_event.said"))
    at: Mapped[datetime]


class DeskLimit(Base):
    """How long an item may wait on a desk, where somebody set it otherwise than we did."""

    __tablename__ = "desk_limit"
    __table_args__ = (
        CheckConstraint("late_minutes > 0 AND escalate_minutes >= late_minutes", name="minutes"),
    )

    desk: Mapped[str] = mapped_column(String(32), primary_key=True)
    late_minutes: Mapped[int]
    escalate_minutes: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime]
