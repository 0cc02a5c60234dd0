"""One message of many that is not let through, or answered oddly; a worker that is to stop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from server.db import Database
from server.delivery import circuits
from server.delivery.channels import Message, Unreachable
from server.delivery.noting import ATTEMPTS
from server.delivery.simulated import SimulatedReceiver
from server.delivery.worker import run_once, run_target

pytestmark = pytest.mark.engines

MINUTE = timedelta(minutes=1)
Outbox = Any


@dataclass
class Guarded(SimulatedReceiver):
    """Something before the receiver lets some messages never through, or puts a word to its answer;
    somebody wants the worker to stop once it has taken something."""

    bad: tuple[str, ...] = ()
    odd: str = ""
    stop: Event = field(default_factory=Event)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        if key in self.bad:
            self.calls += 1
            raise Unreachable("HTTP 403")
        receipt = super().deliver(subject, key, payload)
        self.stop.set()
        return f"{receipt} \0 \x01" if key == self.odd else receipt


@dataclass
class Several(Guarded):
    """It takes several at a time; others are under way with one that is not let through."""

    at_once: int = 4
    asked: int = 0  # with what is not let through
    _turns: Lock = field(default_factory=Lock)

    def look_ahead(self, _messages: Sequence[Message]) -> None:
        """Nothing needs to be gathered."""

    def deliver(self, subject: str, key: str, payload: str) -> str:
        with self._turns:
            self.asked += key in self.bad
            return super().deliver(subject, key, payload)


def put(outbox: Outbox, persons: int) -> None:
    for person in range(persons):
        outbox.put(str(person), subject=str(person))


@pytest.mark.parametrize("bad", [("0",), ("0", "1", "2", "3", "7")], ids=["one", "some"])
def test_what_never_gets_through_holds_nobody_elses_up_and_waits_itself(
    database: Database, outbox: Outbox, now: datetime, bad: tuple[str, ...]
) -> None:
    receiver = Guarded(bad=bad)
    put(outbox, 20)
    outbox.put("0-2", subject="0")  # its own later version waits with it
    for second in range(0, 5 * 60, 5):
        run_once(database, {"records": receiver}, now + timedelta(seconds=second))
    assert len(receiver.taken) == 20 - len(bad)
    assert (outbox.stored("0").state, outbox.stored("0").attempts) == ("waiting", 0)
    receiver.bad = ()
    assert run_once(database, {"records": receiver}, now + MINUTE * 20) == len(bad) + 1
    assert receiver.taken[-1] == ("0", "0-2")


def test_where_others_get_through_with_it_what_never_does_is_not_tried_between_any_few(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    """The filter before a receiver was asked with it ninety times among 400."""
    receiver = Several(bad=("5",))
    put(outbox, 100)
    for second in range(0, 3 * 60, 5):
        run_once(database, {"records": receiver}, now + timedelta(seconds=second))
    assert len(receiver.taken) == 99
    assert receiver.asked <= 12  # three tries until it is left alone, then now and then
    receiver.bad = ()
    assert run_once(database, {"records": receiver}, now + MINUTE * 20) == 1


def test_the_only_one_that_waits_is_sent_as_soon_as_its_target_may_be_asked(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = Guarded(bad=("0",))
    put(outbox, 1)
    run_once(database, {"records": receiver}, now)
    receiver.bad = ()
    later = now + circuits.pause(circuits.TOLERATED)
    assert run_once(database, {"records": receiver}, later) == 1


def test_a_word_that_no_database_takes_in_an_answer_keeps_no_receipt_from_being_noted(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    put(outbox, 3)
    assert run_once(database, {"records": Guarded(odd="1")}, now) == 3
    assert outbox.stored("1").receipt == "r:1  \x01"


def test_what_is_the_trouble_of_our_own_database_loses_no_message_a_try(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    lost = OperationalError("SELECT", None, ConnectionError("gone"))
    receiver = SimulatedReceiver(script=[lost] * 2 * ATTEMPTS)
    put(outbox, 1)
    for minute in range(2 * ATTEMPTS):
        run_once(database, {"records": receiver}, now + MINUTE * minute)
    assert (outbox.stored("0").state, outbox.stored("0").attempts) == ("waiting", 0)
    assert run_once(database, {"records": receiver}, now + MINUTE * 60) == 1


def test_a_worker_that_is_to_stop_gives_back_what_it_has_not_sent(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = Guarded()
    put(outbox, 5)
    assert run_target(database, "records", receiver, now, receiver.stop) == 1
    assert receiver.taken == [("0", "0")]
    assert [outbox.stored(str(person)).lease for person in range(1, 5)] == [None] * 4
    assert run_once(database, {"records": receiver}, now) == 4  # another takes it up at once
