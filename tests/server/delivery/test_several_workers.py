"""Several delivery workers at one outbox: nothing twice, and each subject's messages in order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, Lock
from typing import Any

import pytest

from server.config import Settings
from server.db import Database, open_database
from server.delivery import taking
from server.delivery.simulated import SimulatedReceiver, SimulatedWholesaler
from server.delivery.worker import run_once

WORKERS, SUBJECTS, VERSIONS = 4, 40, 5


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def workers(settings: Settings, database: Database) -> Iterator[list[Database]]:
    opened = [open_database(settings.database_url) for _ in range(WORKERS)]
    yield opened
    for each in opened:
        each.engine.dispose()


@dataclass
class Watched(SimulatedReceiver):
    """Keeps every call, also one that says what was said before."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        with self.lock:
            self.heard.append((subject, key))
            return super().deliver(subject, key, payload)


def fill(outbox: Any) -> list[tuple[str, str]]:
    every = [(f"s{n}", f"s{n}/v{v}") for n in range(SUBJECTS) for v in range(VERSIONS)]
    for n in range(SUBJECTS):
        outbox.put(*(key for subject, key in every if subject == f"s{n}"), subject=f"s{n}")
    return every


def until_empty(database: Database, receiver: SimulatedReceiver, now: datetime) -> int:
    arrived = 0
    for _ in range(200):  # another may have in hand what comes before what is left
        arrived += run_once(database, {"records": receiver}, now)
        with database.read() as session:
            if not taking.anything_due(session, target="records", now=now):
                break
    return arrived


@pytest.mark.parametrize("receiver", [Watched(), SimulatedWholesaler()], ids=["sent", "in-place"])
def test_each_message_goes_once_and_after_the_one_before(
    workers: list[Database], outbox: Any, now: datetime, receiver: SimulatedReceiver
) -> None:
    every = fill(outbox)
    with ThreadPoolExecutor(WORKERS) as pool:
        arrived = list(pool.map(lambda each: until_empty(each, receiver, now), workers))
    assert sum(arrived) == len(every)
    said = receiver.heard if isinstance(receiver, Watched) else receiver.taken
    assert sorted(said) == sorted(every)
    for n in range(SUBJECTS):
        assert [key for subject, key in said if subject == f"s{n}"] == [
            key for subject, key in every if subject == f"s{n}"
        ]


def test_workers_do_not_wait_for_each_other(
    workers: list[Database], outbox: Any, now: datetime
) -> None:
    outbox.put("a", subject="a")
    outbox.put("b", subject="b")
    with workers[0].write() as first, workers[1].write() as second:
        one = taking.claim(first, target="records", now=now, limit=1)
        other = taking.claim(second, target="records", now=now, limit=1)
    assert [each.message.key for each in one + other] == ["a", "b"]


def test_what_a_killed_worker_had_in_hand_goes_again_later_and_in_order(
    workers: list[Database], outbox: Any, now: datetime
) -> None:
    """It was sent and not noted: it comes a second time under its key, before the next one."""
    receiver = Watched()
    outbox.put("a1", "a2", subject="a")
    with workers[0].write() as session:
        [taken] = taking.claim(session, target="records", now=now)
    receiver.deliver("a", taken.message.key, "{}")
    assert run_once(workers[1], {"records": receiver}, now) == 0
    assert run_once(workers[1], {"records": receiver}, now + taking.LEASE) == 2
    assert receiver.heard == [("a", "a1"), ("a", "a1"), ("a", "a2")]
    assert receiver.taken == [("a", "a1"), ("a", "a2")]


def test_many_that_find_a_new_target_away_note_it_together(
    workers: list[Database], outbox: Any, now: datetime
) -> None:
    from server.delivery import circuits

    at_once = Barrier(WORKERS)

    def note(database: Database) -> None:
        with database.write() as session:
            at_once.wait(20)
            circuits.was_away(session, "cdc", "no route", now=now)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(note, workers))
    with workers[0].read() as session:
        assert circuits.of(session, ["cdc"])["cdc"].failures == WORKERS
        assert circuits.room(session, "cdc", now=now + timedelta(seconds=1), limit=9) == 0
