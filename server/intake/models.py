"""What stations sent, as it came: events, the head of each chain, what could not be taken.

The writer inserts events through the driver (`server.intake.rows`); columns here and there agree.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    literal_column,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import ONLY, Base, EncryptedBytes


class WireEvent(Base):
    """One event, for ever: its bytes are what its hash and the next event's `prev` are over."""

    __tablename__ = "wire_event"
    __table_args__ = (
        UniqueConstraint("station", "epoch", "seq"),
        CheckConstraint("state IN ('pending', 'applied', 'refused', 'waiting')", name="state"),
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint(
            "(state IN ('refused', 'waiting')) = (problem IS NOT NULL)", name="problem"
        ),
        Index(
            "ix_wire_event_open",
            "state",
            "received_at",
            "seq",
            sqlite_where=text("state <> 'applied'"),
            postgresql_where=text("state <> 'applied'"),
        ),
        # `server.intake.lines` goes in it from one station to the next; nobody does on SQLite.
        Index(
            "ix_wire_event_line",
            "station",
            "received_at",
            "seq",
            postgresql_where=text("(state = 'pending') IS true"),
            info={ONLY: "postgresql"},
        ).ddl_if(dialect="postgresql"),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    epoch: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    prev: Mapped[str] = mapped_column(String(64))
    payload: Mapped[bytes]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    problem: Mapped[str | None] = mapped_column(String(40))
    applied_at: Mapped[datetime | None]


def not_applied() -> ColumnElement[bool]:
    """Return the condition of `ix_wire_event_open`, as it is written there.

    A question about open events must say it beside the state that it wants: SQLite looks into a
    partial index only then, and would look through every event that ever came otherwise.
    """
    return WireEvent.state != literal_column("'applied'")


def in_line() -> ColumnElement[bool]:
    """Return the condition of `ix_wire_event_line`, as it is written there and nowhere else.

    PostgreSQL then knows no other index that would do.  Where few events were pending when it last
    counted, it took the one of open events, and looked through a million for each station.
    """
    return (WireEvent.state == literal_column("'pending'")).is_(true())


class StationEpoch(Base):
    """The head of one chain: the highest event of one journal file that is stored."""

    __tablename__ = "station_epoch"

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(16), primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(String(64))


class StationBoot(Base):
    """When the monotonic clock of one boot of a station stood at zero, by our clock."""

    __tablename__ = "station_boot"
    __table_args__ = (
        CheckConstraint("how IN ('event', 'upload', 'heartbeat', 'stick')", name="how"),
    )

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    boot: Mapped[str] = mapped_column(String(64), primary_key=True)
    zero_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(10))


class Quarantine(Base):
    """An upload, or one event of it, that was not taken: whatever anybody sent, so encrypted."""

    __tablename__ = "quarantine"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    station: Mapped[str] = mapped_column(String(64), index=True)  # as claimed, perhaps falsely
    reason: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200))
    # At most the first `quarantine.LONGEST` bytes.
    body: Mapped[bytes] = mapped_column(EncryptedBytes("quarantine.body"))
    size: Mapped[int]  # of the whole
    digest: Mapped[str] = mapped_column(String(64))
    times: Mapped[int]  # how often the very same came
    remote: Mapped[str] = mapped_column(String(64))


class ChainAlert(Base):
    """A chain that does not hold: closed by what was missing, or by a person who looked."""

    __tablename__ = "chain_alert"
    __table_args__ = (
        CheckConstraint("kind IN ('gap', 'fork', 'changed-replay')", name="kind"),
        CheckConstraint("last_seq >= seq", name="range"),
        UniqueConstraint("station", "epoch", "kind", "seq"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    epoch: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int] = mapped_column(BigInteger)
    # Of a gap: the last event that is missing; else the same as seq.
    last_seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(String(200))
    closed_at: Mapped[datetime | None]
