"""The worker: takes messages from the outbox to their channels, until there are none.

The send is outside every transaction.  Killed before it, nothing happened; killed after it, the
lease runs out and the message goes again under the same key, which has no further effect.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from sqlalchemy.orm import Session

from server.db import Database
from server.delivery import services
from server.delivery.channels import Channel, Refused, Unreachable
from server.delivery.models import Delivery

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
IDLE_SECONDS = 0.5
TROUBLED_SECONDS = 5.0


@dataclass(frozen=True)
class Sent:
    """How handing over one message went: a receipt, or an error."""

    message: Delivery
    receipt: str = ""
    error: Exception | None = None


def run_once(database: Database, channels: Mapping[str, Channel], now: datetime) -> int:
    """Send everything that is due at *now*; return how many messages arrived."""
    targets = sorted(channels)
    arrived = 0
    while _due(database, targets, now):
        with database.write() as session:
            claimed = services.claim(session, targets=targets, now=now)
        sent = [hand_over(channels[message.target], message) for message in claimed]
        with database.write() as session:
            arrived += sum(note(session, each, now) for each in sent)
    return arrived


def _due(database: Database, targets: list[str], now: datetime) -> bool:
    """Looking takes no writer's place in the queue."""
    with database.read() as session:
        return services.anything_due(session, targets=targets, now=now)


def hand_over(channel: Channel, message: Delivery) -> Sent:
    try:
        return Sent(message, receipt=channel.deliver(message.subject, message.key, message.payload))
    except Exception as error:  # a channel may fail in any way, and the others go on
        log.warning("delivery %s to %s failed: %s", message.key, message.target, error)
        return Sent(message, error=error)


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
    """The worker as a thread of the server."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the message in hand finish, then end."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                run_once(self._database, self._channels, self._clock())
                pause = IDLE_SECONDS
            except Exception:  # the database may be away for a while
                log.exception("the delivery worker met an error and goes on")
                pause = TROUBLED_SECONDS
