"""Files and messages of machines, kept as they came, and every row of them with what became of it.

rows = matched + queued + refused holds at every commit: the database itself checks it.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from contract.tubes import Tube
from server.db import Base, Encrypted, EncryptedBytes


class State(StrEnum):
    """How far an import has come."""

    RECEIVED = "received"  # kept, not read yet
    STAGING = "staging"  # rows are being read
    STAGED = "staged"  # waits for a person
    ENTERING = "entering"  # a person confirmed; results are being entered
    DONE = "done"
    UNREADABLE = "unreadable"  # nothing in it could be read
    DISCARDED = "discarded"  # a person put it aside


class Fate(StrEnum):
    """What became of a row."""

    MATCHED = "matched"  # of a tube that was paired and received, or a control of the run
    QUEUED = "queued"  # of a tube that we know, but that was not paired or not received yet
    REFUSED = "refused"


class ImportFile(Base):
    """One file or message.  The same content is kept once."""

    __tablename__ = "import_file"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("kind IN ('file', 'message')", name="kind"),
        CheckConstraint(
            "state IN ('received', 'staging', 'staged', 'entering', 'done', 'unreadable',"
            " 'discarded')",
            name="state",
        ),
        CheckConstraint("row_count = matched + queued + refused", name="every_row_went_somewhere"),
        CheckConstraint("matched >= 0 AND queued >= 0 AND refused >= 0", name="counts"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)"
            " AND (state NOT IN ('entering', 'done') OR confirmed_at IS NOT NULL)",
            name="confirmed_by_somebody",
        ),
        CheckConstraint(
            "NOT cut OR acknowledged OR state NOT IN ('entering', 'done')", name="cut_known"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(80))  # 'upload', or the machine that sent it
    name: Mapped[str] = mapped_column(Encrypted("import_file.name"))
    format: Mapped[str] = mapped_column(String(24))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the content
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), index=True)
    cut: Mapped[bool]  # it may be cut short
    acknowledged: Mapped[bool]  # a person knows that, and confirmed it all the same
    notices: Mapped[str] = mapped_column(Text)  # JSON: [[reason, what was seen], …]
    progress: Mapped[int]  # bytes read
    attempts: Mapped[int] = mapped_column(default=0)  # processes that began, and kept no row since
    row_count: Mapped[int]
    matched: Mapped[int]
    queued: Mapped[int]
    refused: Mapped[int]
    entered: Mapped[int]  # rows whose result is entered
    instrument: Mapped[str] = mapped_column(String(120))
    serial: Mapped[str] = mapped_column(String(120))
    run_name: Mapped[str] = mapped_column(String(120), index=True)
    operator: Mapped[str] = mapped_column(Encrypted("import_file.operator"))
    started: Mapped[str] = mapped_column(String(120))  # as the machine wrote it
    assay: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(64))  # the laboratory of who brought it
    received_by: Mapped[str] = mapped_column(String(80))
    received_at: Mapped[datetime] = mapped_column(index=True)
    staged_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    confirmed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class ImportPart(Base):
    """A piece of a file as it came, encrypted: exports and messages may name people."""

    __tablename__ = "import_part"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("import_file.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(EncryptedBytes("import_part.content"))


class ImportRow(Base):
    """One reading, or one row that gives none."""

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint("fate IN ('matched', 'queued', 'refused')", name="fate"),
        CheckConstraint("(fate = 'refused') = (reason IS NOT NULL)", name="refused_with_reason"),
        CheckConstraint("NOT entered OR fate <> 'refused'", name="refused_is_not_entered"),
        Index("ix_import_row_import_tube", "import_id", "tube"),
        Index("ix_import_row_reading", "reading_key"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("import_file.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int]  # as a person counts in the file
    well: Mapped[str] = mapped_column(String(8))
    tube: Mapped[Tube | None]
    mended: Mapped[bool]  # the tube's code was written in another way
    sample: Mapped[str | None] = mapped_column(Encrypted("import_row.sample"))  # unless it is tube
    target: Mapped[str] = mapped_column(String(200))
    ct: Mapped[str] = mapped_column(String(24))
    undetermined: Mapped[bool]
    call: Mapped[str] = mapped_column(String(200))
    flags: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    fate: Mapped[str] = mapped_column(String(8))
    reason: Mapped[int | None]
    seen: Mapped[str | None] = mapped_column(Encrypted("import_row.seen"))
    reading_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))  # equal readings, equal keys
    entered: Mapped[bool]
