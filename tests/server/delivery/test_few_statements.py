"""What a run of deliveries that go together asks the database, beside what it carries."""

from datetime import datetime
from typing import Any

import pytest

from server.db import Database
from server.delivery.simulated import SimulatedWholesaler
from server.delivery.worker import run_once
from tests.server.statements import asked

pytestmark = pytest.mark.engines

Outbox = Any
TOGETHER = 7  # is the target there, what is due, twice; when it answered, the note, the sum


def test_a_group_takes_as_few_statements_however_many_go_together(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    run = {"records": SimulatedWholesaler()}
    outbox.put("first")
    assert run_once(database, run, now) == 1  # what a target is asked for the first time
    for count in (1, 60):
        for person in range(count):
            outbox.put(f"{count}/{person}", subject=f"{count}/{person}")
        with asked(database) as statements:
            assert run_once(database, run, now) == count
        told = [each for each, _ in statements if not each.startswith("BEGIN")]
        assert len(told) <= TOGETHER, told


def test_a_later_version_goes_in_the_next_group_of_the_same_run(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedWholesaler()
    outbox.put("an-1", "an-2", "an-3")
    outbox.put("binh-1", subject="binh")
    assert run_once(database, {"records": receiver}, now) == receiver.together == 4
    assert receiver.taken.index(("an", "an-1")) < receiver.taken.index(("an", "an-2"))
    assert receiver.taken[-1] == ("an", "an-3")
    assert outbox.stored("an-3").delivered_at == now


def test_after_one_that_goes_alone_the_rest_go_together_again(
    database: Database, outbox: Outbox, now: datetime
) -> None:
    receiver = SimulatedWholesaler(bad="binh-1")
    outbox.put("an-1", "an-2")
    outbox.put("binh-1", subject="binh")
    assert run_once(database, {"records": receiver}, now) == 2
    assert receiver.together == 1
    assert (outbox.stored("binh-1").state, outbox.stored("an-2").receipt) == ("dead", "r:an-2")
