"""A target that is away, and the absence's end."""

from datetime import datetime, timedelta
from typing import Any

from server.db import Database
from server.delivery import circuits
from server.delivery.channels import Unreachable
from server.delivery.simulated import SimulatedReceiver, SimulatedWholesaler
from server.delivery.worker import run_once

HOUR = timedelta(hours=1)
Outbox = Any


def test_a_target_that_is_away_is_asked_with_one_message_at_a_time(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Unreachable("no route")] * 1000)
    for person in range(30):
        outbox.put(f"{person}", subject=str(person))
    run_once(database, {"records": receiver}, now)
    assert receiver.calls == circuits.TOLERATED
    run_once(database, {"records": receiver}, now + HOUR)
    assert receiver.calls == circuits.TOLERATED + 1


def test_after_a_day_away_everything_arrives_in_order_and_nothing_twice(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Unreachable("no route")] * 10_000)
    for person in range(20):
        outbox.put(f"{person}-1", f"{person}-2", subject=str(person))
    for minute in range(0, 24 * 60, 5):
        run_once(database, {"records": receiver}, now + timedelta(minutes=minute))
    assert receiver.taken == []
    receiver.script.clear()
    assert run_once(database, {"records": receiver}, now + HOUR * 25) == 40
    assert len(set(receiver.taken)) == len(receiver.taken) == 40
    assert all(
        [key for who, key in receiver.taken if who == str(person)] == [f"{person}-1", f"{person}-2"]
        for person in range(20)
    )


def test_messages_that_the_absence_kept_back_lose_no_attempt(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Unreachable("no route")] * 3)
    outbox.put("a")
    run_once(database, {"records": receiver}, now)
    assert (outbox.stored("a").attempts, outbox.stored("a").state) == (0, "waiting")


def test_many_go_at_one_go_and_one_bad_one_stops_only_itself(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedWholesaler(bad="3")
    for person in range(10):
        outbox.put(str(person), subject=str(person))
    assert run_once(database, {"records": receiver}, now) == 9
    assert outbox.stored("3").state == "dead"
    for person in range(10, 20):
        outbox.put(str(person), subject=str(person))
    assert run_once(database, {"records": receiver}, now) == 10
    assert receiver.together == 10


def test_the_time_left_alone_grows_and_ends() -> None:
    pauses = [circuits.pause(failures) for failures in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(0), circuits.LONGEST)
