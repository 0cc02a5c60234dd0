"""A run that somebody took back meanwhile: nothing enters on it, and nothing of it leaves."""

from typing import Any

import pytest
from sqlalchemy import update

from server.lab import queries, run_refusals, runs, standing, wells
from server.lab.results import verify_result
from server.lab.run_models import Run
from server.outcomes.services import release

LAN, MINH = "user:lan", "user:minh"
NEGATIVE = ("", "", "25.1")


def confirm(scene: Any, run: Any) -> runs.Confirmation:
    """Confirm every suggestion."""
    found = wells.tubes_of(scene.session, run)
    calls = {each.tube: runs.Confirmed(each.suggestion.call) for each in found}
    return runs.confirm_calls(scene.session, run.id, calls, by=LAN, now=scene.now)


def withdrawn_elsewhere(scene: Any, run: Any) -> None:
    """Another transaction took *run* back: what this session read of it is behind."""
    values = {"withdrawn_by": "user:hoa", "withdrawn_at": scene.now, "withdrawal_reason": "nhiễm"}
    said = update(Run).where(Run.id == run.id).values(values)
    scene.session.execute(said.execution_options(synchronize_session=False))


def test_a_run_that_was_withdrawn_since_it_was_read_takes_no_calls(
    scene: Any, record: Any, paired: Any
) -> None:
    run = record(scene, {paired(scene): NEGATIVE})
    withdrawn_elsewhere(scene, run)
    with pytest.raises(run_refusals.StaleRun, match="withdrawn"):
        confirm(scene, run)
    assert queries.to_verify(scene.session) == []


def test_a_result_of_a_withdrawn_run_is_neither_verified_nor_released(
    scene: Any, record: Any, paired: Any
) -> None:
    session, now = scene.session, scene.now
    run = record(scene, {paired(scene): NEGATIVE, paired(scene): NEGATIVE})
    first, second = confirm(scene, run).entered
    runs.verify_run(session, run.id, by=MINH, now=now)
    verify_result(session, first.id, by=MINH, now=now)
    withdrawn_elsewhere(scene, run)
    with pytest.raises(run_refusals.StaleRun, match="withdrawn"):
        verify_result(session, second.id, by=MINH, now=now)
    with pytest.raises(run_refusals.StaleRun, match="withdrawn"):
        release(session, [first.id], by=MINH, now=now)
    assert (second.verified_at, first.released_at) == (None, None)
    [stands] = standing.standings(session, [second])
    assert stands.doubts == ("run-withdrawn",)
