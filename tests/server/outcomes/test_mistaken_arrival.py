"""What was found in another tube, and went with its mistaken arrival, makes nobody late."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.within import ANYWHERE
from server.lab import arrivals, recalls
from server.lab.services import Finding, enter_result, receive_tube
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.gate import ResultHeld
from server.sampling.decision_models import Matter
from tests.server.outcomes.test_holds import LAN, Day, day, tested

__all__ = ["day", "tested"]
pytestmark = pytest.mark.engines
HOUR = timedelta(hours=1)
FOUND = ("nothing", "found", "recalled first")


def mistaken(day: Day, what: str) -> Any:
    """Return a tube that nobody was given yet; at the bench its code was taken for another's."""
    tube, session = day.scene.tube(), day.scene.session
    receive_tube(session, tube, box="H", by=LAN, now=day.scene.now)
    said: dict[str, Any] = {"reason": "quét nhầm ống khác", "by": LAN}
    if what != "nothing":
        positive = Finding(Call.POSITIVE)
        wrong = enter_result(session, tube, positive, by=LAN, now=day.scene.now)
        day.scene.now += HOUR
        if what == "recalled first":
            recalls.recall_result(session, wrong.id, recalls.Again.RERUN, now=day.scene.now, **said)
    day.scene.now += HOUR
    arrivals.withdraw(session, tube, ANYWHERE, now=day.scene.now, **said)
    return tube


@pytest.mark.parametrize("what", FOUND)
def test_who_is_given_the_tube_then_is_not_late(day: Day, what: str) -> None:
    tube = mistaken(day, what)
    day.pair(tube, hours=2)
    assert queries.callbacks(day.scene.session, done=False) == []
    day.scene.now += HOUR
    day.release(day.result(tube))
    assert day.statuses(tube) == ["negative"]


@pytest.mark.parametrize("what", FOUND)
def test_also_where_a_stations_clock_ran_ahead(day: Day, what: str) -> None:
    tube = mistaken(day, what)
    day.pair(tube, hours=5)
    day.scene.now -= 4 * HOUR
    day.release(day.result(tube))
    assert day.statuses(tube) == ["negative"]


@pytest.mark.parametrize("what", FOUND)
def test_a_pairing_that_is_undone_then_was_not_undone_after_a_result(day: Day, what: str) -> None:
    tube = mistaken(day, what)
    day.void(day.pair(tube))
    assert list(day.scene.session.scalars(select(Matter))) == []


def test_who_is_given_it_after_the_true_one_was_tested_is_late_all_the_same(day: Day) -> None:
    tube = mistaken(day, "found")
    day.scene.now += HOUR
    result = day.result(tube)
    day.pair(tube, hours=2)
    with pytest.raises(ResultHeld, match="already"):
        day.release(result)
    assert day.statuses(tube) == ["resample"]
