"""The outbox: put in with its cause, taken out in order, never forgotten.

A subject's messages to a target go out one after the other.  One that failed for good (*dead*)
holds back only that subject's later ones, until a person sends it again or sets it aside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from server.audit import services as audit
from server.db import insert_rows
from server.delivery import backoff, circuits, routes
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.delivery.routes import Label
from server.errors import DomainError, NotFound

ATTEMPTS = 12  # failures that are somebody's fault, before a person must look
LEASE = timedelta(minutes=5)  # longer than a batch takes with every call at its time-out
BATCH = 100


class NotDead(DomainError):
    code = "delivery-not-dead"


def enqueue(
    session: Session,
    *,
    target: str,
    key: str,
    subject: str,
    version: int,
    payload: str,
    now: datetime,
) -> None:
    """Put a message into the outbox, in the transaction that makes it true."""
    enqueue_all(session, [Message(target, key, subject, version, payload)], now=now)


def enqueue_all(session: Session, messages: Iterable[Message], *, now: datetime) -> None:
    """Put messages into the outbox, in their order, in the transaction that makes them true."""
    rows = [
        {
            "target": each.target,
            "key": each.key,
            "subject": each.subject,
            "version": each.version,
            "payload": each.payload,
            "state": "waiting",
            "attempts": 0,
            "next_try_at": now,
            "created_at": now,
        }
        for each in messages
    ]
    if rows:
        session.flush()  # what the messages rest on stands before them
        insert_rows(session, Delivery, rows)


def publish(session: Session, told: Sequence[tuple[Message, Label]], *, now: datetime) -> None:
    """Put messages into the outbox for their own target and for each that wants to be told.

    Who was told one version is told the later ones as well, whatever they say.
    """
    every = [message for message, _ in told]
    for route in routes.installed():
        known = _told_before(session, route.target, [message for message, _ in told])
        for message, label in told:
            if message.before in known or route.wants(label):
                known.add(message.key)
                every.append(replace(message, target=route.target))
    enqueue_all(session, every, now=now)


def _told_before(session: Session, target: str, messages: Sequence[Message]) -> set[str]:
    """Return the keys of versions before *messages* that *target* was or will be told."""
    before = [message.before for message in messages if message.before]
    if not before:
        return set()
    found = select(Delivery.key).where(Delivery.target == target, Delivery.key.in_(before))
    return set(session.scalars(found))


def claim(session: Session, *, target: str, now: datetime, limit: int = BATCH) -> list[Delivery]:
    """Take due messages that no earlier one of their subject waits before, oldest first.

    Two workers never hold the same message: the lease is taken by a conditional update.  A target
    that is away gets none, and a single one when its time has come.
    """
    limit = circuits.room(session, target, now=now, limit=limit)
    if not limit:
        return []
    lease = uuid4().hex
    heads = select(Delivery.id).where(_due(target, now)).order_by(Delivery.id).limit(limit)
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(list(session.scalars(heads))), _free(now))
        .where(Delivery.state == "waiting")
        .values(lease=lease, leased_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    held = select(Delivery).where(Delivery.lease == lease).order_by(Delivery.id)
    return list(session.scalars(held))


def anything_due(session: Session, *, target: str, now: datetime) -> bool:
    """Return whether `claim` would find something; a look that holds no other writer up."""
    if not circuits.room(session, target, now=now, limit=1):
        return False
    return session.scalar(select(Delivery.id).where(_due(target, now)).limit(1)) is not None


def _due(target: str, now: datetime) -> ColumnElement[bool]:
    earlier = aliased(Delivery)
    first_of_its_subject = ~exists().where(
        earlier.target == Delivery.target,
        earlier.subject == Delivery.subject,
        earlier.id < Delivery.id,
        earlier.state.in_(("waiting", "dead")),
    )
    return and_(
        Delivery.state == "waiting",
        Delivery.next_try_at <= now,
        Delivery.target == target,
        _free(now),
        first_of_its_subject,
    )


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now)


def note_delivered(session: Session, claimed: Delivery, *, receipt: str, now: datetime) -> bool:
    """Note the receipt; False if the lease was lost meanwhile (then another worker notes it)."""
    return bool(note_all_delivered(session, [(claimed, receipt)], now=now))


def note_all_delivered(
    session: Session, receipts: Sequence[tuple[Delivery, str]], *, now: datetime
) -> int:
    """Note what arrived; return how many were still ours to note."""
    table = Delivery.__table__
    done = 0
    for claimed, receipt in receipts:
        noted = session.connection().execute(
            table.update()  # type: ignore[attr-defined]
            .where(table.c.id == claimed.id, table.c.lease == claimed.lease)
            .where(table.c.state == "waiting")
            .values(
                lease=None,
                leased_until=None,
                state="delivered",
                receipt=receipt[:200],
                delivered_at=now,
                attempts=claimed.attempts + 1,
                last_error=None,
            )
        )
        done += noted.rowcount
    return done


def note_failed(
    session: Session, claimed: Delivery, *, error: str, final: bool, counts: bool, now: datetime
) -> bool:
    """Note a failure: dead if *final* or the last of the attempts that count, else tried again.

    What does not *count* is the target's trouble and not the message's: its circuit says when it
    is asked again, and the message is ready then.
    """
    attempts = claimed.attempts + (1 if counts or final else 0)
    dead = final or (counts and attempts >= ATTEMPTS)
    return _finish(
        session,
        claimed,
        state="dead" if dead else "waiting",
        attempts=attempts,
        last_error=error[:2000],
        next_try_at=now + backoff.wait(attempts) if counts else now,
    )


def let_go(session: Session, claimed: Sequence[Delivery]) -> None:
    """Give back what was not tried: the target went away before its turn."""
    for each in claimed:
        _finish(session, each)


def _finish(session: Session, claimed: Delivery, **values: object) -> bool:
    done = session.execute(
        update(Delivery)
        .where(Delivery.id == claimed.id, Delivery.lease == claimed.lease)
        .where(Delivery.state == "waiting")
        .values(lease=None, leased_until=None, **values)
        .returning(Delivery.id)
    )
    return done.first() is not None


def send_again(session: Session, delivery_id: int, *, by: str, now: datetime) -> Delivery:
    """Let a dead message be tried again, from the first attempt."""
    dead = _dead(session, delivery_id)
    dead.state, dead.attempts, dead.next_try_at = "waiting", 0, now
    audit.record(session, "delivery.sent-again", dead.key, by=by, now=now, detail=dead.last_error)
    return dead


def send_all_again(session: Session, target: str, *, by: str, now: datetime) -> int:
    """Let every dead message of *target* be tried again; return how many there are."""
    found = select(Delivery.id).where(Delivery.target == target, Delivery.state == "dead")
    ids = list(session.scalars(found.order_by(Delivery.id)))
    for delivery_id in ids:
        send_again(session, delivery_id, by=by, now=now)
    return len(ids)


def set_aside(
    session: Session, delivery_id: int, *, reason: str, by: str, now: datetime
) -> Delivery:
    """Give a dead message up for a *reason*, so that later ones of its subject go out."""
    dead = _dead(session, delivery_id)
    dead.state = "set-aside"
    audit.record(session, "delivery.set-aside", dead.key, by=by, now=now, detail=reason)
    return dead


def _dead(session: Session, delivery_id: int) -> Delivery:
    found = session.get(Delivery, delivery_id, with_for_update=True)
    if found is None:
        raise NotFound("Không có lần gửi này.", "There is no such delivery.")
    if found.state != "dead":
        raise NotDead(
            "Lần gửi này không còn bị hỏng: đã có người xử lý. Tải lại trang.",
            "This delivery is not dead any more: somebody saw to it. Open the page again.",
        )
    return found
