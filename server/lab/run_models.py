"""Assays as they were, machines' runs under them, and what the machines wrote."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted


class AssayVersion(Base):
    """One version of an assay's definition, as TOML.  Never edited: an edit is the next version."""

    __tablename__ = "assay_version"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        UniqueConstraint("code", "digest"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    definition: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200))


_UNVERIFIED = text("verified_at IS NULL AND withdrawn_at IS NULL")


class Run(Base):
    """One run of one machine.  Its controls' verdict is reckoned when it comes in, and stays."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("id", "controls"),
        CheckConstraint("controls IN ('passed', 'failed')", name="controls"),
        CheckConstraint("verified_by <> entered_by", name="second_person_verifies"),
        CheckConstraint(
            "verified_at IS NULL OR controls = 'passed'", name="controls_passed_before_verified"
        ),
        CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
            name="signed_wholly",
        ),
        Index(
            "ix_run_unverified", "entered_at",
            sqlite_where=_UNVERIFIED, postgresql_where=_UNVERIFIED,
        ),
        Index(
            "ix_run_unconfirmed", "entered_at",
            sqlite_where=text("unconfirmed IS 1 AND withdrawn_at IS NULL"),
            postgresql_where=text("unconfirmed IS true AND withdrawn_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assay_id: Mapped[UUID] = mapped_column(ForeignKey("assay_version.id"))
    instrument: Mapped[str] = mapped_column(String(60))
    plate: Mapped[str] = mapped_column(String(60), index=True)  # as the machine names the run
    lab: Mapped[str] = mapped_column(String(64))
    operator: Mapped[str] = mapped_column(Encrypted("run.operator"))  # who stood at the machine
    source: Mapped[str] = mapped_column(String(80), index=True)  # 'keyed', or which import
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    controls: Mapped[str] = mapped_column(String(8))
    # Whether a tube of it has no result by it: see `runs.review`.
    unconfirmed: Mapped[bool] = mapped_column(server_default=false())
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(index=True)
    verified_by: Mapped[str | None] = mapped_column(String(80))
    verified_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Encrypted("run.withdrawal_reason"))


class Reading(Base):
    """One target of one well, as the machine wrote it.  Never changed."""

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("run_id", "row"),
        CheckConstraint("role IN ('sample', 'negative', 'positive', 'extraction')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"))
    row: Mapped[int]  # of the file, or of the plate
    well: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(12))
    sample: Mapped[str] = mapped_column(Encrypted("reading.sample"))  # as written, names too
    tube: Mapped[Tube | None] = mapped_column(index=True)  # if that is one
    target: Mapped[str] = mapped_column(String(40))
    ct: Mapped[str] = mapped_column(String(24))  # as written
