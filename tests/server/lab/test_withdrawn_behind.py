"""An arrival is taken back by a right clock; the server's clock is behind for a moment after."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.audit import services as audit
from server.audit.models import AuditEntry
from server.db import Database
from server.lab import arrivals, moves, queries, runs, standing, taken_back, withdrawal_clocks
from server.lab.results import Finding, enter_result
from server.lab.services import receive_tube
from server.lab.words import Call
from server.outcomes import vouching
from tests.server.lab.test_arrivals import HERE, LAN, came, people, person, take_back

__all__ = ["people"]
pytestmark = pytest.mark.engines
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
SAID = {"reason": "ống nằm ở đây, đã dò lại mã", "by": "user:bac"}


def busy(scene: Any, hours: int) -> None:
    """Let the server's hours pass as those of a day of work do: the trail goes on."""
    for _ in range(4 * hours):
        scene.now += HOUR / 4
        audit.record(scene.session, "lot.registered", "lot", by=LAN, now=scene.now)


def refused(scene: Any, run: Any, tube: Any) -> bool:
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    done = runs.confirm_calls(scene.session, run.id, said, by=LAN, now=scene.now)
    return tube in done.refused and not done.entered


def noted(scene: Any) -> list[str]:
    about = AuditEntry.action.startswith("tube.withdrawal-time-", autoescape=True)
    asked = select(AuditEntry.action).where(about).order_by(AuditEntry.id)
    return [each.rsplit("-", 1)[1] for each in scene.session.scalars(asked)]


@pytest.mark.parametrize("behind", [2 * HOUR, YEAR])
def test_a_clock_that_is_behind_for_a_moment_makes_no_right_withdrawal_doubtful(
    people: Any, record: Any, behind: timedelta
) -> None:
    session, tube = people.session, came(people)
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    busy(people, 4)
    take_back(people, tube)
    people.now += HOUR - behind
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    assert refused(people, run, tube)
    people.now += behind
    [kept] = arrivals.withdrawals_of(session, tube)
    assert (kept.trusted, noted(people)) == (True, [])
    assert refused(people, run, tube)
    assert not run.unconfirmed


@pytest.mark.parametrize("later", ["", "an entry of something else"])
def test_where_nothing_told_it_then_somebodys_word_is_asked_also_once_the_clock_is_right(
    people: Any, record: Any, later: str
) -> None:
    """Nothing was noted all night, and the clock is behind into that night: it may have been ahead
    as well.  What was on record of before is refused whichever it was."""
    session, tube = people.session, came(people)
    people.now += 8 * HOUR
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    take_back(people, tube, now=people.now + HOUR / 60)
    people.now -= 4 * HOUR
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    assert refused(people, run, tube)
    true = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P2")
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    [result] = runs.confirm_calls(session, true.id, said, by=LAN, now=people.now).entered
    assert moves.held_by_it(session, tube) == {result: moves.Odd.BEFORE}
    people.now += 5 * HOUR
    if later:
        audit.record(session, "lot.registered", "lot", by=LAN, now=people.now)
        people.now += HOUR
    assert refused(people, run, tube)
    moves.say_it_is_of_it(session, result.id, now=people.now, **SAID)
    assert moves.held_by_it(session, tube) == {}
    assert noted(people) == ["doubted"]


@pytest.mark.parametrize("quiet", [HOUR / 3, HOUR, 9 * HOUR])
def test_quiet_hours_after_a_clock_that_ran_ahead_are_no_sign_that_it_was_behind(
    people: Any, record: Any, quiet: timedelta
) -> None:
    session, tube = people.session, came(people)
    busy(people, 3)
    people.now += HOUR / 2  # it jumps ahead
    take_back(people, tube)
    people.now -= HOUR / 2
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    true = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P3")
    people.now += quiet
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    [result] = runs.confirm_calls(session, true.id, said, by=LAN, now=people.now).entered
    assert moves.held_by_it(session, tube) == {result: moves.Odd.BEFORE}
    moves.say_it_is_of_it(session, result.id, now=people.now, **SAID)
    people.now += quiet
    taken_back.doubt_times(session, tube, by=LAN, now=people.now)
    assert (moves.held_by_it(session, tube), noted(people)) == ({}, ["doubted"])


def test_somebodys_word_is_taken_on_the_page_whenever_it_is_given(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person(session, scene, "lan", HERE)
        tube = came(scene)
        scene.now += 8 * HOUR
        take_back(scene, tube)
        scene.now -= 4 * HOUR  # behind, after a quiet night
        receive_tube(session, tube, box="H2", by=LAN, now=scene.now)
        found = enter_result(
            session, tube, Finding(Call.NEGATIVE), by=LAN, now=scene.now, lab=HERE
        ).id
    for _ in range(2):
        scene.now += 5 * HOUR
        with database.read() as session:
            [seen] = standing.standings(session, [queries.result(session, found)])
            waits = moves.why_odd(session, [tube])
        if waits:
            with database.write() as session:
                ticked = {found: seen.stamp}
                vouching.vouch(session, ticked, now=scene.now, **SAID)
    assert not waits


def test_behind_more_than_anybody_looks_through_a_word_is_asked(people: Any) -> None:
    session, tube = people.session, came(people)
    since = people.now
    busy(people, 1)
    entries = [(LAN, "lot", "")] * withdrawal_clocks.FAR
    audit.record_each(session, "lot.registered", entries, now=people.now)
    people.now += HOUR
    take_back(people, tube)
    people.now = since
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    assert noted(people) == ["doubted"]


def test_a_clock_that_ran_ahead_and_passes_that_time_evenly_is_not_relied_on_again(
    people: Any, record: Any
) -> None:
    session, tube = people.session, came(people)
    people.now += 3 * HOUR
    take_back(people, tube)
    people.now -= 2 * HOUR
    receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    true = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P3")
    busy(people, 3)
    said = {tube: runs.Confirmed(Call.NEGATIVE)}
    [result] = runs.confirm_calls(session, true.id, said, by=LAN, now=people.now).entered
    assert moves.held_by_it(session, tube) == {result: moves.Odd.BEFORE}
    moves.say_it_is_of_it(session, result.id, now=people.now, **SAID)
    assert noted(people) == ["doubted"]
