"""What must be looked at about tubes, and what people decided: decisions are only ever added.

A matter, a slip group and a conflict each keep when they were decided, so that desks and holds ask
one table; why, by whom and what before stands in Decision, which the database lets nobody change.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.tubes import Tube
from server.db import Base, Encrypted
from server.sampling.models import Pairing

OPEN = text("decided_at IS NULL")


class Decision(Base):
    """A person decided something about tubes.  A later decision names the one it supersedes."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("supersedes"),
        Index(
            "uq_decision_first",
            "matter",
            "subject_id",
            unique=True,
            sqlite_where=text("supersedes IS NULL"),
            postgresql_where=text("supersedes IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    matter: Mapped[str] = mapped_column(String(20))  # a `decisions.About` value
    subject_id: Mapped[UUID] = mapped_column(index=True)  # of the conflict, group, pairing, event
    tube: Mapped[Tube | None] = mapped_column(index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    kept_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Encrypted("decision.reason"))  # it may name people
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(index=True)
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))


class Matter(Base):
    """Something about one or two pairings that a person must look at.

    `held`: no result of its tubes leaves before that.
    """

    __tablename__ = "matter"
    __table_args__ = (
        UniqueConstraint("kind", "pairing_id", "other_id"),
        CheckConstraint("kind IN ('person-twice', 'voided-after-result')", name="kind"),
        CheckConstraint("(other_id IS NULL) = (other_tube IS NULL)", name="other_wholly"),
        Index("ix_matter_open", "opened_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    tube: Mapped[Tube] = mapped_column(index=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"), index=True)
    other_tube: Mapped[Tube | None] = mapped_column(index=True)
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("pairing.id"), index=True)
    held: Mapped[bool]
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    pairing: Mapped[Pairing] = relationship(foreign_keys=[pairing_id])
    other: Mapped[Pairing | None] = relationship(foreign_keys=[other_id])


class SlipGroup(Base):
    """Pairings of a station's run that one shift by one would make wrong together.

    `over`: the laboratory found something since: the stray came anew, or led to a tube that proved
    empty, or the empty one was not empty.  What was decided before that says nothing of it.
    """

    __tablename__ = "slip_group"
    __table_args__ = (
        CheckConstraint(
            "cause IN ('conflict', 'void', 'denied', 'suspected', 'stray', 'empty')", name="cause"
        ),
        CheckConstraint("(cause IN ('stray', 'empty')) = (stray IS NOT NULL)", name="stray"),
        Index("ix_slip_group_open", "opened_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"), index=True)
    cause: Mapped[str] = mapped_column(String(10))
    wrong_id: Mapped[UUID | None] = mapped_column(ForeignKey("pairing.id"), index=True)
    stray: Mapped[Tube | None] = mapped_column(index=True)  # nobody's; it came, or (empty) did not
    shift: Mapped[bool]  # a broken order bounds it; else it is the neighbours alone
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    over: Mapped[bool] = mapped_column(default=False, server_default=false())

    wrong: Mapped[Pairing | None] = relationship()
    members: Mapped[list["SlipMember"]] = relationship(order_by="SlipMember.place")


class SlipMember(Base):
    """One pairing of a group, in the order of the station's run."""

    __tablename__ = "slip_member"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("slip_group.id"), primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"), primary_key=True, index=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    place: Mapped[int]

    pairing: Mapped[Pairing] = relationship()
