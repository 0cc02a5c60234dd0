"""The outbox after the server's clock ran ahead, or came back from far behind."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.db import Database
from server.delivery import circuits, services, taking
from server.delivery.channels import Unreachable
from server.delivery.simulated import SimulatedReceiver
from server.delivery.worker import run_once
from tests.server.statements import asked

pytestmark = pytest.mark.engines

MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)
Outbox = Any


def put(database: Database, subject: str, version: int, now: datetime) -> None:
    with database.write() as session:
        services.enqueue(
            session, target="records", key=f"{subject}/v{version}", subject=subject,
            version=version, payload="{}", now=now,
        )  # fmt: skip


@pytest.mark.parametrize("wrong", [YEAR, 10 * YEAR, HOUR], ids=["a year", "ten years", "an hour"])
def test_what_was_put_in_under_a_clock_that_ran_ahead_goes_out_once_it_is_right(
    database: Database, now: datetime, wrong: timedelta
) -> None:
    put(database, "an", 1, now + wrong)
    put(database, "an", 2, now)  # its correction
    put(database, "binh", 1, now)
    receiver = SimulatedReceiver()
    run_once(database, {"records": receiver}, now)
    assert [key for who, key in receiver.taken if who == "an"] == ["an/v1", "an/v2"]
    assert ("binh", "binh/v1") in receiver.taken


def test_a_message_that_failed_is_left_alone_for_no_longer_than_its_wait(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[TimeoutError("slow")] * 9)
    outbox.put("a")
    for step in range(9):
        run_once(database, {"records": receiver}, now + HOUR * step)
    last = now + HOUR * 8
    assert run_once(database, {"records": receiver}, last + 3 * MINUTE) == 0  # it waits
    assert receiver.calls == 9
    assert run_once(database, {"records": receiver}, last + 16 * MINUTE) == 1


def test_the_lease_of_a_worker_that_died_under_a_clock_that_ran_ahead_is_over(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    outbox.put("a")
    with database.write() as session:
        assert taking.claim(session, target="records", now=now + YEAR)
    with database.write() as session:
        [taken] = taking.claim(session, target="records", now=now)
    assert taken.message.key == "a"
    with database.write() as session:  # a clock beside it, somewhat behind, leaves it its time
        assert not taking.claim(session, target="records", now=now - 4 * MINUTE)


def test_a_target_that_was_away_under_a_clock_that_ran_ahead_is_asked(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedReceiver(script=[Unreachable("no route")] * circuits.TOLERATED)
    for person in range(5):
        outbox.put(f"{person}", subject=str(person))
    run_once(database, {"records": receiver}, now + YEAR)
    with database.read() as session:
        assert circuits.room(session, "records", now=now + YEAR, limit=9) == 0
        assert circuits.room(session, "records", now=now, limit=9) == 1
    assert run_once(database, {"records": receiver}, now) == 5


def test_what_is_due_is_found_by_the_index_of_what_waits(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    outbox.put("a", "b")
    with asked(database) as found, database.read() as session:
        taking.anything_due(session, target="records", now=now)
    [(statement, given)] = [each for each in found if "leased_until" in each[0]]
    sqlite = database.engine.dialect.name == "sqlite"
    with database.engine.connect() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # it is nearly empty
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        rows = connection.exec_driver_sql(f"{explain} {statement}", given).all()
    steps = [str(row[-1]) for row in rows]
    assert any("ix_delivery_queue" in step for step in steps), steps
    assert any("ix_delivery_order" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or "Seq Scan" in step for step in steps), steps
