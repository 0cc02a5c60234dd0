"""The outbox: what is to be told to whom, written together with its cause."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted, one_of

STATES = ("waiting", "delivered", "dead", "set-aside")
_UNDELIVERED = text("delivered_at IS NULL")


class Delivery(Base):
    """One message for one target.  `id` is the order in which a subject's messages go out.

    `lease` and `leased_until` say which worker has it in hand; a worker that died loses it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("target", "key"),
        # Of what has not arrived: these stay small, and desks look through them.
        Index(
            "ix_delivery_order", "target", "subject", "id",
            sqlite_where=_UNDELIVERED, postgresql_where=_UNDELIVERED,
        ),
        Index(
            "ix_delivery_queue", "target", "id",
            sqlite_where=_UNDELIVERED, postgresql_where=_UNDELIVERED,
        ),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)"
            " AND (state = 'delivered') = (receipt IS NOT NULL)",
            name="delivered_wholly",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(64), server_default="")  # of what it is about
    version: Mapped[int]
    payload: Mapped[str] = mapped_column(Encrypted("delivery.payload"))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    # What a receiver answers may repeat whom it was told of.
    last_error: Mapped[str | None] = mapped_column(Encrypted("delivery.last_error"))
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class Circuit(Base):
    """How a target answers.  While `open_until` lies ahead, nothing is sent to it.

    One row for all workers: the first that finds a target away spares the others the waiting.
    """

    __tablename__ = "delivery_circuit"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    target: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int]  # in a row, of the target and not of a message
    open_until: Mapped[datetime | None]
    away_since: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Encrypted("delivery_circuit.last_error"))


class Arrived(Base):
    """How many messages ever arrived at a target: kept with each note of it, see `tally`."""

    __tablename__ = "delivery_arrived"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    target: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class RemoteCopy(Base):
    """What a target calls a thing of ours: its own id and version, to update and not to add."""

    __tablename__ = "delivery_remote"

    target: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    ours: Mapped[str] = mapped_column(String(120), primary_key=True)
    theirs: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(64))  # as long as FHIR lets an id be
    seen_at: Mapped[datetime]
