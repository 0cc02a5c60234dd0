"""A tube that was elsewhere before, heard of late, frees nothing that was found here."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from contract.tubes import Tube
from server.accounts.models import User
from server.accounts.within import Within
from server.lab import moves, queries, receptions, runs
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Call, Rejection
from server.outcomes.facts import facts_of
from server.outcomes.known import late_pairings
from tests.server.lab.test_arrivals import HERE, LAN, MINH, THERE, XA, came, people, take_back
from tests.server.lab.test_withdrawn_behind import SAID, busy

__all__ = ["people"]
pytestmark = pytest.mark.engines
MINUTE = timedelta(minutes=1)


class Day:
    """An arrival is taken back, a run is noted, the tube comes; it was elsewhere before the run."""

    def __init__(self, scene: Any, record: Any) -> None:
        self.scene, self.tube = scene, came(scene)
        busy(scene, 1)
        take_back(scene, self.tube)
        self.there: datetime = scene.now + MINUTE
        self.early: datetime = scene.now + 2 * MINUTE
        scene.now += 20 * MINUTE
        self.run = record(scene, {self.tube: ("", "", "25.1")}, lab=HERE)
        scene.now += 20 * MINUTE
        receive_tube(scene.session, self.tube, box="H2", by=LAN, now=scene.now)
        scene.now += 20 * MINUTE

    def confirm(self) -> None:
        said = {self.tube: runs.Confirmed(Call.NEGATIVE)}
        runs.confirm_calls(self.scene.session, self.run.id, said, by=LAN, now=self.scene.now)

    def hear_there(self) -> None:
        self.hear(self.there, box="X", by=XA, moved=True)

    def hear_here(self) -> None:
        self.hear(self.early, box="H2", by="station:nhan", moved=True)

    def hear(self, at: datetime, **said: Any) -> None:
        receive_tube(self.scene.session, self.tube, now=self.scene.now, arrived=at, **said)

    def held(self) -> list[moves.Odd]:
        return list(moves.held_by_it(self.scene.session, self.tube).values())


def reception(scene: Any, tube: Tube) -> Any:
    return queries.reception_of(scene.session, tube)


@pytest.mark.parametrize("acts", list(permutations(["confirm", "hear_there"])))
def test_what_was_found_here_before_it_came_here_waits_for_a_word_wherever_it_was_before(
    people: Any, record: Any, acts: tuple[str, ...]
) -> None:
    day = Day(people, record)
    for act in acts:
        getattr(day, act)()
    assert day.held() == [moves.Odd.BEFORE]
    [result] = queries.results_of(people.session, day.tube)
    assert moves.found_before(people.session, day.tube, HERE) == [result]
    assert reception(people, day.tube).at == day.there, "whoever was given it since was late"
    moves.say_it_is_of_it(people.session, result.id, now=people.now, **SAID)
    assert day.held() == []


@pytest.mark.parametrize("acts", list(permutations(["confirm", "hear_there", "hear_here"])))
def test_where_a_station_of_here_says_that_it_came_here_before_the_run_that_counts(
    people: Any, record: Any, acts: tuple[str, ...]
) -> None:
    day = Day(people, record)
    for act in acts:
        getattr(day, act)()
    assert day.held() == []


def test_a_rejection_that_is_undone_forgets_nothing_of_it(people: Any, record: Any) -> None:
    day = Day(people, record)
    day.hear_there()
    reject_tube(people.session, day.tube, Rejection.LEAKING, by=LAN, now=people.now)
    receptions.undo_rejection(people.session, day.tube, note="không rò", by=LAN, now=people.now)
    assert (reception(people, day.tube).at, reception(people, day.tube).by) == (day.there, LAN)
    day.confirm()
    assert day.held() == [moves.Odd.BEFORE]


@pytest.mark.parametrize("own_time", ["kept", "from before that was kept"])
def test_nobody_stays_late_by_an_arrival_elsewhere_that_was_a_mistake(
    people: Any, own_time: str
) -> None:
    session, there = people.session, people.now
    tube: Tube = people.tube()
    people.now += 60 * MINUTE
    people.pair(tube, people.person())
    people.now += 60 * MINUTE
    here = people.now
    receive_tube(session, tube, box="H2", by=LAN, now=here)
    people.now += 20 * MINUTE
    receive_tube(session, tube, box="X", by=XA, now=people.now, arrived=there, moved=True)
    assert len(late_pairings(facts_of(session, tube))) == 1
    if own_time != "kept":
        reception(people, tube).own_at = None
    take_back(people, tube, Within.of([THERE]), by=XA)
    assert late_pairings(facts_of(session, tube)) == set()
    assert (reception(people, tube).at, reception(people, tube).own_at) == (here, None)


def test_that_it_came_here_stands_though_who_noted_it_works_now_where_it_never_was(
    people: Any,
) -> None:
    session, tube = people.session, came(people)
    [here] = receptions.standing_steps(session, tube)
    lan = session.scalars(select(User).where(User.login == "lan")).one()
    lan.place = THERE
    receive_tube(session, tube, box="X", by=XA, now=people.now + MINUTE, moved=True)
    take_back(people, tube, Within.of([THERE]), by=XA)
    assert receptions.standing_steps(session, tube) == [here]


def test_who_rejected_it_on_sight_received_it_here_once_that_is_undone_and_not_who_had_it_before(
    people: Any,
) -> None:
    session, there = people.session, people.now
    tube: Tube = people.tube()
    people.now += 60 * MINUTE
    people.pair(tube, people.person())
    people.now += 60 * MINUTE
    reject_tube(session, tube, Rejection.LEAKING, by=LAN, now=people.now)
    people.now += MINUTE
    receptions.hear_of_arrival(session, tube, there, box="X", by=XA, now=people.now)
    receptions.undo_rejection(session, tube, note="không rò", by=LAN, now=people.now)
    assert reception(people, tube).by == LAN
    receive_tube(session, tube, box="X", by=XA, now=people.now, moved=True)
    assert len(late_pairings(facts_of(session, tube))) == 1
    take_back(people, tube, Within.of([THERE]), by=XA)
    assert late_pairings(facts_of(session, tube)) == set()


def test_a_rejection_that_is_undone_leaves_who_received_it_here_though_they_work_elsewhere_now(
    people: Any, record: Any
) -> None:
    day = Day(people, record)
    day.hear_there()
    here = reception(people, day.tube).own_at
    people.session.scalars(select(User).where(User.login == "lan")).one().place = THERE
    reject_tube(people.session, day.tube, Rejection.LEAKING, by=MINH, now=people.now)
    receptions.undo_rejection(people.session, day.tube, note="không rò", by=MINH, now=people.now)
    left = reception(people, day.tube)
    assert (left.at, left.own_at, left.by) == (day.there, here, LAN)


def test_that_it_came_here_stands_too_while_it_is_rejected_here(people: Any) -> None:
    session, tube = people.session, came(people)
    first = reception(people, tube).at
    session.scalars(select(User).where(User.login == "lan")).one().place = THERE
    people.now += MINUTE
    receive_tube(session, tube, box="X", by=XA, now=people.now, moved=True)
    reject_tube(session, tube, Rejection.LEAKING, by=MINH, now=people.now)
    take_back(people, tube, Within.of([THERE]), by=XA)
    people.now += MINUTE
    receptions.undo_rejection(session, tube, note="không rò", by=MINH, now=people.now)
    left = reception(people, tube)
    assert (left.at, left.by) == (first, LAN)
