"""An arrival is taken back while the server's clock runs ahead: that does not block the tube."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from contract.tubes import Tube
from server.audit.models import AuditEntry
from server.lab import arrivals, moves, queries, recalls, refusals, runs
from server.lab.models import Result
from server.lab.results import Finding, enter_result, verify_result
from server.lab.services import receive_tube
from server.lab.words import Call
from server.outcomes import gate
from server.outcomes.queries import current_of
from server.outcomes.services import release
from tests.server.lab.test_arrivals import HERE, LAN, MINH, came, people, take_back

__all__ = ["people"]
pytestmark = pytest.mark.engines
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
AHEADS = pytest.mark.parametrize("ahead", [YEAR, 2 * HOUR])
SAID = {"reason": "ống nằm ở đây, đã dò lại mã", "by": "user:bac"}


def taken_back_ahead(scene: Any, ahead: timedelta, *, anew: str = "") -> Tube:
    """Return a tube whose arrival was taken back by a clock that is right again by now."""
    tube = came(scene)
    scene.now += ahead
    take_back(scene, tube)
    if anew == "by the same clock":
        receive_tube(scene.session, tube, box="H2", by=LAN, now=scene.now)
    scene.now += HOUR - ahead
    if anew == "by the right one":
        receive_tube(scene.session, tube, box="H2", by=LAN, now=scene.now)
    return tube


def found(scene: Any, tube: Tube) -> Result:
    negative = Finding(Call.NEGATIVE)
    result = enter_result(scene.session, tube, negative, by=LAN, now=scene.now, lab=HERE)
    return verify_result(scene.session, result.id, by=MINH, now=scene.now)


@AHEADS
@pytest.mark.parametrize("anew", ["by the same clock", "by the right one"])
def test_what_is_found_in_the_tube_that_came_waits_for_somebodys_word_and_no_longer(
    people: Any, ahead: timedelta, anew: str
) -> None:
    session, tube = people.session, taken_back_ahead(people, ahead, anew=anew)
    result = found(people, tube)
    with pytest.raises(gate.ResultHeld, match="found before"):
        release(session, [result.id], by=MINH, now=people.now)
    moves.say_it_is_of_it(session, result.id, now=people.now, **SAID)
    release(session, [result.id], by=MINH, now=people.now)
    assert [each.status for each in current_of(session, tube).values()] == ["negative"]
    doubted = AuditEntry.action == "tube.withdrawal-time-doubted"
    assert len(list(session.scalars(select(AuditEntry).where(doubted)))) == 1
    [kept] = arrivals.withdrawals_of(session, tube)
    assert kept.withdrawn_at > people.now, "what was noted stays as it was"


@AHEADS
def test_a_run_of_before_is_refused_and_one_of_after_leaves_nothing_that_nobody_vouched_for(
    people: Any, record: Any, ahead: timedelta
) -> None:
    """Nobody can tell by the clocks which of the two it is; what is on record tells the first."""
    session, tube = people.session, came(people)
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    people.now += ahead
    late = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P2")
    take_back(people, tube, now=people.now + timedelta(minutes=1))
    assert [run.unconfirmed, late.unconfirmed] == [False, False]
    people.now += HOUR - ahead
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    true = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P3")
    assert true.unconfirmed, "somebody is asked for it"
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    for each in (run, late):
        done = runs.confirm_calls(session, each.id, said, by=LAN, now=people.now)
        assert (done.entered, list(done.refused)) == ([], [tube])
    [result] = runs.confirm_calls(session, true.id, said, by=LAN, now=people.now).entered
    verify_result(session, result.id, by=MINH, now=people.now)
    runs.verify_run(session, true.id, by=MINH, now=people.now)
    with pytest.raises(gate.ResultHeld, match="found before"):
        release(session, [result.id], by="user:bac", now=people.now)


@AHEADS
def test_until_it_comes_nothing_is_entered(people: Any, ahead: timedelta) -> None:
    tube = taken_back_ahead(people, ahead)
    with pytest.raises(refusals.ArrivalTakenBack):
        found(people, tube)


def test_a_result_that_slipped_in_in_that_moment_is_recalled_before_any_other(people: Any) -> None:
    session, tube = people.session, taken_back_ahead(people, YEAR)
    negative = Finding(Call.NEGATIVE)
    people.now += YEAR - HOUR
    slipped = Result(
        id=uuid4(), tube=tube, lab=HERE, kind="first",
        call="positive", suggested="", readings=(), method="", well="", note="", entered_by=LAN,
        entered_at=people.now - HOUR / 60, in_hand_at=people.now - HOUR / 60,
    )  # fmt: skip
    session.add(slipped)
    session.flush()
    people.now += HOUR - YEAR
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    assert moves.held_by_it(session, tube) == {slipped: moves.Odd.TAKEN_BACK}
    recalls.recall_result(session, slipped.id, recalls.Again.RERUN, reason="x", by=MINH,
                          now=people.now)  # fmt: skip
    anew = enter_result(session, tube, negative, by=LAN, now=people.now, lab=HERE)
    assert moves.held_by_it(session, tube) == {anew: moves.Odd.BEFORE}


def test_a_clock_that_differs_a_little_changes_nothing(people: Any) -> None:
    few = timedelta(minutes=5)
    tube = came(people)
    since = people.now
    people.now += few
    take_back(people, tube)
    people.now -= few
    receive_tube(people.session, tube, box="H2", by=LAN, now=people.now)
    with pytest.raises(refusals.ArrivalTakenBack):
        enter_result(people.session, tube, Finding(Call.NEGATIVE), by=LAN, now=people.now,
                     lab=HERE, since=since)  # fmt: skip
    people.now += 2 * few
    result = found(people, tube)
    release(people.session, [result.id], by=MINH, now=people.now)
    assert queries.result(people.session, result.id).released_at == people.now
