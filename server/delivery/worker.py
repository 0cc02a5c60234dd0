"""The worker: takes messages from the outbox to their channels, until there are none.

The send is outside every transaction.  Killed before it, nothing happened; killed after it, the
lease runs out and the message goes again under the same key, which has no further effect.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple

from server.db import Database
from server.delivery import circuits, noting, taking, tally
from server.delivery.channels import Ahead, Channel, InPlace
from server.delivery.noting import Sent
from server.delivery.said import ours
from server.delivery.taking import Taken
from server.retry import again, trouble_of

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
IDLE_SECONDS = 0.5
TROUBLED_SECONDS = 5.0
PATIENCE_SECONDS = 120.0  # for one batch: well within the lease
RUN_SECONDS = 60.0  # for what is sent under one reading of the clock, by which leases are given


class _End(NamedTuple):
    """When a run is over: it is stopped, or began too long ago."""

    stopping: Event
    until: float

    def is_near(self) -> bool:
        return self.stopping.is_set() or monotonic() >= self.until


def run_once(database: Database, channels: Mapping[str, Channel], now: datetime) -> int:
    """Send everything that is due at *now*; return how many messages arrived."""
    return sum(run_target(database, name, channels[name], now) for name in sorted(channels))


def run_target(
    database: Database, target: str, channel: Channel, now: datetime,
    stopping: Event | None = None,
) -> int:  # fmt: skip
    """Send what is due for *target*, until there is none, it goes away, or *now* is long ago.

    Once it is *stopping*, what is under way is the last.
    """
    arrived, end = 0, _End(stopping or Event(), monotonic() + RUN_SECONDS)
    while not end.is_near() and _due(database, target, now):
        if isinstance(channel, InPlace):
            written, over = _in_groups(database, target, channel, now, end)
            arrived += written
            if over:
                break
        handed = _by_calls(database, target, channel, now, end)
        if handed is None:
            break
        arrived += handed
    return arrived


def _by_calls(
    database: Database, target: str, channel: Channel, now: datetime, end: _End
) -> int | None:
    """Hand over batch after batch; return how many messages arrived, None if there were none.

    One transaction notes a batch and takes the next: a subject's later message is taken only where
    the receipt of its earlier one is safe.
    """
    claimed = again(partial(_claim, database, target, now), keyed=True)
    if not claimed:
        return None
    arrived = 0
    while claimed:
        sent = hand_over_all(channel, claimed, end.stopping)
        more = not isinstance(channel, InPlace) and not end.is_near()
        noting = partial(_note, database, target, claimed, sent, now, more=more)
        noted, claimed = again(noting, keyed=True)
        arrived += noted
    return arrived


def _claim(database: Database, target: str, now: datetime) -> list[Taken]:
    """Where the connection is lost at the commit, those messages wait until the lease ends."""
    with database.write() as session:
        return taking.claim(session, target=target, now=now)


def _note(
    database: Database, target: str, claimed: Sequence[Taken], sent: Sequence[Sent], now: datetime,
    *, more: bool,
) -> tuple[int, list[Taken]]:  # fmt: skip
    """Note how it went, under the lease: what was noted already is not noted again."""
    with database.write() as session:
        arrived = noting.note_all(session, target, sent, now)
        noting.let_go(session, claimed[len(sent) :])
        next_ones = taking.claim(session, target=target, now=now) if more else []
        tally.add(session, target, arrived)
        return arrived, next_ones


def _due(database: Database, target: str, now: datetime) -> bool:
    """Looking takes no writer's place in the queue."""
    with database.read() as session:
        return taking.anything_due(session, target=target, now=now)


def _in_groups(
    database: Database, target: str, channel: InPlace, now: datetime, end: _End
) -> tuple[int, bool]:
    """Deliver group after group; return how many messages arrived, and whether that is all.

    It is not where one of a group must be found out alone.
    """
    arrived = 0
    while written := _in_place(database, target, channel, now, first=not arrived):
        arrived += written
        if end.is_near():  # *now* is too old by now to give leases by, or it is stopping
            return arrived, True
    return arrived, written is not None


def _in_place(
    database: Database, target: str, channel: InPlace, now: datetime, *, first: bool
) -> int | None:
    """Deliver what is due in one transaction; return None where that cannot be done together."""
    try:
        return again(partial(_in_one, database, target, channel, now, first=first), keyed=True)
    except Exception as error:  # whichever it was, one by one will tell
        if trouble_of(error) is not None:
            raise
        kind = type(error).__name__
        log.info("deliveries to %s do not go together (%s): one by one", target, kind)
        return None


def _in_one(
    database: Database, target: str, channel: InPlace, now: datetime, *, first: bool
) -> int:
    with database.write() as session:
        heads = taking.heads(session, target=target, now=now)
        if not heads:
            return 0
        channel.deliver_in(session, [each.message for each in heads])
        if first:  # so often is enough for who looks when it last answered
            circuits.answered(session, target, now=now)
        arrived = noting.note_in_place(session, heads, receipts=channel.receipts, now=now)
        tally.add(session, target, arrived)
        return arrived


def hand_over_all(channel: Channel, claimed: Sequence[Taken], stopping: Event) -> list[Sent]:
    """Hand messages over in their order, up to the first that finds the receiver away.

    A slow receiver gets as many as there is time for while they are surely ours.  A batch holds one
    message of each subject, so several may be under way at a time.
    """
    at_once = channel.at_once if isinstance(channel, Ahead) else 1
    if isinstance(channel, Ahead):
        _look_ahead(channel, claimed)
    sent: list[Sent | None] = [None] * len(claimed)
    turns = iter(range(len(claimed)))  # each thread takes the next: what was taken is a beginning
    until, away = monotonic() + PATIENCE_SECONDS, Event()

    def take_turns() -> None:
        for turn in turns:
            said = sent[turn] = hand_over(channel, claimed[turn])
            if said.is_away:
                away.set()
            if away.is_set() or stopping.is_set() or monotonic() > until:
                return

    if at_once == 1:
        take_turns()
    else:
        with ThreadPoolExecutor(at_once) as threads:
            for running in [threads.submit(take_turns) for _ in range(at_once)]:
                running.result()
    return [each for each in sent if each is not None]


def _look_ahead(channel: Ahead, claimed: Sequence[Taken]) -> None:
    """Also of a single one: what was gathered for others that were let go is old by now."""
    try:
        channel.look_ahead([each.message for each in claimed])
    except Exception as error:  # whichever it is of, one by one will tell
        kind = type(error).__name__
        log.info("messages are not gathered together (%s): one by one", kind)


def hand_over(channel: Channel, taken: Taken) -> Sent:
    message = taken.message
    try:
        return Sent(taken, receipt=channel.deliver(message.subject, message.key, message.payload))
    except Exception as error:  # a channel may fail in any way, and the others go on
        why = ours(f"{type(error).__name__}: {error}")
        log.warning("delivery %s to %s failed: %s", message.key, message.target, why)
        return Sent(taken, error=error)


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
                channel, now = self._channels[target], self._clock()
                done = run_target(self._database, target, channel, now, self._stopping)
                pause = 0.0 if done else IDLE_SECONDS
            except Exception:  # the database may be away for a while
                log.exception("the delivery worker of %s met an error and goes on", target)
                pause = TROUBLED_SECONDS
