"""Taking messages out of the outbox, and noting how it went.

A subject's messages to a target go out one after the other, so only the first of each is ever due.
Statements are SQLAlchemy's core: this runs for every message that there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from server.delivery import arrivals, backoff, circuits
from server.delivery.channels import Message
from server.delivery.models import Delivery

ATTEMPTS = 12  # failures that are somebody's fault, before a person must look
LEASE = timedelta(minutes=5)  # longer than a batch takes with every call at its time-out
BATCH = 100
IN_PLACE = 500  # messages in one transaction into our own database
_COLUMNS = (
    Delivery.id, Delivery.target, Delivery.key, Delivery.subject, Delivery.version,
    Delivery.payload, Delivery.attempts,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """A message in hand, under a lease ('' inside the transaction that notes it)."""

    id: int
    message: Message
    attempts: int
    lease: str = ""


def claim(session: Session, *, target: str, now: datetime, limit: int = BATCH) -> list[Taken]:
    """Take due messages that no earlier one of their subject waits before, oldest first.

    Two workers never hold the same message: the lease is taken by a conditional update.  A target
    that is away gets none, and a single one when its time has come.
    """
    limit = circuits.room(session, target, now=now, limit=limit)
    if not limit:
        return []
    lease = uuid4().hex
    ids = list(session.scalars(_heads(target, now, limit, Delivery.id)))
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), _free(now), Delivery.state == "waiting")
        .values(lease=lease, leased_until=now + LEASE)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return sorted((_taken(row, lease) for row in taken), key=lambda each: each.id)


def heads(session: Session, *, target: str, now: datetime, limit: int = IN_PLACE) -> list[Taken]:
    """Return due messages, held until the end of this transaction against other workers."""
    found = _heads(target, now, limit, *_COLUMNS)
    held = found.with_for_update(of=Delivery, skip_locked=True)
    return [_taken(row, "") for row in session.execute(held)]


def _heads(target: str, now: datetime, limit: int, *columns: Any) -> Select[Any]:
    return select(*columns).where(_due(target, now)).order_by(Delivery.id).limit(limit)


def _taken(row: Any, lease: str) -> Taken:
    message = Message(row.target, row.key, row.subject, row.version, row.payload)
    return Taken(row.id, message, row.attempts, lease)


def anything_due(session: Session, *, target: str, now: datetime) -> bool:
    """Return whether `claim` would find something; a look that holds no other writer up."""
    if not circuits.room(session, target, now=now, limit=1):
        return False
    return session.scalar(_heads(target, now, 1, Delivery.id)) is not None


def _due(target: str, now: datetime) -> ColumnElement[bool]:
    earlier = aliased(Delivery)
    first_of_its_subject = ~exists().where(
        earlier.target == Delivery.target,
        earlier.subject == Delivery.subject,
        earlier.id < Delivery.id,
        earlier.state.in_(("waiting", "dead")),
    )
    return and_(
        Delivery.target == target,
        Delivery.state == "waiting",
        Delivery.next_try_at <= now,
        _free(now),
        first_of_its_subject,
    )


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now)


def note_delivered(
    session: Session, receipts: Sequence[tuple[Taken, str]], *, now: datetime
) -> int:
    """Note what arrived; return how many were still ours to note.

    A message whose lease was lost meanwhile is left to the worker that has it.
    """
    if not receipts:
        return 0
    table = Delivery.__table__
    noted = session.connection().execute(
        update(Delivery)
        .where(table.c.id == bindparam("i"), table.c.lease == bindparam("l"))
        .where(table.c.state == "waiting")
        .values(
            lease=None, leased_until=None, state="delivered", receipt=bindparam("r"),
            delivered_at=now, attempts=bindparam("a"), last_error=None,
        ),
        [
            {"i": taken.id, "l": taken.lease, "r": receipt[:200], "a": taken.attempts + 1}
            for taken, receipt in receipts
        ],
    )  # fmt: skip
    _tell(session, [taken for taken, _ in receipts], now)
    return noted.rowcount


def note_in_place(session: Session, taken: Sequence[Taken], *, receipts: str, now: datetime) -> int:
    """Note what `heads` gave and this transaction delivered: one statement for all of it."""
    noted = session.connection().execute(
        update(Delivery)
        .where(Delivery.id.in_([each.id for each in taken]), Delivery.state == "waiting")
        .values(
            lease=None, leased_until=None, state="delivered", receipt=receipts + Delivery.key,
            delivered_at=now, attempts=Delivery.attempts + 1, last_error=None,
        )
    )  # fmt: skip
    _tell(session, taken, now)
    return noted.rowcount


def _tell(session: Session, taken: Sequence[Taken], now: datetime) -> None:
    for target in sorted({each.message.target for each in taken}):
        keys = [each.message.key for each in taken if each.message.target == target]
        arrivals.tell(session, target, keys, now=now)


def note_failed(
    session: Session, taken: Taken, *, error: str, final: bool, counts: bool, now: datetime
) -> bool:
    """Note a failure: dead if *final* or the last of the attempts that count, else tried again.

    What does not *count* is the target's trouble and not the message's: its circuit says when it
    is asked again, and the message is ready then.
    """
    attempts = taken.attempts + (1 if counts or final else 0)
    dead = final or (counts and attempts >= ATTEMPTS)
    return _finish(
        session,
        taken,
        state="dead" if dead else "waiting",
        attempts=attempts,
        last_error=error[:2000],
        next_try_at=now + backoff.wait(attempts) if counts else now,
    )


def let_go(session: Session, taken: Sequence[Taken]) -> None:
    """Give back what was not tried: the target went away before its turn."""
    for each in taken:
        _finish(session, each)


def _finish(session: Session, taken: Taken, **values: object) -> bool:
    done = session.execute(
        update(Delivery)
        .where(Delivery.id == taken.id, Delivery.lease == taken.lease)
        .where(Delivery.state == "waiting")
        .values(lease=None, leased_until=None, **values)
        .returning(Delivery.id)
    )
    return done.first() is not None
