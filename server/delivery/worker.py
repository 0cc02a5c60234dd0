"""The worker: takes messages from the outbox to their channels, until there are none.

The send is outside every transaction.  Killed before it, nothing happened; killed after it, the
lease runs out and the message goes again under the same key, which has no further effect.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from time import monotonic

from sqlalchemy.orm import Session

from server.db import Database
from server.delivery import circuits, taking
from server.delivery.channels import Ahead, Channel, InPlace, Refused, Unreachable
from server.delivery.taking import Taken

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
IDLE_SECONDS = 0.5
TROUBLED_SECONDS = 5.0
PATIENCE_SECONDS = 120.0  # for one batch: well within the lease


@dataclass(frozen=True)
class Sent:
    """How handing over one message went: a receipt, or an error."""

    taken: Taken
    receipt: str = ""
    error: Exception | None = None


def run_once(database: Database, channels: Mapping[str, Channel], now: datetime) -> int:
    """Send everything that is due at *now*; return how many messages arrived."""
    return sum(run_target(database, name, channels[name], now) for name in sorted(channels))


def run_target(database: Database, target: str, channel: Channel, now: datetime) -> int:
    """Send everything that is due for *target*, until there is none or it goes away."""
    arrived = 0
    while _due(database, target, now):
        if isinstance(channel, InPlace):
            while written := _in_place(database, target, channel, now):
                arrived += written
        with database.write() as session:
            claimed = taking.claim(session, target=target, now=now)
        if not claimed:
            break
        sent = hand_over_all(channel, claimed)
        with database.write() as session:
            arrived += note_all(session, target, sent, now)
            taking.let_go(session, claimed[len(sent) :])
    return arrived


def _due(database: Database, target: str, now: datetime) -> bool:
    """Looking takes no writer's place in the queue."""
    with database.read() as session:
        return taking.anything_due(session, target=target, now=now)


def _in_place(database: Database, target: str, channel: InPlace, now: datetime) -> int:
    """Deliver a batch in one transaction; return 0 where one of them must be found out alone."""
    try:
        with database.write() as session:
            heads = taking.heads(session, target=target, now=now)
            if not heads:
                return 0
            channel.deliver_in(session, [each.message for each in heads])
            circuits.answered(session, target, now=now)
            return taking.note_in_place(session, heads, receipts=channel.receipts, now=now)
    except Exception as error:  # whichever it was, one by one will tell
        log.info("deliveries to %s do not go together (%s): one by one", target, error)
        return 0


def hand_over_all(channel: Channel, claimed: Sequence[Taken]) -> list[Sent]:
    """Hand messages over in their order, up to the first that finds the receiver away.

    A slow receiver gets as many as there is time for while they are surely ours.  A batch holds one
    message of each subject, so several may be under way at a time.
    """
    at_once = channel.at_once if isinstance(channel, Ahead) else 1
    if isinstance(channel, Ahead) and len(claimed) > 1:
        channel.look_ahead([each.message for each in claimed])
    sent: list[Sent] = []
    until = monotonic() + PATIENCE_SECONDS
    with ThreadPoolExecutor(at_once) as threads:
        for start in range(0, len(claimed), at_once):
            some = claimed[start : start + at_once]
            sent += threads.map(lambda each: hand_over(channel, each), some)
            if any(isinstance(each.error, Unreachable) for each in sent) or monotonic() > until:
                break
    return sent


def hand_over(channel: Channel, taken: Taken) -> Sent:
    message = taken.message
    try:
        return Sent(taken, receipt=channel.deliver(message.subject, message.key, message.payload))
    except Exception as error:  # a channel may fail in any way, and the others go on
        log.warning("delivery %s to %s failed: %s", message.key, message.target, error)
        return Sent(taken, error=error)


def note_all(session: Session, target: str, sent: Sequence[Sent], now: datetime) -> int:
    """Note how messages went, and whether their target is there; return how many arrived."""
    good = [(each.taken, each.receipt) for each in sent if each.error is None]
    arrived = taking.note_delivered(session, good, now=now)
    for each in sent:
        if each.error is not None:
            note_trouble(session, each.taken, each.error, now)
    away = [each.error for each in sent if isinstance(each.error, Unreachable)]
    if away:
        circuits.was_away(session, target, str(away[-1]), now=now)
    elif sent:
        circuits.answered(session, target, now=now)
    return arrived


def note_trouble(session: Session, taken: Taken, error: Exception, now: datetime) -> None:
    taking.note_failed(
        session,
        taken,
        error=f"{type(error).__name__}: {error}",
        final=isinstance(error, Refused),
        counts=not isinstance(error, Unreachable),
        now=now,
    )


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
