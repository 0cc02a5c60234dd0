"""How many messages arrived is kept, and is what a count of all of them finds."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from server.db import Database
from server.delivery import queries, services, tally
from server.delivery.channels import Refused, Unreachable
from server.delivery.models import Arrived, Delivery
from server.delivery.simulated import SimulatedReceiver, SimulatedWholesaler
from server.delivery.worker import run_once
from server.rows import insert_rows
from tests.server.statements import asked

pytestmark = pytest.mark.engines
Outbox = Any
NUMBERS = count()
TROUBLE = st.lists(
    st.sampled_from((Refused("no"), Unreachable("away"), TimeoutError("slow"))), max_size=3
)
ROUNDS = st.lists(st.tuples(st.integers(0, 4), TROUBLE, st.booleans(), st.booleans()), max_size=4)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=ROUNDS)
def test_what_is_kept_is_what_a_count_finds_whatever_went_wrong(
    database: Database, outbox: Outbox, now: datetime,
    rounds: list[tuple[int, list[Exception], bool, bool]],
) -> None:  # fmt: skip
    for hour, (messages, trouble, in_place, again) in enumerate(rounds):
        outbox.put(*(f"k{next(NUMBERS)}" for _ in range(messages)), subject=f"s{next(NUMBERS)}")
        receiver = (SimulatedWholesaler if in_place else SimulatedReceiver)(list(trouble))
        at = now + timedelta(hours=hour)
        run_once(database, {"records": receiver}, at)
        with database.write() as session:
            if again:
                services.send_all_again(session, "records", by="user:lan", now=at)
        with database.read() as session:
            assert tally.differences(session) == {}
            there = dict(
                session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()
            )
            load = queries.loads(session).get("records", queries.Load())
        said = {"waiting": load.waiting, "dead": load.dead, "delivered": load.delivered}
        assert {state: number for state, number in said.items() if number} == there


def delivered(database: Database, target: str, number: int, now: datetime) -> None:
    """Put messages there that arrived, past what keeps count of them."""
    rows = [
        {"target": target, "key": f"{target}/{each}", "subject": "an", "place": "", "version": each,
         "payload": "{}", "state": "delivered", "attempts": 1, "next_try_at": now,
         "last_error": None, "lease": None, "leased_until": None, "receipt": "r",
         "created_at": now, "delivered_at": now}
        for each in range(number)
    ]  # fmt: skip
    with database.write() as session:
        insert_rows(session, Delivery, rows)


def test_a_wrong_count_is_found_and_mended(database: Database, now: datetime) -> None:
    delivered(database, "cdc", 3, now)
    delivered(database, "tram", 2, now)
    with database.write() as session:
        tally.add(session, "tram", 2)
        tally.add(session, "gone", 1)
    with database.write() as session:
        assert tally.differences(session) == {"cdc": (0, 3), "gone": (1, 0)}
        tally.recount(session)
        assert tally.differences(session) == {}
        assert tally.kept(session) == {"cdc": 3, "gone": 0, "tram": 2}
        session.execute(update(Arrived).where(Arrived.target == "tram").values(count=7))
        assert tally.differences(session) == {"tram": (7, 2)}


def test_what_each_target_has_is_told_without_a_look_at_all_messages(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("the plan of one database is enough")
    with asked(database) as found, database.read() as session:
        queries.loads(session)
    with database.engine.connect() as connection:
        steps = [
            row[3]
            for statement, given_ in found
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given_)
        ]
    over_messages = [step for step in steps if " delivery " in f"{step} "]
    assert over_messages
    assert all("ix_delivery_" in step for step in over_messages), steps  # of what did not arrive


def test_what_arrived_last_is_looked_for_among_the_newest_messages(
    database: Database, now: datetime
) -> None:
    delivered(database, "cdc", 3, now)
    delivered(database, "tram", 2, now)
    with asked(database) as found, database.read() as session:
        last = queries.messages(session, "cdc", "delivered", limit=2)
        every = queries.messages(session, "tram", "delivered", limit=9)
    assert [each.key for each in last] == ["cdc/2", "cdc/1"]
    assert [each.key for each in every] == ["tram/1", "tram/0"]
    if database.engine.dialect.name == "sqlite":
        [(statement, given_), *_] = [each for each in found if "delivery.id >" in each[0]]
        with database.engine.connect() as connection:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given_).all()
        assert [row[3] for row in steps] == ["SEARCH delivery USING INTEGER PRIMARY KEY (rowid>?)"]
