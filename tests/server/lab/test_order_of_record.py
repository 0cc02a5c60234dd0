"""What was on record before an arrival was taken back is of before, whatever the clocks say."""

from datetime import timedelta
from typing import Any

import pytest

from contract.tubes import Tube
from server.accounts.within import Within
from server.lab import arrivals, moves, queries, refusals, runs
from server.lab.plates import keying
from server.lab.plates import services as plates
from server.lab.plates.geometry import Fill
from server.lab.results import Finding, enter_result
from server.lab.services import receive_tube
from server.lab.words import Call
from tests.server.lab.test_arrivals import HERE, LAN, THERE, XA, came, people, take_back
from tests.server.lab.test_withdrawn_behind import busy, refused

__all__ = ["people"]
pytestmark = pytest.mark.engines
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# How far the clock by which the run was noted is ahead of the one of the withdrawal.
AHEADS = pytest.mark.parametrize("ahead", [3 * MINUTE, HOUR])


def comes_anew(scene: Any, tube: Tube) -> None:
    scene.now += 10 * MINUTE
    receive_tube(scene.session, tube, box="H2", by=LAN, now=scene.now)
    scene.now += 10 * MINUTE


@AHEADS
@pytest.mark.parametrize("later", [10 * MINUTE, 3 * HOUR])
def test_a_run_that_another_clock_noted_later_is_not_confirmed_for_the_tube_that_comes(
    people: Any, record: Any, ahead: timedelta, later: timedelta
) -> None:
    tube = came(people)
    busy(people, 1)
    people.now += ahead
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    people.now += MINUTE - ahead
    take_back(people, tube)
    assert not run.unconfirmed
    comes_anew(people, tube)
    people.now += later
    assert refused(people, run, tube)
    assert not run.unconfirmed
    true = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P2")
    assert true.unconfirmed
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    [result] = runs.confirm_calls(people.session, true.id, said, by=LAN, now=people.now).entered
    assert moves.held_by_it(people.session, tube) == {}
    assert queries.results_of(people.session, tube) == [result]


@pytest.mark.parametrize("ahead", [0 * MINUTE, HOUR / 2])
@pytest.mark.parametrize("gone", [HERE, THERE])
def test_a_run_of_before_the_new_arrival_waits_for_a_word_however_far_its_clock_is_ahead(
    people: Any, record: Any, ahead: timedelta, gone: str
) -> None:
    tube = came(people, by=LAN if gone == HERE else XA)
    busy(people, 1)
    take_back(people, tube, Within.of([gone]))
    people.now += MINUTE + ahead
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    people.now += MINUTE - ahead
    receive_tube(people.session, tube, box="H2", by=LAN, now=people.now)
    people.now += 5 * MINUTE
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    [result] = runs.confirm_calls(people.session, run.id, said, by=LAN, now=people.now).entered
    assert moves.held_by_it(people.session, tube) == {result: moves.Odd.BEFORE}
    moves.say_it_is_of_it(
        people.session, result.id, reason="ống nằm ở đây", by="user:bac", now=people.now
    )
    assert moves.held_by_it(people.session, tube) == {}


def test_a_run_of_before_is_free_where_a_station_says_itself_that_the_tube_came_first(
    people: Any, record: Any
) -> None:
    tube = came(people)
    busy(people, 1)
    take_back(people, tube)
    scanned = people.now + MINUTE
    people.now = scanned + MINUTE
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    people.now += MINUTE
    receive_tube(people.session, tube, box="H2", by=LAN, now=people.now, arrived=scanned)
    assert not refused(people, run, tube)
    assert moves.held_by_it(people.session, tube) == {}


@AHEADS
def test_a_plate_that_another_clock_noted_later_is_not_keyed_for_the_tube_that_comes(
    people: Any, ahead: timedelta
) -> None:
    session, tube = people.session, came(people)
    busy(people, 1)
    people.now += ahead
    plate = plates.new_plate(session, "96-none", Fill.ROWS, title="", by=LAN, now=people.now)
    plates.place_tube(session, plate.id, tube, by=LAN, now=people.now)
    people.now += MINUTE - ahead
    take_back(people, tube)
    comes_anew(people, tube)
    plates.move(session, plate.id, "A1", "B1", by=LAN, now=people.now)
    plates.lock(session, plate.id, by=LAN, now=people.now)
    people.now += ahead
    said = {"B1": Finding(Call.POSITIVE)}
    done = keying.enter_calls(
        session, plate.id, said, others=None, by=LAN, now=people.now, place=HERE
    )
    assert [(well, each.code) for well, each in done.refused] == [("B1", "arrival-taken-back")]


def test_a_tube_put_on_a_plate_of_before_once_more_is_keyed(people: Any) -> None:
    session, tube = people.session, came(people)
    plate = plates.new_plate(session, "96-none", Fill.ROWS, title="", by=LAN, now=people.now)
    plates.place_tube(session, plate.id, tube, by=LAN, now=people.now)
    people.now += MINUTE
    take_back(people, tube)
    comes_anew(people, tube)
    plates.clear(session, plate.id, "A1", by=LAN, now=people.now)
    plates.place_tube(session, plate.id, tube, by=LAN, now=people.now)
    plates.lock(session, plate.id, by=LAN, now=people.now)
    said = {"A1": Finding(Call.POSITIVE)}
    done = keying.enter_calls(
        session, plate.id, said, others=None, by=LAN, now=people.now, place=HERE
    )
    assert (done.entered, done.refused) == (1, ())


def test_a_run_is_not_confirmed_where_the_arrival_was_taken_back_by_a_clock_that_was_behind(
    people: Any, record: Any
) -> None:
    tube = came(people)
    busy(people, 1)
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    people.now += 5 * MINUTE - HOUR / 2
    take_back(people, tube)
    people.now += HOUR / 2
    comes_anew(people, tube)
    assert refused(people, run, tube)


def test_nobody_is_refused_by_what_another_laboratory_took_back(people: Any, record: Any) -> None:
    """That one read its tube itself."""
    tube = came(people)
    receive_tube(people.session, tube, box="H9", by="user:xa", now=people.now, moved=True)
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    (there,) = (each for each in moves.moves_of(people.session, tube))
    arrivals.withdraw(
        people.session, tube, arrivals.Within.of([there.lab]), reason="x", by="user:xa",
        now=people.now - MINUTE,
    )  # fmt: skip
    assert not refused(people, run, tube)


def test_what_is_entered_after_it_is_taken(people: Any) -> None:
    tube = came(people)
    take_back(people, tube)
    with pytest.raises(refusals.ArrivalTakenBack):
        enter_result(people.session, tube, Finding(Call.NEGATIVE), by=LAN, now=people.now, lab=HERE)
    comes_anew(people, tube)
    enter_result(people.session, tube, Finding(Call.NEGATIVE), by=LAN, now=people.now, lab=HERE)


@pytest.mark.parametrize("place", ["the same laboratory", "a wider name"])
def test_a_run_of_other_tubes_stays_to_be_confirmed_whosever_arrival_is_taken_back(
    people: Any, record: Any, place: str
) -> None:
    tubes, other = [came(people) for _ in range(2)], came(people)
    lab = HERE if place == "the same laboratory" else "vn-2021:24"
    run = record(people, dict.fromkeys(tubes, ("", "", "25.1")), lab=lab)
    record(people, {other: ("", "", "25.1")}, lab=HERE, plate="P2")
    people.now += MINUTE
    take_back(people, other)
    runs.review(people.session, run)
    assert run.unconfirmed
    said = {tubes[0]: runs.Confirmed(Call.NEGATIVE)}
    assert runs.confirm_calls(people.session, run.id, said, by=LAN, now=people.now).entered
    assert run.unconfirmed, "the second tube waits"
