"""Tubes as the laboratory has them, and what it says about them.  No person is named here."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from contract.tubes import Tube
from server.db import Base, Encrypted
from server.lab.measured import Measured

Readings = tuple[Measured, ...]
CAME_EMPTY = text("reason = 'empty'")  # few are; `stray_reads` asks at each pairing


class ReadingsColumn(TypeDecorator[Readings]):
    """Targets with their Ct, each as written, as a list of pairs."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Readings | None, dialect: Dialect) -> str | None:
        pairs = [(each.target, each.ct) for each in value or ()]
        return msgspec.json.encode(pairs).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Readings | None:
        pairs = msgspec.json.decode(value or "[]", type=list[tuple[str, str]])
        return tuple(Measured(target, ct) for target, ct in pairs)


class Reception(Base):
    """A tube reached the laboratory: accepted for testing, or rejected for a reason."""

    __tablename__ = "reception"
    __table_args__ = (
        UniqueConstraint("tube"),
        CheckConstraint("accepted = (reason = '')", name="reason_iff_rejected"),
        Index(
            "ix_reception_to_test", "at",
            sqlite_where=text("to_test IS 1"), postgresql_where=text("to_test IS true"),
        ),
        Index("ix_reception_empty", "tube", sqlite_where=CAME_EMPTY, postgresql_where=CAME_EMPTY),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube]
    to_test: Mapped[bool] = mapped_column(server_default=false())  # kept by `lab.untested`
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(32))
    box: Mapped[str] = mapped_column(String(40), index=True)
    lab: Mapped[str] = mapped_column(String(64), server_default="")  # the place of who received it
    at: Mapped[datetime] = mapped_column(index=True)
    own_at: Mapped[datetime | None]  # when it came to `lab`, where another says it had it before
    by: Mapped[str] = mapped_column(String(80))


class ReceptionStep(Base):
    """What was said of a tube at the reception, each time; `Reception` is how that leaves it.

    Never changed: a rejection that was wrong is taken back by a later step, and both stay.
    """

    __tablename__ = "reception_step"
    __table_args__ = (
        CheckConstraint("kind IN ('received', 'rejected', 'rejection-undone')", name="kind"),
        CheckConstraint("(kind = 'rejected') = (reason <> '')", name="reason_iff_rejected"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(32))
    box: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Encrypted("reception_step.note"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class Result(Base):
    """What one laboratory says about a tube.  Never changed: it is superseded, or withdrawn.

    `corrects` is the result that this one supersedes, `kind` says how it came to that.  A tube has
    one chain of results in each laboratory.  The two-person rule is in the constraints, and so is
    that nothing of a run leaves unless its controls passed: the run's verdict comes with its id.
    """

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("corrects"),
        Index(
            "uq_result_first",
            "tube",
            "lab",
            unique=True,
            sqlite_where=text("corrects IS NULL"),
            postgresql_where=text("corrects IS NULL"),
        ),
        UniqueConstraint("run_id", "tube"),  # a run's results are found by it, too
        Index("ix_result_lab", "lab", "entered_at"),
        Index(
            "ix_result_withdrawn_at",
            "withdrawn_at",
            sqlite_where=text("withdrawn_at IS NOT NULL"),
            postgresql_where=text("withdrawn_at IS NOT NULL"),
        ),
        ForeignKeyConstraint(
            ["run_id", "run_controls"], ["run.id", "run.controls"], name="fk_result_run_id"
        ),
        CheckConstraint("call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="call"),
        CheckConstraint(
            "kind IN ('first', 'confirmatory', 'amendment', 'retest', 'rerun')", name="kind"
        ),
        CheckConstraint(
            "(corrects IS NULL) = (kind IN ('first', 'confirmatory'))", name="kind_supersedes"
        ),
        CheckConstraint("verified_by <> entered_by", name="second_person_verifies"),
        CheckConstraint("released_by <> entered_by", name="second_person_releases"),
        CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)"
            " AND (released_at IS NULL) = (released_by IS NULL)",
            name="signed_wholly",
        ),
        CheckConstraint(
            "released_at IS NULL OR verified_at IS NOT NULL", name="verified_before_release"
        ),
        CheckConstraint("(run_id IS NULL) = (run_controls IS NULL)", name="run_with_controls"),
        CheckConstraint(
            "verified_at IS NULL OR run_id IS NULL OR run_controls = 'passed'",
            name="controls_passed_before_verified",
        ),
        CheckConstraint(
            "(corrects IS NULL) = (correction_reason IS NULL)", name="correction_with_reason"
        ),
        CheckConstraint("corrects <> id", name="corrects_another"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
            name="withdrawn_wholly",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    lab: Mapped[str] = mapped_column(String(64))  # the place of who entered it
    kind: Mapped[str] = mapped_column(String(12))
    call: Mapped[str] = mapped_column(String(12))
    suggested: Mapped[str] = mapped_column(String(12))  # by the assay; '' if nothing was
    readings: Mapped[Readings] = mapped_column(ReadingsColumn())
    method: Mapped[str] = mapped_column(String(20))
    run_id: Mapped[UUID | None]
    run_controls: Mapped[str | None] = mapped_column(String(8))
    well: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(Encrypted("result.note"))  # people write names here
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(index=True)
    in_hand_at: Mapped[datetime | None]  # `lab.in_hand`; none: from before this was kept
    verified_by: Mapped[str | None] = mapped_column(String(80))
    verified_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(80))
    released_at: Mapped[datetime | None] = mapped_column(index=True)
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("result.id"))
    correction_reason: Mapped[str | None] = mapped_column(Encrypted("result.correction_reason"))
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Encrypted("result.withdrawal_reason"))


_OPEN_ORDER = text("cancelled_at IS NULL AND met_at IS NULL")


class OrderedTest(Base):
    """A tube is to be tested again: after a doubt (retest) or after a withdrawal (rerun).

    Open until a result supersedes `result_id` (`met_at`), which is then what was ordered, or until
    somebody takes the order back with a reason.
    """

    __tablename__ = "test_order"
    __table_args__ = (
        Index(
            "uq_test_order_standing",
            "result_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        Index(
            "ix_test_order_open", "at", "id", sqlite_where=_OPEN_ORDER, postgresql_where=_OPEN_ORDER
        ),
        CheckConstraint("kind IN ('retest', 'rerun')", name="kind"),
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)"
            " AND (cancelled_at IS NULL) = (cancel_reason IS NULL)",
            name="cancelled_wholly",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    result_id: Mapped[UUID] = mapped_column(ForeignKey("result.id"))
    kind: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Encrypted("test_order.reason"))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Encrypted("test_order.cancel_reason"))


class ResultDispute(Base):
    """Laboratories differ about a tube: held until a person chooses, knowing all of `over`."""

    __tablename__ = "result_dispute"
    __table_args__ = (
        Index(
            "uq_result_dispute_open", "tube", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)"
            " AND (kept IS NULL) = (reason IS NULL) AND (kept IS NULL OR closed_at IS NOT NULL)",
            name="closed_wholly",
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tube: Mapped[Tube] = mapped_column(index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    kept: Mapped[UUID | None] = mapped_column(ForeignKey("result.id"))  # none: it ended by itself
    over: Mapped[str] = mapped_column(Text)  # the ids that were seen, between spaces
    reason: Mapped[str | None] = mapped_column(Encrypted("result_dispute.reason"))
