"""Taking messages out of the outbox, and noting how it went.

A subject's messages to a target go out one after the other, so only the first of each is ever due.
A time further ahead than its longest wait was written by a clock that was wrong, and is over.
Statements are SQLAlchemy's core: this runs for every message that there is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from server import vault
from server.db import Encrypted, UtcDateTime, among_numbers, listed
from server.delivery import arrivals, backoff, circuits
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.rows import change_stored, stored_rows
from server.stored_times import stored_time, stored_times

ATTEMPTS = 12  # failures that are somebody's fault, before a person must look
LEASE = timedelta(minutes=5)  # longer than a batch takes with every call at its time-out
# What lies further ahead no clock wrote that is right; servers' clocks may differ by half of it.
FAR_TRY, FAR_LEASE = 2 * backoff.LONGEST, 2 * LEASE
BATCH = 200
IN_PLACE = 1000  # messages in one transaction into our own database
_COLUMNS = (
    Delivery.id, Delivery.target, Delivery.key, Delivery.subject, Delivery.version,
    Delivery.payload, Delivery.attempts,
)  # fmt: skip


class Taken(msgspec.Struct, frozen=True):
    """A message in hand, under a lease ('' inside the transaction that notes it)."""

    id: int
    message: Message
    attempts: int
    lease: str = ""


def claim(session: Session, *, target: str, now: datetime, limit: int = BATCH) -> list[Taken]:
    """Take due messages that no earlier one of their subject waits before, oldest first.

    Two workers never hold the same message: the lease is taken by a conditional update, and what
    another is just taking is passed over where the database can do so.  A target that is away gets
    none, and a single one when its time has come.
    """
    limit = circuits.room(session, target, now=now, limit=limit)
    if not limit:
        return []
    lease = uuid4().hex
    due = _due_now(session, target, now, limit)
    ids = [row[0] for row in stored_rows(session, _HEADS_TAKEN, due)]
    if not ids:
        return []
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), _free(now, now + FAR_LEASE), Delivery.state == "waiting")
        .values(lease=lease, leased_until=now + LEASE)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return sorted((_taken(row, lease) for row in taken), key=lambda each: each.id)


def heads(session: Session, *, target: str, now: datetime, limit: int = IN_PLACE) -> list[Taken]:
    """Return due messages, held until the end of this transaction against other workers."""
    found = stored_rows(session, _HEADS_HELD, _due_now(session, target, now, limit))
    opened = vault.current().decrypt_each(_SEALED.purpose, [row[5] for row in found])
    return [
        Taken(each, Message(to, key, subject, version, payload), attempts)
        for (each, to, key, subject, version, _, attempts), payload in zip(
            found, opened, strict=True
        )
    ]


def _taken(row: Any, lease: str) -> Taken:
    each, to, key, subject, version, payload, attempts = row
    return Taken(each, Message(to, key, subject, version, payload), attempts, lease)


def anything_due(session: Session, *, target: str, now: datetime) -> bool:
    """Return whether `claim` would find something; a look that holds no other writer up."""
    if not circuits.room(session, target, now=now, limit=1):
        return False
    return bool(stored_rows(session, _HEADS, _due_now(session, target, now, 1)))


def _due_now(session: Session, target: str, now: datetime, limit: int) -> dict[str, Any]:
    stored = stored_times(session)
    far = {"far_try": stored(now + FAR_TRY), "far_lease": stored(now + FAR_LEASE)}
    return {"target": target, "now": stored(now), "most": limit, **far}


def _heads(*columns: Any) -> Select[Any]:
    """Ask for the due messages of a target, the first of each subject; made ready once."""
    found = select(*columns).where(_due(bindparam("target", type_=String)))
    return found.order_by(Delivery.id).limit(bindparam("most", type_=Integer))


def _due(target: BindParameter[str]) -> ColumnElement[bool]:
    earlier, now = aliased(Delivery), _time("now")
    first_of_its_subject = ~exists().where(
        earlier.target == Delivery.target,
        earlier.subject == Delivery.subject,
        earlier.delivered_at.is_(None),
        earlier.id < Delivery.id,
        or_(earlier.state == "waiting", earlier.state == "dead"),
    )
    return and_(
        Delivery.target == target,
        Delivery.state == "waiting",
        Delivery.delivered_at.is_(None),
        or_(Delivery.next_try_at <= now, Delivery.next_try_at > _time("far_try")),
        _free(now, _time("far_lease")),
        first_of_its_subject,
    )


def _free(now: Any, far: Any) -> ColumnElement[bool]:
    until = Delivery.leased_until
    return or_(until.is_(None), until <= now, until > far)


def _time(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UtcDateTime())


_HEADS = _heads(Delivery.id)
_HEADS_TAKEN = _HEADS.with_for_update(of=Delivery, skip_locked=True)
_HEADS_HELD = _heads(*_COLUMNS).with_for_update(of=Delivery, skip_locked=True)
_SEALED = cast("Encrypted", Delivery.__table__.c.payload.type)


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
    """Note what `heads` gave of one target and this transaction delivered: one statement."""
    if not taken:
        return 0
    at = stored_time(session, now)
    which = {"ids": listed([each.id for each in taken]), "head": receipts, "at": at}
    noted = change_stored(session, _IN_PLACE, which)
    keys = [each.message.key for each in taken]
    arrivals.tell(session, taken[0].message.target, keys, now=now)
    return noted


def _tell(session: Session, taken: Sequence[Taken], now: datetime) -> None:
    for target in sorted({each.message.target for each in taken}):
        keys = [each.message.key for each in taken if each.message.target == target]
        arrivals.tell(session, target, keys, now=now)


_IN_PLACE = (
    update(Delivery)
    .where(among_numbers(Delivery.id, "ids"), Delivery.state == "waiting")
    .values(
        lease=None, leased_until=None, state="delivered",
        receipt=bindparam("head", type_=String) + Delivery.key, delivered_at=bindparam("at"),
        attempts=Delivery.attempts + 1, last_error=None,
    )
)  # fmt: skip


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
