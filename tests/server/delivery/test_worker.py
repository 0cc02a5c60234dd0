"""The outbox under every fault that a receiver or a worker can have."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select

from server.db import Database
from server.delivery import backoff, circuits, services
from server.delivery.channels import Message, Refused, Unreachable
from server.delivery.models import Delivery
from server.delivery.worker import DeliveryWorker, hand_over, note, run_once

HOUR = timedelta(hours=1)


@dataclass
class Receiver:
    """Keeps what it took, once for each key; fails as its script says, then works."""

    script: list[Exception] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    arrived: Event = field(default_factory=Event)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        self.calls += 1
        if self.script:
            raise self.script.pop(0)
        if (subject, key) not in self.taken:
            self.taken.append((subject, key))
        self.arrived.set()
        return f"r:{key}"


def put(database: Database, *keys: str, now: datetime, subject: str = "an") -> None:
    with database.write() as session:
        for version, key in enumerate(keys, 1):
            services.enqueue(
                session,
                target="records",
                key=key,
                subject=subject,
                version=version,
                payload="{}",
                now=now,
            )


def stored(database: Database, key: str) -> Delivery:
    with database.read() as session:
        return session.scalars(select(Delivery).where(Delivery.key == key)).one()


def test_what_is_put_in_arrives_once(database: Database, now: datetime) -> None:
    receiver = Receiver()
    put(database, "a", "b", now=now)
    assert run_once(database, {"records": receiver}, now) == 2
    assert run_once(database, {"records": receiver}, now) == 0
    assert receiver.taken == [("an", "a"), ("an", "b")]
    assert stored(database, "a").receipt == "r:a"
    assert stored(database, "a").delivered_at == now


def test_a_key_is_put_in_once(database: Database, now: datetime) -> None:
    put(database, "a", now=now)
    with pytest.raises(Exception, match="UNIQUE"):
        put(database, "a", now=now)


def test_a_later_version_waits_for_the_earlier(database: Database, now: datetime) -> None:
    receiver = Receiver(script=[TimeoutError("slow")])
    put(database, "an-1", "an-2", now=now)
    put(database, "binh-1", now=now, subject="binh")
    assert run_once(database, {"records": receiver}, now) == 1
    assert receiver.taken == [("binh", "binh-1")]
    assert run_once(database, {"records": receiver}, now + HOUR) == 2
    assert receiver.taken[1:] == [("an", "an-1"), ("an", "an-2")]


def test_a_receiver_that_is_away_for_days_loses_nothing(database: Database, now: datetime) -> None:
    receiver = Receiver(script=[Unreachable("no route")] * 200)
    put(database, "a", now=now)
    for hour in range(72):
        run_once(database, {"records": receiver}, now + HOUR * hour)
    assert stored(database, "a").state == "waiting"
    receiver.script.clear()
    assert run_once(database, {"records": receiver}, now + HOUR * 73) == 1


def test_a_message_that_always_fails_stops_where_a_person_sees_it(
    database: Database, now: datetime
) -> None:
    receiver = Receiver(script=[ValueError("500")] * services.ATTEMPTS)
    put(database, "a", "b", now=now)
    for hour in range(services.ATTEMPTS + 3):
        run_once(database, {"records": receiver}, now + HOUR * hour)
    dead = stored(database, "a")
    assert (dead.state, dead.attempts) == ("dead", services.ATTEMPTS)
    assert dead.last_error == "ValueError: 500"
    assert receiver.taken == []


def test_a_refusal_is_final_until_a_person_sends_again(database: Database, now: datetime) -> None:
    receiver = Receiver(script=[Refused("no such person")])
    put(database, "a", "b", now=now)
    run_once(database, {"records": receiver}, now)
    dead = stored(database, "a")
    assert dead.state == "dead"
    with database.write() as session:
        services.send_again(session, dead.id, by="user:hoa", now=now)
    assert run_once(database, {"records": receiver}, now) == 2
    assert receiver.taken == [("an", "a"), ("an", "b")]
    with database.write() as session, pytest.raises(services.NotDead):
        services.send_again(session, dead.id, by="user:hoa", now=now)


def test_what_is_set_aside_lets_the_next_go(database: Database, now: datetime) -> None:
    receiver = Receiver(script=[Refused("no")])
    put(database, "a", "b", now=now)
    run_once(database, {"records": receiver}, now)
    with database.write() as session:
        services.set_aside(
            session, stored(database, "a").id, reason="gõ tay rồi", by="user:hoa", now=now
        )
    assert run_once(database, {"records": receiver}, now) == 1
    assert receiver.taken == [("an", "b")]


def test_a_worker_that_dies_before_it_notes_sends_again_to_no_effect(
    database: Database, now: datetime
) -> None:
    receiver = Receiver()
    put(database, "a", "b", now=now)
    with database.write() as session:
        [claimed] = services.claim(session, target="records", now=now)
    hand_over(receiver, claimed)  # and here the power fails
    assert run_once(database, {"records": receiver}, now) == 0
    assert run_once(database, {"records": receiver}, now + services.LEASE) == 2
    assert receiver.taken == [("an", "a"), ("an", "b")]
    assert receiver.calls == 3


def test_a_worker_that_comes_back_late_notes_nothing(database: Database, now: datetime) -> None:
    receiver = Receiver()
    put(database, "a", now=now)
    with database.write() as session:
        [slow] = services.claim(session, target="records", now=now)
    later = now + services.LEASE
    run_once(database, {"records": receiver}, later)
    with database.write() as session:
        assert not note(session, hand_over(receiver, slow), later + HOUR)
    assert stored(database, "a").delivered_at == later


def test_two_workers_never_hold_the_same_message(database: Database, now: datetime) -> None:
    for person in range(30):
        put(database, f"{person}-1", f"{person}-2", now=now, subject=str(person))
    with database.write() as session:
        first = {each.id for each in services.claim(session, target="records", now=now, limit=20)}
    with database.write() as session:
        second = {each.id for each in services.claim(session, target="records", now=now, limit=20)}
    assert (len(first), len(second)) == (20, 10)
    assert not first & second


def test_another_targets_trouble_is_its_own(database: Database, now: datetime) -> None:
    put(database, "a", now=now)
    assert run_once(database, {"elsewhere": Receiver()}, now) == 0
    assert stored(database, "a").state == "waiting"


def test_waits_grow_and_end() -> None:
    for attempts in range(1, 40):
        full = min(backoff.LONGEST, backoff.FIRST * 2 ** min(attempts - 1, 20))
        assert full / 2 <= backoff.wait(attempts) <= full


def test_the_thread_delivers_and_stops(database: Database, now: datetime) -> None:
    receiver = Receiver()
    put(database, "a", now=now)
    worker = DeliveryWorker(database, {"records": receiver}, lambda: now)
    worker.start()
    assert receiver.arrived.wait(timeout=30)
    worker.stop()
    assert stored(database, "a").state == "delivered"


def test_a_target_that_is_away_is_asked_with_one_message_at_a_time(
    database: Database, now: datetime
) -> None:
    receiver = Receiver(script=[Unreachable("no route")] * 1000)
    for person in range(30):
        put(database, f"{person}", now=now, subject=str(person))
    run_once(database, {"records": receiver}, now)
    assert receiver.calls == circuits.TOLERATED
    run_once(database, {"records": receiver}, now + HOUR)
    assert receiver.calls == circuits.TOLERATED + 1


def test_after_a_day_away_everything_arrives_in_order_and_nothing_twice(
    database: Database, now: datetime
) -> None:
    receiver = Receiver(script=[Unreachable("no route")] * 10_000)
    for person in range(20):
        put(database, f"{person}-1", f"{person}-2", now=now, subject=str(person))
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
    database: Database, now: datetime
) -> None:
    receiver = Receiver(script=[Unreachable("no route")] * 3)
    put(database, "a", now=now)
    run_once(database, {"records": receiver}, now)
    assert (stored(database, "a").attempts, stored(database, "a").state) == (0, "waiting")


@dataclass
class Wholesaler(Receiver):
    """Takes many at one go, unless one of them is bad."""

    bad: str = ""
    together: int = 0

    def deliver(self, subject: str, key: str, payload: str) -> str:
        if key == self.bad:
            raise Refused("bad")
        return super().deliver(subject, key, payload)

    def deliver_all(self, messages: Sequence[Message]) -> list[str]:
        if self.bad in {each.key for each in messages}:
            raise Refused("one of them is bad")
        self.together += len(messages)
        return [super(Wholesaler, self).deliver(m.subject, m.key, m.payload) for m in messages]


def test_many_go_at_one_go_and_one_bad_one_stops_only_itself(
    database: Database, now: datetime
) -> None:
    receiver = Wholesaler(bad="3")
    for person in range(10):
        put(database, str(person), now=now, subject=str(person))
    assert run_once(database, {"records": receiver}, now) == 9
    assert stored(database, "3").state == "dead"
    for person in range(10, 20):
        put(database, str(person), now=now, subject=str(person))
    assert run_once(database, {"records": receiver}, now) == 10
    assert receiver.together == 10


def test_the_time_left_alone_grows_and_ends() -> None:
    pauses = [circuits.pause(failures) for failures in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(0), circuits.LONGEST)
