"""The outbox: put in with its cause, taken out in order, never forgotten.

A subject's messages to a target go out one after the other.  One that failed for good (*dead*)
holds back only that subject's later ones, until a person sends it again or sets it aside.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import vault
from server.audit import services as audit
from server.db import among_texts
from server.delivery import routes
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.delivery.queries import is_open
from server.delivery.routes import Label
from server.errors import DomainError, NotFound
from server.rows import insert_stored
from server.stored_times import stored_time

COLUMNS = (
    "target", "key", "subject", "place", "version", "payload", "state", "attempts",
    "next_try_at", "created_at",
)  # fmt: skip
PURPOSE = "delivery.payload"
_VERSION = "/v"
WAITING = ("waiting", 0)  # the state and the attempts of what was just put in


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
    told = list(messages)
    if not told:
        return
    session.flush()  # what the messages rest on stands before them
    at = stored_time(session, now)
    sealed = vault.current().encrypt_each(PURPOSE, [each.payload for each in told])
    rows = [
        (
            each.target,
            each.key,
            each.subject,
            each.place,
            each.version,
            payload,
            *WAITING,
            at,
            at,
        )
        for each, payload in zip(told, sealed, strict=True)
    ]
    insert_stored(session, Delivery, COLUMNS, rows)


def publish(session: Session, told: Sequence[tuple[Message, Label]], *, now: datetime) -> None:
    """Put messages into the outbox for their own target and for each that wants to be told.

    Who was told one version is told the later ones as well, whatever they say, also after a time
    in which they were no target.
    """
    told = [(_placed(message, label.place), label) for message, label in told]
    every = [message for message, _ in told]
    for route in routes.installed():
        known = _told_before(session, route.target, [message for message, _ in told])
        for message, label in told:
            if (message.before and _line(message) in known) or route.wants(label):
                known.add(_line(message))
                every.append(structs.replace(message, target=route.target))
    enqueue_all(session, every, now=now)


def _placed(message: Message, place: str) -> Message:
    return message if message.place == place else structs.replace(message, place=place)


def _told_before(session: Session, target: str, messages: Sequence[Message]) -> set[str]:
    """Return the lines of *messages* of which *target* was or will be told some earlier version."""
    before = [
        f"{_line(message)}{_VERSION}{version}"
        for message in messages
        if message.before
        for version in range(1, message.version)
    ]
    if not before:
        return set()
    said = among_texts(Delivery.key, before)  # one parameter, however many they are
    found = select(Delivery.key).where(Delivery.target == target, said)
    return {key.rpartition(_VERSION)[0] for key in session.scalars(found)}


def _line(message: Message) -> str:
    """Return what the keys of all versions have in common: a key ends in '/v' and the version."""
    return message.key.rpartition(_VERSION)[0]


def send_again(session: Session, delivery_id: int, *, by: str, now: datetime) -> Delivery:
    """Let a dead message be tried again, from the first attempt."""
    dead = _dead(session, delivery_id)
    dead.state, dead.attempts, dead.next_try_at = "waiting", 0, now
    audit.record(session, "delivery.sent-again", dead.key, by=by, now=now)
    return dead


def send_all_again(session: Session, target: str, *, by: str, now: datetime) -> int:
    """Let every dead message of *target* be tried again; return how many there are."""
    found = select(Delivery.id).where(is_open(), Delivery.target == target)
    found = found.where(Delivery.state == "dead")
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
    dead.last_error = f"{reason} ({dead.last_error})"[:2000]  # not in the trail: it may name people
    audit.record(session, "delivery.set-aside", dead.key, by=by, now=now)
    return dead


def _dead(session: Session, delivery_id: int) -> Delivery:
    found = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Không có lần gửi này.", "There is no such delivery.")
    if found.state != "dead":
        raise NotDead(
            "Lần gửi này không còn bị hỏng: đã có người xử lý. Tải lại trang.",
            "This delivery is not dead any more: somebody saw to it. Open the page again.",
        )
    return found
