"""The outbox under every fault that a receiver or a worker can have."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.db import Database
from server.delivery import backoff, noting, routes, services, taking
from server.delivery.channels import Message, Refused, Unreachable
from server.delivery.noting import note_all
from server.delivery.routes import Label, Route
from server.delivery.simulated import SimulatedReceiver
from server.delivery.worker import DeliveryWorker, hand_over, run_once

pytestmark = pytest.mark.engines

HOUR = timedelta(hours=1)
Outbox = Any


def test_what_is_put_in_arrives_once(database: Database, outbox: Outbox, now: datetime) -> None:
    receiver = SimulatedReceiver()
    outbox.put("a", "b")
    assert run_once(database, {"records": receiver}, now) == 2
    assert run_once(database, {"records": receiver}, now) == 0
    assert receiver.taken == [("an", "a"), ("an", "b")]
    assert outbox.stored("a").receipt == "r:a"
    assert outbox.stored("a").delivered_at == now


def test_a_key_is_put_in_once(database: Database, outbox: Outbox, now: datetime) -> None:
    outbox.put("a")
    with pytest.raises(Exception, match=r"(?i)unique"):
        outbox.put("a")


def test_who_was_told_before_is_found_among_any_number_of_versions(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    routes.install([Route("records", frozenset({"positive"}))])
    outbox.put("an/v1")
    last = Message("declarations", "an/v70001", "an", 70_001, "{}", before="an/v70000")
    with database.write() as session:
        services.publish(session, [(last, Label("negative", ""))], now=now)
    routes.install([])
    assert outbox.stored("an/v70001", "records").version == 70_001


def test_a_later_version_waits_for_the_earlier(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[TimeoutError("slow")])
    outbox.put("an-1", "an-2")
    outbox.put("binh-1", subject="binh")
    assert run_once(database, {"records": receiver}, now) == 1
    assert receiver.taken == [("binh", "binh-1")]
    assert run_once(database, {"records": receiver}, now + HOUR) == 2
    assert receiver.taken[1:] == [("an", "an-1"), ("an", "an-2")]


def test_a_receiver_that_is_away_for_days_loses_nothing(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Unreachable("no route")] * 200)
    outbox.put("a")
    for hour in range(72):
        run_once(database, {"records": receiver}, now + HOUR * hour)
    assert outbox.stored("a").state == "waiting"
    receiver.script.clear()
    assert run_once(database, {"records": receiver}, now + HOUR * 73) == 1


def test_a_message_that_always_fails_stops_where_a_person_sees_it(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[ValueError("500")] * noting.ATTEMPTS)
    outbox.put("a", "b")
    for hour in range(noting.ATTEMPTS + 3):
        run_once(database, {"records": receiver}, now + HOUR * hour)
    dead = outbox.stored("a")
    assert (dead.state, dead.attempts) == ("dead", noting.ATTEMPTS)
    assert dead.last_error == "ValueError: 500"
    assert receiver.taken == []


def test_a_refusal_is_final_until_a_person_sends_again(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Refused("no such person")])
    outbox.put("a", "b")
    run_once(database, {"records": receiver}, now)
    dead = outbox.stored("a")
    assert dead.state == "dead"
    with database.write() as session:
        services.send_again(session, dead.id, by="user:hoa", now=now)
    assert run_once(database, {"records": receiver}, now) == 2
    assert receiver.taken == [("an", "a"), ("an", "b")]
    with database.write() as session, pytest.raises(services.NotDead):
        services.send_again(session, dead.id, by="user:hoa", now=now)


def test_what_is_set_aside_lets_the_next_go(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Refused("no")])
    outbox.put("a", "b")
    run_once(database, {"records": receiver}, now)
    with database.write() as session:
        services.set_aside(
            session, outbox.stored("a").id, reason="gõ tay rồi", by="user:hoa", now=now
        )
    assert run_once(database, {"records": receiver}, now) == 1
    assert receiver.taken == [("an", "b")]


def test_a_worker_that_dies_before_it_notes_sends_again_to_no_effect(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver()
    outbox.put("a", "b")
    with database.write() as session:
        [claimed] = taking.claim(session, target="records", now=now)
    hand_over(receiver, claimed)  # and here the power fails
    assert run_once(database, {"records": receiver}, now) == 0
    assert run_once(database, {"records": receiver}, now + taking.LEASE) == 2
    assert receiver.taken == [("an", "a"), ("an", "b")]
    assert receiver.calls == 3


def test_a_worker_that_comes_back_late_notes_nothing(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver()
    outbox.put("a")
    with database.write() as session:
        [slow] = taking.claim(session, target="records", now=now)
    later = now + taking.LEASE
    run_once(database, {"records": receiver}, later)
    with database.write() as session:
        assert not note_all(session, "records", [hand_over(receiver, slow)], later + HOUR)
    assert outbox.stored("a").delivered_at == later


def test_two_workers_never_hold_the_same_message(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    for person in range(30):
        outbox.put(f"{person}-1", f"{person}-2", subject=str(person))
    with database.write() as session:
        first = {each.id for each in taking.claim(session, target="records", now=now, limit=20)}
    with database.write() as session:
        second = {each.id for each in taking.claim(session, target="records", now=now, limit=20)}
    assert (len(first), len(second)) == (20, 10)
    assert not first & second


def test_another_targets_trouble_is_its_own(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    outbox.put("a")
    assert run_once(database, {"elsewhere": SimulatedReceiver()}, now) == 0
    assert outbox.stored("a").state == "waiting"


def test_waits_grow_and_end() -> None:
    for attempts in range(1, 40):
        full = min(backoff.LONGEST, backoff.FIRST * 2 ** min(attempts - 1, 20))
        assert full / 2 <= backoff.wait(attempts) <= full


def test_the_thread_delivers_and_stops(database: Database, outbox: Outbox, now: datetime) -> None:
    receiver = SimulatedReceiver()
    outbox.put("a")
    worker = DeliveryWorker(database, {"records": receiver}, lambda: now)
    worker.start()
    assert receiver.arrived.wait(timeout=30)
    worker.stop()
    assert outbox.stored("a").state == "delivered"
