"""The writer: many requests, one commit, and no neighbour harmed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from contract import events
from server.db import Database
from server.intake.applier import Applier, apply_pending
from server.intake.models import StationEpoch, WireEvent
from server.intake.pace import Pace
from server.intake.storing import Busy, Job
from server.intake.upload import Upload, read_upload
from server.intake.writer import Writer

pytestmark = pytest.mark.engines

Sender = Any


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    made.start()
    yield made
    made.stop()


def upload(sender: Sender, *written: bytes) -> Upload:
    return read_upload(sender.name, events.encode_batch(sender.name, list(written)), sender.now)


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(WireEvent)) or 0


def test_many_stations_at_once_are_all_on_the_disk(
    make_sender: Any, database: Database, writer: Writer
) -> None:
    senders = [make_sender(f"ban-{number}") for number in range(8)]

    def day(sender: Sender) -> int:
        return sum(writer.store(upload(sender, sender.write(), sender.write())).new
                   for _ in range(20))  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(day, senders)) == 8 * 40
    assert stored(database) == 8 * 40
    with database.read() as session:
        assert {head.last_seq for head in session.scalars(select(StationEpoch))} == {40}


def test_a_bad_upload_fails_alone(make_sender: Any, database: Database, writer: Writer) -> None:
    """The writer is held up, so that uploads come into one group; one of them is poison."""
    good, ghost = make_sender("ban-1"), make_sender("ban-2")
    ghost.name = "ban-of-nobody"  # no such station: the database itself refuses it
    with ThreadPoolExecutor(8) as pool:
        with writer.turn:
            first = pool.submit(writer.store, upload(good, good.write()))
            poison = pool.submit(writer.store, upload(ghost, ghost.write()))
            second = pool.submit(writer.store, upload(good, good.write()))
        assert first.result().new == 1
        assert second.result().new == 1
        assert poison.exception() is not None
    assert stored(database) == 2
    assert writer.store(upload(good, good.write())).new == 1


def test_a_known_event_in_a_usual_looking_upload_is_found_all_the_same(
    make_sender: Any, database: Database, writer: Writer
) -> None:
    sender = make_sender("ban-1")
    first = sender.write()
    writer.store(upload(sender, first))
    again = sender.write(id=events.decode(first).id)
    outcome = writer.store(upload(sender, again))
    assert (outcome.new, len(outcome.changed)) == (0, 1)
    assert stored(database) == 1


def test_the_writer_says_whether_uploads_come_faster_than_it_writes(
    make_sender: Any, writer: Writer
) -> None:
    """The second upload waits while the first is held up; then nothing waits any more."""
    one, other = make_sender("ban-1"), make_sender("ban-2")
    seen: SimpleQueue[Pace] = SimpleQueue()
    assert writer.pace() is Pace.IDLE
    with writer.turn:
        writer.hand_in(upload(one, one.write()), lambda _: seen.put(writer.pace()))
        while writer.waiting():  # until the writer has taken it
            Event().wait(0.001)
        writer.hand_in(upload(other, other.write()), lambda _: seen.put(writer.pace()))
    assert seen.get(timeout=20) is Pace.RUSH
    assert seen.get(timeout=20) >= Pace.BUSY
    for _ in range(500):
        if writer.pace() <= Pace.STEADY or Event().wait(0.01):
            break
    assert writer.pace() <= Pace.STEADY


def test_a_full_queue_sends_stations_away_for_a_while(
    make_sender: Any, app: Flask, database: Database
) -> None:
    sender = make_sender("ban-1")
    full = Writer(database, capacity=0)
    full.start()
    with pytest.raises(Busy):
        full.store(upload(sender, sender.write()))
    app.extensions["intake"] = (full, None)
    answer = sender.send(sender.write())
    full.stop()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.get_json()["code"] == "busy"
    assert stored(database) == 0


def test_the_queue_has_room_for_so_many_bytes_and_always_for_one_upload(
    make_sender: Any, database: Database
) -> None:
    one, other = make_sender("ban-1"), make_sender("ban-2")
    writer, told = Writer(database, most_bytes=10), SimpleQueue[Job]()
    writer.start()
    with writer.turn:  # the first is being stored, and counts until it is
        writer.hand_in(upload(one, one.write()), told.put)
        while writer.waiting():
            Event().wait(0.001)
        assert writer.full(1)
        with pytest.raises(Busy):
            writer.hand_in(upload(other, other.write()), told.put)
    assert told.get(timeout=20).result()
    while writer.full(1):
        Event().wait(0.001)
    writer.hand_in(upload(other, other.write()), told.put)
    assert told.get(timeout=20).result()
    writer.stop()
    assert stored(database) == 2


def test_a_writer_that_stops_stores_what_waits_and_then_works_at_once(
    make_sender: Any, database: Database
) -> None:
    sender = make_sender("ban-1")
    writer = Writer(database)
    writer.start()
    writer.store(upload(sender, sender.write()))
    writer.stop()
    writer.store(upload(sender, sender.write()))
    assert stored(database) == 2


def test_the_applier_follows_the_writer_by_itself(
    make_sender: Any, database: Database, writer: Writer, now: datetime
) -> None:
    sender = make_sender("ban-1")
    applier = Applier(database, lambda: now, writer)
    applier.start()
    for _ in range(3):
        writer.store(upload(sender, sender.write()))
    deadline, done = Event(), select(func.count()).where(WireEvent.state == "applied")
    for _ in range(500):
        with database.read() as session:
            if session.scalar(done) == 3 or deadline.wait(0.01):
                break
    applier.stop()
    with database.read() as session:
        assert session.scalar(done) == 3
    assert apply_pending(database, now) == 0
