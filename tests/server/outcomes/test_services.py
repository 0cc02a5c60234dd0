"""Outcomes follow their facts: released at the gate, superseded, withdrawn, told, called back."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.delivery.models import Delivery
from server.lab.services import (
    Finding,
    correct_result,
    enter_result,
    receive_tube,
    reject_tube,
    verify_result,
)
from server.lab.words import Call, Rejection
from server.outcomes import queries
from server.outcomes.calls import CallbackDone, finish
from server.outcomes.gate import ResultHeld
from server.outcomes.models import Outcome
from server.outcomes.services import release, settle
from server.sampling.conflicts import decide_conflict
from server.sampling.queries import conflicts_of

pytestmark = pytest.mark.engines

LAN, MINH = "user:lan", "user:minh"


def examined(scene: Any, tube: Any, call: Call, **correcting: Any) -> UUID:
    """Enter and verify a result by two persons."""
    finding = Finding(call)
    if correcting:
        entered = correct_result(
            scene.session, finding=finding, by=LAN, now=scene.now, **correcting
        )
    else:
        entered = enter_result(scene.session, tube, finding, by=LAN, now=scene.now)
    return verify_result(scene.session, entered.id, by=MINH, now=scene.now).id


def receive(scene: Any, tube: Any) -> None:
    receive_tube(scene.session, tube, box="H1", by=LAN, now=scene.now)


def current(session: Session, tube: Any) -> dict[UUID, str]:
    return {person: each.status for person, each in queries.current_of(session, tube).items()}


def messages(session: Session) -> list[tuple[str, str, int]]:
    found = session.scalars(select(Delivery).order_by(Delivery.id))
    return [(each.subject, each.key, each.version) for each in found]


def test_a_released_result_reaches_the_person_of_the_tube(scene: Any, now: datetime) -> None:
    tube, an = scene.tube(), scene.person("Lê Văn An")
    pairing = scene.pair(tube, an)
    receive(scene, tube)
    result = examined(scene, tube, Call.POSITIVE)
    assert current(scene.session, tube) == {}
    release(scene.session, [result], by=MINH, now=now)
    [outcome] = queries.versions_of(scene.session, tube)
    assert (outcome.person_id, outcome.status) == (an.id, "positive")
    assert (outcome.pairing_id, outcome.result_id) == (pairing.id, result)
    assert messages(scene.session) == [(str(an.id), f"{tube}/{an.id}/v1", 1)]


def test_nothing_leaves_for_a_tube_that_was_never_paired(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    scene.serial += 50  # what is nobody's holds those beside it
    good = scene.tube()
    scene.pair(good, scene.person())
    for each in (tube, good):
        receive(scene, each)
    results = [examined(scene, each, Call.POSITIVE) for each in (good, tube)]
    with pytest.raises(ResultHeld) as held:
        release(scene.session, results, by=MINH, now=now)
    assert "chưa ghép" in held.value.vi
    assert current(scene.session, good) == {}


def test_nothing_leaves_for_a_tube_that_was_not_received(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    scene.pair(tube, scene.person())
    result = examined(scene, tube, Call.NEGATIVE)
    with pytest.raises(ResultHeld, match="did not receive"):
        release(scene.session, [result], by=MINH, now=now)
    receive(scene, tube)
    release(scene.session, [result], by=MINH, now=now)
    assert set(current(scene.session, tube).values()) == {"negative"}


def test_nothing_leaves_while_two_persons_claim_the_tube(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    scene.pair(tube, scene.person("Lê Văn An"))
    scene.pair(tube, scene.person("Trần Bình"), station="ban-2")
    receive(scene, tube)
    result = examined(scene, tube, Call.POSITIVE)
    with pytest.raises(ResultHeld, match="two claims"):
        release(scene.session, [result], by=MINH, now=now)


def test_a_claim_that_comes_late_withdraws_what_was_said(scene: Any, now: datetime) -> None:
    tube, an = scene.tube(), scene.person("Lê Văn An")
    first = scene.pair(tube, an)
    receive(scene, tube)
    release(scene.session, [examined(scene, tube, Call.NEGATIVE)], by=MINH, now=now)
    scene.pair(tube, scene.person("Trần Bình"), station="ban-2")
    assert current(scene.session, tube) == {an.id: "withdrawn"}
    [conflict] = conflicts_of(scene.session, tube)
    decide_conflict(
        scene.session, conflict.id, keep=first.id, reason="đã hỏi bàn 2", by="user:hoa", now=now
    )
    assert current(scene.session, tube) == {an.id: "negative"}
    versions = [each.status for each in queries.versions_of(scene.session, tube)]
    assert versions == ["negative", "withdrawn", "negative"]


def test_a_negative_pool_clears_each_member(scene: Any, now: datetime) -> None:
    tube = scene.tube(90)
    members = [scene.person(f"Người {n}") for n in range(5)]
    gone = scene.pair(tube, scene.person("Nhầm"))
    for member in members:
        scene.pair(tube, member)
    scene.void(gone)
    receive(scene, tube)
    release(scene.session, [examined(scene, tube, Call.NEGATIVE)], by=MINH, now=now)
    assert current(scene.session, tube) == {each.id: "negative" for each in members}


@pytest.mark.parametrize("call", [Call.POSITIVE, Call.INCONCLUSIVE, Call.INVALID])
def test_a_pool_that_is_not_negative_calls_each_member_back(
    scene: Any, now: datetime, call: Call
) -> None:
    tube = scene.tube(90)
    members = [scene.person(f"Người {n}") for n in range(5)]
    for member in members:
        scene.pair(tube, member)
    receive(scene, tube)
    release(scene.session, [examined(scene, tube, call)], by=MINH, now=now)
    assert current(scene.session, tube) == {each.id: "resample" for each in members}
    calls = queries.callbacks(scene.session, done=False)
    assert {each.person_id for each in calls} == {each.id for each in members}
    assert {each.reason for each in calls} == {f"pool-{call}"}


def test_a_rejected_tube_calls_its_person_back(scene: Any, now: datetime) -> None:
    tube, an = scene.tube(), scene.person("Lê Văn An")
    reject_tube(scene.session, tube, Rejection.LEAKING, by=LAN, now=now)
    assert queries.callbacks(scene.session, done=False) == []
    scene.pair(tube, an)
    assert current(scene.session, tube) == {an.id: "resample"}
    [call] = queries.callbacks(scene.session, done=False)
    assert (call.person_id, call.reason) == (an.id, "leaking")


def test_a_correction_supersedes_and_keeps_both_versions(scene: Any, now: datetime) -> None:
    tube, an = scene.tube(), scene.person("Lê Văn An")
    scene.pair(tube, an)
    receive(scene, tube)
    wrong = examined(scene, tube, Call.INCONCLUSIVE)
    release(scene.session, [wrong], by=MINH, now=now)
    assert len(queries.callbacks(scene.session, done=False)) == 1
    right = examined(scene, tube, Call.NEGATIVE, result_id=wrong, reason="đọc nhầm đường cong")
    assert current(scene.session, tube) == {an.id: "inconclusive"}
    release(scene.session, [right], by=MINH, now=now)
    first, second = queries.versions_of(scene.session, tube)
    assert (first.status, second.status) == ("inconclusive", "negative")
    assert (second.version, second.supersedes) == (2, first.id)
    assert [version for _, _, version in messages(scene.session)] == [1, 2]
    assert queries.callbacks(scene.session, done=False) == []
    assert queries.current_counts(scene.session) == {"negative": 1}


def test_undoing_a_pairing_takes_its_outcome_back(scene: Any, now: datetime) -> None:
    tube, an = scene.tube(), scene.person("Lê Văn An")
    pairing = scene.pair(tube, an)
    receive(scene, tube)
    release(scene.session, [examined(scene, tube, Call.NEGATIVE)], by=MINH, now=now)
    scene.void(pairing)
    assert current(scene.session, tube) == {an.id: "withdrawn"}


def test_settling_again_says_nothing_new(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    scene.pair(tube, scene.person())
    receive(scene, tube)
    release(scene.session, [examined(scene, tube, Call.NEGATIVE)], by=MINH, now=now)
    for _ in range(3):
        settle(scene.session, tube, now)
    assert len(queries.versions_of(scene.session, tube)) == 1
    assert len(messages(scene.session)) == 1


def test_a_call_is_made_once(scene: Any, now: datetime) -> None:
    tube = scene.tube()
    scene.pair(tube, scene.person())
    reject_tube(scene.session, tube, Rejection.EMPTY, by=LAN, now=now)
    [call] = queries.callbacks(scene.session, done=False)
    finish(scene.session, call.id, note="hẹn 14:00", by="user:hoa", now=now)
    with pytest.raises(CallbackDone):
        finish(scene.session, call.id, note="gọi lại", by="user:hoa", now=now)
    assert queries.callbacks(scene.session, done=True) == [call]


STEPS = st.permutations(["pair", "receive", "result", "pair-and-void"])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_halves_meet_in_whatever_order_they_come(scene: Any, steps: list[str]) -> None:
    tube, an = scene.tube(), scene.person(str(uuid4()))
    acts = {
        "pair": lambda: scene.pair(tube, an),
        "receive": lambda: receive(scene, tube),
        "result": lambda: examined(scene, tube, Call.NEGATIVE),
        "pair-and-void": lambda: scene.void(scene.pair(tube, scene.person(str(uuid4())))),
    }
    done = {step: acts[step]() for step in steps}  # type: ignore[no-untyped-call]
    release(scene.session, [done["result"]], by=MINH, now=scene.now)
    found = list(scene.session.scalars(select(Outcome).where(Outcome.tube == tube)))
    assert [(each.person_id, each.status) for each in found] == [(an.id, "negative")]
