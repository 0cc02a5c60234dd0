"""A machine's run from its readings to the records: confirmed, verified, withdrawn as a whole."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from server.audit.models import AuditEntry
from server.lab import queries, recalls, refusals, run_refusals, runs, standing, wells
from server.lab.models import Result
from server.lab.results import Finding, correct_result, enter_result, verify_result, verify_results
from server.lab.words import Call, Kind
from server.outcomes import gate_desk
from server.outcomes import queries as outcomes
from server.outcomes.desk_loads import loads
from server.outcomes.desks import Desk
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.sampling.matter_decisions import deny_pairing
from server.sampling.queries import pairings_of

LAN, MINH = "user:lan", "user:minh"
NEGATIVE, POSITIVE = ("", "", "25.1"), ("24.10", "25.3", "26")


def confirm(scene: Any, run: Any, **other: Call) -> runs.Confirmation:
    """Confirm every suggestion."""
    found = wells.tubes_of(scene.session, run)
    calls = {each.tube: runs.Confirmed(each.suggestion.call) for each in found}
    return runs.confirm_calls(scene.session, run.id, calls, by=LAN, now=scene.now)


def let_out(scene: Any, run: Any) -> list[Result]:
    """Verify the run and its results, by a second person, and release them."""
    session, now = scene.session, scene.now
    runs.verify_run(session, run.id, by=MINH, now=now)
    mine = [each for each in queries.to_verify(session) if each.run_id == run.id]
    for each in mine:
        verify_result(session, each.id, by=MINH, now=now)
    return release(session, [each.id for each in mine], by=MINH, now=now)


def said(scene: Any, tube: Any) -> list[tuple[str, str]]:
    versions = outcomes.versions_of(scene.session, tube)
    return [(each.status, each.reason) for each in versions]


def test_a_run_suggests_a_person_confirms_another_verifies_and_records_say_it(
    scene: Any, record: Any, paired: Any
) -> None:
    good, bad = paired(scene), paired(scene)
    run = record(scene, {good: NEGATIVE, bad: POSITIVE})
    assert run.controls == "passed"
    found = confirm(scene, run)
    assert {each.tube: each.call for each in found.entered} == {good: "negative", bad: "positive"}
    assert [each.suggested for each in found.entered] == ["negative", "positive"]
    let_out(scene, run)
    assert said(scene, good) == [("negative", "")]
    assert said(scene, bad) == [("positive", "")]


def test_confirming_again_adds_nothing(scene: Any, record: Any, paired: Any) -> None:
    run = record(scene, {paired(scene): NEGATIVE})
    assert len(confirm(scene, run).entered) == 1
    assert confirm(scene, run).entered == []


def test_a_call_that_was_not_suggested_needs_a_note(scene: Any, record: Any, paired: Any) -> None:
    tube = paired(scene)
    run = record(scene, {tube: POSITIVE})

    def say(note: str) -> runs.Confirmation:
        calls = {tube: runs.Confirmed(Call.INCONCLUSIVE, note)}
        return runs.confirm_calls(scene.session, run.id, calls, by=LAN, now=scene.now)

    assert isinstance(say("").refused[tube], run_refusals.NoteNeeded)
    [entered] = say("đường cong lạ").entered
    assert (entered.call, entered.suggested) == ("inconclusive", "positive")


def test_a_tube_that_takes_no_result_is_told_and_the_others_are_entered(
    scene: Any, record: Any, paired: Any
) -> None:
    good, control = paired(scene), scene.tube(98)
    found = confirm(scene, run := record(scene, {good: NEGATIVE, control: NEGATIVE}))
    assert [each.tube for each in found.entered] == [good]
    assert [error.code for error in found.refused.values()] == ["control-tube"]
    assert wells.tubes_of(scene.session, run)[1].result is None


def test_a_run_whose_controls_failed_gives_nothing_until_its_tubes_run_again(
    scene: Any, record: Any, paired: Any
) -> None:
    tube = paired(scene)
    run = record(scene, {tube: NEGATIVE}, ntc="36.5")
    assert run.controls == "failed"
    for step in (lambda: confirm(scene, run), lambda: let_out(scene, run)):
        with pytest.raises(run_refusals.ControlsFailed):
            step()  # type: ignore[no-untyped-call]
    recalls.withdraw_run(scene.session, run.id, reason="NTC lên", by=LAN, now=scene.now)
    again = record(scene, {tube: NEGATIVE}, plate="P2")
    assert [each.kind for each in confirm(scene, again).entered] == ["first"]


def test_nothing_of_a_run_leaves_before_its_controls_are_verified(
    scene: Any, record: Any, paired: Any
) -> None:
    session, now, tube = scene.session, scene.now, paired(scene)
    run = record(scene, {tube: POSITIVE})
    [result] = confirm(scene, run).entered
    amended = correct_result(
        session, result.id, Finding(Call.INVALID), reason="bọt khí", by=LAN, now=now
    )
    verify_result(session, amended.id, by=MINH, now=now)
    with pytest.raises(run_refusals.RunNotVerified):
        release(session, [amended.id], by=MINH, now=now)
    [shown] = gate_desk.candidates(session)
    assert (shown.held, shown.run) == (gate_desk.OfRun.UNVERIFIED, run)
    with pytest.raises(refusals.OwnWork):
        runs.verify_run(session, run.id, by=LAN, now=now)
    runs.verify_run(session, run.id, by=MINH, now=now)
    [shown] = gate_desk.candidates(session)
    assert shown.held is None
    release(session, [amended.id], by=MINH, now=now)


@pytest.mark.parametrize("change", [{"run_controls": "passed"}, {"verified_by": MINH}])
def test_the_database_itself_lets_nothing_of_a_failed_run_be_verified(
    scene: Any, record: Any, paired: Any, change: dict[str, str]
) -> None:
    session = scene.session
    run = record(scene, {}, ntc="36.5")
    result = enter_result(
        session, paired(scene), Finding(Call.NEGATIVE), by=LAN, now=scene.now, run=run
    )
    values = {**change, **({"verified_at": scene.now} if "verified_by" in change else {})}
    with pytest.raises(IntegrityError):
        session.execute(update(Result).where(Result.id == result.id).values(**values))


def test_a_contaminated_run_is_withdrawn_as_a_whole_and_run_again(
    scene: Any, record: Any, paired: Any
) -> None:
    session, now = scene.session, scene.now
    bad, good, pool, waiting = paired(scene), paired(scene), paired(scene, 90, 3), paired(scene)
    run = record(scene, {bad: POSITIVE, good: NEGATIVE, pool: NEGATIVE, waiting: NEGATIVE})
    confirm(scene, run)
    runs.verify_run(session, run.id, by=MINH, now=now)
    out = [each for each in queries.to_verify(session) if each.tube != waiting]
    for each in out:
        verify_result(session, each.id, by=MINH, now=now)
    release(session, [each.id for each in out], by=MINH, now=now)
    assert said(scene, pool) == [("negative", "")] * 3
    recalls.withdraw_run(session, run.id, reason="máy nhiễm", by="user:hoa", now=now)
    assert said(scene, bad)[-1] == ("withdrawn", "recalled")
    assert sorted(said(scene, pool)) == [("negative", "")] * 3 + [("withdrawn", "recalled")] * 3
    assert {each.tube for each in queries.open_orders(session)} == {bad, good, pool, waiting}
    assert queries.to_verify(session) == queries.to_release(session) == []
    with pytest.raises(run_refusals.StaleRun):
        recalls.withdraw_run(session, run.id, reason="lần nữa", by=MINH, now=now)
    again = record(scene, dict.fromkeys((bad, good, pool, waiting), NEGATIVE), plate="P2")
    assert {each.kind for each in confirm(scene, again).entered} == {Kind.RERUN}
    assert queries.open_orders(session) == []
    let_out(scene, again)
    for tube in (bad, good, waiting):
        assert said(scene, tube)[-1] == ("negative", "")
    assert len(said(scene, pool)) == 9
    assert loads(session)[Desk.RESULT_WITHOUT_RELEASE].count == 0


def test_what_was_amended_goes_with_its_run(scene: Any, record: Any, paired: Any) -> None:
    session, now, tube = scene.session, scene.now, paired(scene)
    run = record(scene, {tube: POSITIVE})
    [result] = confirm(scene, run).entered
    let_out(scene, run)
    amended = correct_result(
        session, result.id, Finding(Call.NEGATIVE), reason="đọc nhầm", by=LAN, now=now
    )
    verify_result(session, amended.id, by=MINH, now=now)
    release(session, [amended.id], by=MINH, now=now)
    recalls.withdraw_run(session, run.id, reason="máy nhiễm", by=LAN, now=now)
    assert [status for status, _ in said(scene, tube)] == ["positive", "negative", "withdrawn"]
    [order] = queries.open_orders(session)
    assert order.result_id == amended.id


def test_plain_negatives_are_verified_together_and_a_positive_among_them_stops_all(
    scene: Any, record: Any, paired: Any
) -> None:
    session, now = scene.session, scene.now
    clean = [paired(scene) for _ in range(3)]
    stranger = scene.tube()
    run = record(scene, {**dict.fromkeys([*clean, stranger], NEGATIVE), paired(scene): POSITIVE})
    stands = {
        each.result.tube: each for each in standing.standings(session, confirm(scene, run).entered)
    }
    assert [tube for tube, each in stands.items() if each.clean] == clean
    assert stands[stranger].doubts == ("not-received", "not-paired")
    every = {each.result.id: each.stamp for each in stands.values()}
    with pytest.raises(refusals.NotClean):
        verify_results(session, every, by=MINH, now=now)
    some = {stands[tube].result.id: stands[tube].stamp for tube in clean}
    assert len(verify_results(session, some, by=MINH, now=now)) == 3


def test_a_tube_that_is_held_since_the_page_was_opened_stops_the_whole_bulk(
    scene: Any, record: Any, paired: Any
) -> None:
    session, tubes = scene.session, []
    for _ in range(3):
        scene.now += timedelta(minutes=1)
        tubes.append(paired(scene))
    run, now = record(scene, dict.fromkeys(tubes, NEGATIVE)), scene.now
    stands = standing.standings(session, confirm(scene, run).entered)
    tickets = {each.result.id: each.stamp for each in stands}
    assert all(each.clean for each in stands)
    [wrong] = pairings_of(session, tubes[0])
    deny_pairing(session, wrong.id, reason="tôi chưa lấy mẫu", by=MINH, now=now)
    with pytest.raises(refusals.NotClean):
        verify_results(session, tickets, by=MINH, now=now)
    assert queries.to_release(session) == []
    again = {each.result.tube: each for each in standing.standings(session, [
        each.result for each in stands])}  # fmt: skip
    assert again[tubes[0]].doubts == ("not-paired",)
    assert again[tubes[1]].doubts == ("held",)  # its neighbour in the station's run
    with pytest.raises(refusals.StaleScreen):  # one alone may be looked at, not by an old page
        verify_results(session, {again[tubes[1]].result.id: stands[1].stamp}, by=MINH, now=now)
    held = again[tubes[1]]
    assert verify_results(session, {held.result.id: held.stamp}, by=MINH, now=now)
    with pytest.raises(ResultHeld):
        release(session, [held.result.id], by=MINH, now=now)


def test_every_step_of_a_run_leaves_a_trace_that_names_no_finding(
    scene: Any, record: Any, paired: Any
) -> None:
    run = record(scene, {paired(scene): POSITIVE})
    confirm(scene, run)
    let_out(scene, run)
    recalls.withdraw_run(scene.session, run.id, reason="bí mật", by=LAN, now=scene.now)
    scene.session.flush()
    trail = list(scene.session.scalars(select(AuditEntry)))
    actions = {each.action for each in trail}
    assert actions >= {
        "assay.written", "run.recorded", "run.verified", "run.withdrawn", "result.withdrawn",
        "rerun.ordered",
    }  # fmt: skip
    assert not [each for each in trail if "bí mật" in (each.detail or "")]
