"""However much waits for a run's controls, what is ready behind it is offered for release."""

from datetime import timedelta
from typing import Any

from contract.tubes import Tube
from server import waiting
from server.lab import runs
from server.lab.results import Finding, correct_result, enter_result, verify_result
from server.lab.run_models import Run
from server.lab.words import Call
from server.outcomes import gate_desk

LAN, MINH, HUY = "user:lan", "user:minh", "user:huy"
NEGATIVE = ("", "", "25.1")
MANY = gate_desk.ROUNDS + 2  # no paging on finds what is behind so many, one at a time


def forgotten(scene: Any, record: Any, paired: Any) -> tuple[Run, list[Tube]]:
    """Record a run whose results are all verified, one of them amended; its controls are not."""
    session, tubes = scene.session, [paired(scene) for _ in range(MANY)]
    run = record(scene, dict.fromkeys(tubes, NEGATIVE))
    calls = dict.fromkeys(tubes, runs.Confirmed(Call.NEGATIVE))
    found = runs.confirm_calls(session, run.id, calls, by=LAN, now=scene.now)
    finding, why = Finding(Call.INVALID), {"reason": "bọt khí"}
    amended = correct_result(
        session, found.entered[0].id, finding, by=LAN, now=scene.now, **why
    )  # fmt: skip
    for each in (*found.entered[1:], amended):
        verify_result(session, each.id, by=HUY, now=scene.now)
    return run, tubes


def test_what_is_ready_is_found_behind_a_run_whose_controls_nobody_verified(
    scene: Any, record: Any, paired: Any
) -> None:
    run, tubes = forgotten(scene, record, paired)
    scene.now += timedelta(hours=1)
    newer = paired(scene)
    made = enter_result(scene.session, newer, Finding(Call.POSITIVE), by=LAN, now=scene.now)
    verify_result(scene.session, made.id, by=HUY, now=scene.now)
    page = gate_desk.gate_for(scene.session, MINH, shown=3, looked=1)
    assert [each.result.tube for each in page.ready] == [newer]
    assert page.more == 0
    assert [each.held for each in page.held] == [gate_desk.OfRun.UNVERIFIED] * 3
    assert waiting.to_release(scene.session, MINH).count == 1
    runs.verify_run(scene.session, run.id, by=HUY, now=scene.now)
    scene.session.flush()
    page = gate_desk.gate_for(scene.session, MINH)
    assert {each.result.tube for each in page.ready} == {*tubes, newer}
    assert page.held == []
