"""Tubes received and rejected, results entered by one person and verified by another."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from contract.tubes import ForeignTube, TubeId
from server.audit.models import AuditEntry
from server.lab import queries, refusals
from server.lab.lifecycle import State
from server.lab.measured import Measured
from server.lab.models import Result
from server.lab.services import (
    Finding,
    correct_result,
    enter_result,
    mark_released,
    receive_tube,
    reject_tube,
    verify_result,
)
from server.lab.words import Call, Rejection

pytestmark = pytest.mark.engines

LAN: dict[str, Any] = {"by": "user:lan"}
MINH: dict[str, Any] = {"by": "user:minh"}
NEGATIVE = Finding(Call.NEGATIVE)
POSITIVE = Finding(Call.POSITIVE, (Measured("N", "24.10"), Measured("ORF", "25.3")))


def test_a_tube_that_was_never_paired_is_received_too(scene: Any, now: datetime) -> None:
    reception = receive_tube(scene.session, scene.tube(), box="H1", now=now, **LAN)
    assert (reception.accepted, reception.box) == (True, "H1")


def test_scanning_a_tube_twice_for_its_box_is_harmless(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    first = receive_tube(scene.session, tube, box="H1", now=now, **LAN)
    again = receive_tube(scene.session, tube, box="H1", now=now + timedelta(minutes=1), **LAN)
    assert again is first
    assert again.at == now


def test_a_tube_is_in_one_box(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    receive_tube(scene.session, tube, box="H1", now=now, **LAN)
    with pytest.raises(refusals.AlreadyReceived) as refused:
        receive_tube(scene.session, tube, box="H2", now=now, **LAN)
    assert "hộp H1" in refused.value.vi
    assert "08:00 23/11" in refused.value.vi


@pytest.mark.parametrize("tube", [TubeId.mint(27, 5), ForeignTube("MAKER-0001")])
def test_a_tube_of_no_lot_is_put_aside(scene: Any, now: datetime, tube: Any) -> None:
    with pytest.raises(refusals.UnknownTube):
        receive_tube(scene.session, tube, box="H1", now=now, **LAN)
    with pytest.raises(refusals.UnknownTube):
        enter_result(scene.session, tube, NEGATIVE, now=now, **LAN)


def test_a_rejected_tube_takes_no_result(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    reject_tube(scene.session, tube, Rejection.LEAKING, now=now, **LAN)
    with pytest.raises(refusals.TubeRejected, match="leaks"):
        enter_result(scene.session, tube, NEGATIVE, now=now, **LAN)
    with pytest.raises(refusals.TubeRejected):
        receive_tube(scene.session, tube, box="H1", now=now, **LAN)


def test_a_received_tube_may_be_rejected_until_it_has_a_result(scene: Any, now: datetime) -> None:
    tube, tested = scene.tube(), scene.tube()
    for each in (tube, tested):
        receive_tube(scene.session, each, box="H1", now=now, **LAN)
    enter_result(scene.session, tested, NEGATIVE, now=now, **LAN)
    assert not reject_tube(scene.session, tube, Rejection.EMPTY, now=now, **LAN).accepted
    with pytest.raises(refusals.TubeHasResult):
        reject_tube(scene.session, tested, Rejection.EMPTY, now=now, **LAN)


def test_a_control_has_no_persons_result(scene: Any, now: datetime) -> None:
    with pytest.raises(refusals.ControlTube):
        enter_result(scene.session, scene.tube(98), NEGATIVE, now=now, **LAN)


def test_a_tube_has_one_result_and_its_corrections(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    wrong = enter_result(scene.session, tube, POSITIVE, now=now, **LAN)
    with pytest.raises(refusals.TubeHasResult):
        enter_result(scene.session, tube, NEGATIVE, now=now, **MINH)
    right = correct_result(scene.session, wrong.id, NEGATIVE, reason="gõ nhầm", now=now, **LAN)
    assert queries.results_of(scene.session, tube) == sorted(
        [wrong, right], key=lambda each: each.id
    )
    assert (wrong.call, right.call, right.corrects) == ("positive", "negative", wrong.id)
    with pytest.raises(refusals.StaleResult):
        correct_result(scene.session, wrong.id, NEGATIVE, reason="lần nữa", now=now, **MINH)


def test_ct_is_kept_as_it_was_written(scene: Any, now: datetime) -> None:
    result = enter_result(scene.session, scene.tube(), POSITIVE, now=now, **LAN)
    scene.session.expire(result)
    assert [each.ct for each in result.readings] == ["24.10", "25.3"]


def test_a_result_goes_out_only_by_two_persons(scene: Any, now: datetime) -> None:
    result = enter_result(scene.session, scene.tube(), POSITIVE, now=now, **LAN)
    with pytest.raises(refusals.OwnWork):
        verify_result(scene.session, result.id, now=now, **LAN)
    with pytest.raises(refusals.StaleResult):
        mark_released(scene.session, result.id, now=now, **MINH)
    verify_result(scene.session, result.id, now=now, **MINH)
    with pytest.raises(refusals.OwnWork):
        mark_released(scene.session, result.id, now=now, **LAN)
    mark_released(scene.session, result.id, now=now, **MINH)
    assert queries.state(scene.session, result) is State.RELEASED


def test_a_screen_that_is_behind_changes_nothing(scene: Any, now: datetime) -> None:
    result = enter_result(scene.session, scene.tube(), POSITIVE, now=now, **LAN)
    verify_result(scene.session, result.id, now=now, **MINH)
    with pytest.raises(refusals.StaleResult, match="verified already"):
        verify_result(scene.session, result.id, now=now, by="user:hoa")
    assert result.verified_by == "user:minh"


@pytest.mark.parametrize(
    "wrong",
    [
        {"verified_by": "user:lan", "verified_at": "now"},
        {"released_by": "user:minh", "released_at": "now"},
        {"verified_by": "user:minh"},
        {"correction_reason": "không sửa gì"},
        {"call": "maybe"},
    ],
)
def test_the_database_itself_knows_the_two_person_rule(
    scene: Any, now: datetime, wrong: dict[str, str]
) -> None:
    result = enter_result(scene.session, scene.tube(), POSITIVE, now=now, **LAN)
    values = {name: now if value == "now" else value for name, value in wrong.items()}
    change = update(Result).where(Result.id == result.id).values(**values)
    with pytest.raises(IntegrityError):
        scene.session.execute(change)


def test_every_step_leaves_a_trace(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    receive_tube(scene.session, tube, box="H1", now=now, **LAN)
    result = enter_result(scene.session, tube, POSITIVE, now=now, **LAN)
    verify_result(scene.session, result.id, now=now, **MINH)
    correct_result(scene.session, result.id, NEGATIVE, reason="nhầm ống", now=now, **LAN)
    scene.session.flush()
    actions = list(scene.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["tube.received", "result.entered", "result.verified", "result.corrected"]


def test_desks_of_the_laboratory_show_what_waits(scene: Any, now: datetime) -> None:
    empty, done = scene.tube(), scene.tube()
    for tube in (empty, done):
        receive_tube(scene.session, tube, box="H1", now=now, **LAN)
    result = enter_result(scene.session, done, NEGATIVE, now=now, **LAN)
    assert [each.tube for each in queries.without_result(scene.session)] == [empty]
    assert queries.to_verify(scene.session) == [result]
    verify_result(scene.session, result.id, now=now, **MINH)
    assert (queries.to_verify(scene.session), queries.to_release(scene.session)) == ([], [result])
    correct_result(scene.session, result.id, POSITIVE, reason="nhầm", now=now, **LAN)
    assert queries.to_release(scene.session) == []
    assert len(list(scene.session.scalars(select(Result)))) == 2
