"""Taking messages out of the outbox.

A subject's messages to a target go out one after the other, so only the first of each is ever due.
A time further ahead than its longest wait was written by a clock that was wrong, and is over.
Statements are SQLAlchemy's core: this runs for every message that there is.
"""

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
from server.db import Encrypted, UtcDateTime
from server.delivery import backoff, circuits
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.rows import stored_rows
from server.stored_times import stored_times

LEASE = timedelta(minutes=5)  # longer than a batch takes with every call at its time-out
# What lies further ahead no clock wrote that is right; servers' clocks may differ by half of it.
FAR_TRY, FAR_LEASE = 2 * backoff.LONGEST, 2 * LEASE
BATCH = 200
AMONG = 1000  # due messages of which one is sent to a target that was away
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
    room = circuits.room(session, target, now=now, limit=limit + 1)
    if not room:
        return []
    lease = uuid4().hex
    if room == 1:
        ids = _one_to_try(session, target, now)
    else:
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


def _one_to_try(session: Session, target: str, now: datetime) -> list[int]:
    """Return one of the first due messages: what found *target* away longest ago, or never.

    It may be one that rests, if there is no other.
    """
    due = _due_now(session, target, now, AMONG, rest=circuits.TURN)
    longest = sorted(stored_rows(session, _HEADS_TRIED, due), key=lambda row: (row[1], row[0]))
    return [row[0] for row in longest[:1]]


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
    room = circuits.room(session, target, now=now, limit=2)
    if not room:
        return False
    rest = circuits.TURN if room == 1 else timedelta(0)
    return bool(stored_rows(session, _HEADS, _due_now(session, target, now, 1, rest=rest)))


def _due_now(
    session: Session, target: str, now: datetime, limit: int, *, rest: timedelta = timedelta(0)
) -> dict[str, Any]:
    stored = stored_times(session)
    far = {"far_try": stored(now + FAR_TRY), "far_lease": stored(now + FAR_LEASE)}
    times = {"now": stored(now), "ready": stored(now + rest), **far}
    return {"target": target, "most": limit, **times}


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
        or_(Delivery.next_try_at <= _time("ready"), Delivery.next_try_at > _time("far_try")),
        _free(now, _time("far_lease")),
        first_of_its_subject,
    )


def _free(now: Any, far: Any) -> ColumnElement[bool]:
    until = Delivery.leased_until
    return or_(until.is_(None), until <= now, until > far)


def _time(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UtcDateTime())


_HEADS = _heads(Delivery.id)
_HEADS_TRIED = _heads(Delivery.id, Delivery.next_try_at)
_HEADS_TAKEN = _HEADS.with_for_update(of=Delivery, skip_locked=True)
_HEADS_HELD = _heads(*_COLUMNS).with_for_update(of=Delivery, skip_locked=True)
_SEALED = cast("Encrypted", Delivery.__table__.c.payload.type)
