"""The worker: takes messages from the outbox to their channels, until there are none.

The send is outside every transaction.  Killed before it, nothing happened; killed after it, the
lease runs out and the message goes again under the same key, which has no further effect.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from time import monotonic

from sqlalchemy.orm import Session

from server.db import Database
from server.delivery import circuits, services
from server.delivery.channels import BatchChannel, Channel, Message, Refused, Unreachable
from server.delivery.models import Delivery

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
IDLE_SECONDS = 0.5
TROUBLED_SECONDS = 5.0
PATIENCE_SECONDS = 120.0  # for one batch: well within the lease


@dataclass(frozen=True)
class Sent:
    """How handing over one message went: a receipt, or an error."""

    message: Delivery
    receipt: str = ""
    error: Exception | None = None


def run_once(database: Database, channels: Mapping[str, Channel], now: datetime) -> int:
    """Send everything that is due at *now*; return how many messages arrived."""
    return sum(run_target(database, name, channels[name], now) for name in sorted(channels))


def run_target(database: Database, target: str, channel: Channel, now: datetime) -> int:
    """Send everything that is due for *target*, until there is none or it goes away."""
    arrived = 0
    while _due(database, target, now):
        with database.write() as session:
            claimed = services.claim(session, target=target, now=now)
        sent = hand_over_all(channel, claimed)
        with database.write() as session:
            arrived += note_all(session, target, sent, now)
            services.let_go(session, claimed[len(sent) :])
    return arrived


def _due(database: Database, target: str, now: datetime) -> bool:
    """Looking takes no writer's place in the queue."""
    with database.read() as session:
        return services.anything_due(session, target=target, now=now)


def hand_over_all(channel: Channel, claimed: Sequence[Delivery]) -> list[Sent]:
    """Hand messages over in their order, up to the first that finds the receiver away.

    A slow receiver gets as many as there is time for while they are surely ours.
    """
    if isinstance(channel, BatchChannel) and len(claimed) > 1:
        together = _at_one_go(channel, claimed)
        if together is not None:
            return together
    sent: list[Sent] = []
    until = monotonic() + PATIENCE_SECONDS
    for message in claimed:
        sent.append(hand_over(channel, message))
        if isinstance(sent[-1].error, Unreachable) or monotonic() > until:
            break
    return sent


def _at_one_go(channel: BatchChannel, claimed: Sequence[Delivery]) -> list[Sent] | None:
    """Return how it went, or None where one of them must be found out by trying each alone."""
    told = [Message(m.target, m.key, m.subject, m.version, m.payload) for m in claimed]
    try:
        receipts = channel.deliver_all(told)
    except Exception as error:  # whichever it was, one by one will tell
        log.info("%d deliveries do not go together (%s): one by one", len(claimed), error)
        return None
    return [Sent(message, receipt) for message, receipt in zip(claimed, receipts, strict=True)]


def hand_over(channel: Channel, message: Delivery) -> Sent:
    try:
        return Sent(message, receipt=channel.deliver(message.subject, message.key, message.payload))
    except Exception as error:  # a channel may fail in any way, and the others go on
        log.warning("delivery %s to %s failed: %s", message.key, message.target, error)
        return Sent(message, error=error)


def note_all(session: Session, target: str, sent: Sequence[Sent], now: datetime) -> int:
    """Note how messages went, and whether their target is there; return how many arrived."""
    good = [(each.message, each.receipt) for each in sent if each.error is None]
    arrived = services.note_all_delivered(session, good, now=now)
    for each in sent:
        if each.error is not None:
            note(session, each, now)
    away = [each.error for each in sent if isinstance(each.error, Unreachable)]
    if away:
        circuits.was_away(session, target, str(away[-1]), now=now)
    elif sent:
        circuits.answered(session, target, now=now)
    return arrived


def note(session: Session, sent: Sent, now: datetime) -> bool:
    """Note how a message went; return whether it arrived and was not noted before."""
    if sent.error is None:
        return services.note_delivered(session, sent.message, receipt=sent.receipt, now=now)
    services.note_failed(
        session,
        sent.message,
        error=f"{type(sent.error).__name__}: {sent.error}",
        final=isinstance(sent.error, Refused),
        counts=not isinstance(sent.error, Unreachable),
        now=now,
    )
    return False


class DeliveryWorker:
    """The worker as threads of the server, one for each target: a slow one delays no other."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._stopping = Event()
        self._threads = [
            Thread(target=self._run, args=(name,), name=f"delivery-{name}", daemon=True)
            for name in channels
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let the messages in hand finish, then end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self, target: str) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                run_target(self._database, target, self._channels[target], self._clock())
                pause = IDLE_SECONDS
            except Exception:  # the database may be away for a while
                log.exception("the delivery worker of %s met an error and goes on", target)
                pause = TROUBLED_SECONDS
