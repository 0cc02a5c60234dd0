"""Retests, recalls, several laboratories: all kept, one final, what was said told again."""

from datetime import timedelta
from typing import Any

import pytest

from server.lab import disputes, queries, recalls, refusals, standing
from server.lab.models import Result
from server.lab.refusals import StaleResult
from server.lab.results import Finding, correct_result, enter_result, verify_result
from server.lab.words import Call, Kind
from server.outcomes import queries as outcomes
from server.outcomes.services import release

LAN, MINH, HOA, MAI = "user:lan", "user:minh", "user:hoa", "user:mai"


def enter(scene: Any, tube: Any, call: Call, *, lab: str = "A", by: str = LAN) -> Result:
    return enter_result(scene.session, tube, Finding(call), by=by, now=scene.now, lab=lab)


def let_out(scene: Any, result: Result) -> Result:
    verify_result(scene.session, result.id, by=MINH, now=scene.now)
    release(scene.session, [result.id], by=MINH, now=scene.now)
    return result


def said(scene: Any, tube: Any) -> list[str]:
    return [each.status for each in outcomes.versions_of(scene.session, tube)]


def recall(scene: Any, result: Result, again: recalls.Again) -> None:
    recalls.recall_result(
        scene.session, result.id, again, reason="nhầm người", by=LAN, now=scene.now
    )


def test_a_retest_is_ordered_and_supersedes_when_it_is_released(scene: Any, paired: Any) -> None:
    session, tube = scene.session, paired(scene)
    first = let_out(scene, enter(scene, tube, Call.POSITIVE))
    with pytest.raises(refusals.TubeHasResult):
        enter(scene, tube, Call.NEGATIVE)
    recalls.order_retest(session, first.id, reason="Ct sát ngưỡng", by=LAN, now=scene.now)
    second = enter(scene, tube, Call.NEGATIVE, by=MAI)
    assert (second.kind, second.corrects, second.correction_reason) == (
        Kind.RETEST, first.id, "Ct sát ngưỡng",
    )  # fmt: skip
    assert said(scene, tube) == ["positive"]
    let_out(scene, second)
    assert said(scene, tube) == ["positive", "negative"]


def test_what_is_to_be_tested_again_is_not_released_first(scene: Any, paired: Any) -> None:
    session, tube = scene.session, paired(scene)
    first = enter(scene, tube, Call.INCONCLUSIVE)
    recalls.order_retest(session, first.id, reason="Ct sát ngưỡng", by=LAN, now=scene.now)
    with pytest.raises(refusals.StaleResult, match="tested again"):
        verify_result(session, first.id, by=MINH, now=scene.now)
    assert queries.to_verify(session) == []
    with pytest.raises(refusals.StaleResult):
        recalls.order_retest(session, first.id, reason="lần nữa", by=LAN, now=scene.now)


def test_an_order_that_is_taken_back_verifies_nothing(scene: Any, paired: Any) -> None:
    result, said = enter(scene, paired(scene), Call.POSITIVE), {"by": LAN, "now": scene.now}
    recalls.order_retest(scene.session, result.id, reason="sát ngưỡng", **said)
    recalls.cancel_retest(scene.session, result.id, reason="thôi", **said)
    with pytest.raises(StaleResult):
        release(scene.session, [result.id], by=MINH, now=scene.now)
    let_out(scene, result)


def test_a_recalled_result_is_taken_back_from_its_person(scene: Any, paired: Any) -> None:
    tube = paired(scene)
    first = let_out(scene, enter(scene, tube, Call.POSITIVE))
    recall(scene, first, recalls.Again.RERUN)
    assert said(scene, tube) == ["positive", "withdrawn"]
    with pytest.raises(refusals.StaleResult, match="withdrawn"):
        recall(scene, first, recalls.Again.RERUN)
    second = enter(scene, tube, Call.NEGATIVE)
    assert (second.kind, second.corrects) == (Kind.RERUN, first.id)
    let_out(scene, second)
    assert said(scene, tube) == ["positive", "withdrawn", "negative"]


def test_a_recall_may_give_the_tube_up_and_call_its_people(scene: Any, paired: Any) -> None:
    tube = paired(scene, 90, 2)
    recall(scene, let_out(scene, enter(scene, tube, Call.NEGATIVE)), recalls.Again.RESAMPLE)
    assert sorted(said(scene, tube)) == ["negative"] * 2 + ["resample"] * 2
    with pytest.raises(refusals.TubeRejected):
        enter(scene, tube, Call.NEGATIVE)


@pytest.mark.parametrize("which", ["the amendment", "the amended", "a retest"])
def test_the_tube_of_a_chain_of_results_may_be_given_up(
    scene: Any, paired: Any, which: str
) -> None:
    session, tube = scene.session, paired(scene)
    first = let_out(scene, enter(scene, tube, Call.POSITIVE))
    if which == "a retest":
        recalls.order_retest(session, first.id, reason="Ct sát ngưỡng", by=LAN, now=scene.now)
        second = enter(scene, tube, Call.NEGATIVE, by=MAI)
    else:
        second = correct_result(
            session, first.id, Finding(Call.NEGATIVE), reason="nhầm", by=LAN, now=scene.now
        )
    recall(
        scene, first if which == "the amended" else let_out(scene, second), recalls.Again.RESAMPLE
    )
    assert said(scene, tube)[-1] == "resample"
    assert queries.open_orders(session) == []
    with pytest.raises(refusals.TubeRejected):
        enter(scene, tube, Call.NEGATIVE)


def test_a_tube_of_which_another_laboratory_speaks_is_not_given_up(scene: Any, paired: Any) -> None:
    tube = paired(scene)
    first = let_out(scene, enter(scene, tube, Call.NEGATIVE))
    enter(scene, tube, Call.NEGATIVE, lab="B", by=MAI)
    with pytest.raises(refusals.TubeHasResult), scene.session.begin_nested():
        recall(scene, first, recalls.Again.RESAMPLE)
    scene.session.expire_all()
    assert first.withdrawn_at is None


@pytest.mark.parametrize("series", [26, 90])
def test_a_positive_pool_calls_back_and_its_recall_takes_that_back(
    scene: Any, paired: Any, series: int
) -> None:
    tube = paired(scene, series, 1)
    first = let_out(scene, enter(scene, tube, Call.INVALID))
    assert len(outcomes.callbacks(scene.session, done=False)) == 1
    recall(scene, first, recalls.Again.RERUN)
    assert outcomes.callbacks(scene.session, done=False) == []


def test_an_amendment_that_is_withdrawn_brings_the_wrong_result_not_back(
    scene: Any, paired: Any
) -> None:
    tube = paired(scene)
    first = let_out(scene, enter(scene, tube, Call.POSITIVE))
    right = correct_result(
        scene.session, first.id, Finding(Call.NEGATIVE), reason="nhầm", by=LAN, now=scene.now
    )
    recall(scene, let_out(scene, right), recalls.Again.RERUN)
    assert said(scene, tube) == ["positive", "negative", "withdrawn"]


def test_laboratories_that_agree_leave_one_outcome(scene: Any, paired: Any) -> None:
    tube = paired(scene)
    let_out(scene, enter(scene, tube, Call.NEGATIVE))
    scene.now += timedelta(minutes=5)
    second = let_out(scene, enter(scene, tube, Call.NEGATIVE, lab="B", by=MAI))
    assert second.kind == Kind.CONFIRMATORY
    assert said(scene, tube) == ["negative"]
    assert disputes.open_disputes(scene.session) == []


def test_laboratories_that_differ_hold_the_tube_until_a_third_person_decides(
    scene: Any, paired: Any
) -> None:
    session, tube = scene.session, paired(scene)
    let_out(scene, enter(scene, tube, Call.NEGATIVE))
    second = let_out(scene, enter(scene, tube, Call.POSITIVE, lab="B", by=MAI))
    assert said(scene, tube) == ["negative", "withdrawn"]
    [(dispute, results)] = disputes.open_disputes(session)
    assert len(results) == 2
    decide: dict[str, Any] = {"keep": second.id, "reason": "chạy lại", "now": scene.now}
    with pytest.raises(refusals.OwnWork):
        disputes.decide_dispute(session, dispute.id, over=dispute.over, by=MAI, **decide)
    with pytest.raises(refusals.StaleScreen):
        disputes.decide_dispute(session, dispute.id, over=str(second.id), by=HOA, **decide)
    disputes.decide_dispute(session, dispute.id, over=dispute.over, by=HOA, **decide)
    assert said(scene, tube) == ["negative", "withdrawn", "positive"]
    let_out(scene, enter(scene, tube, Call.NEGATIVE, lab="C"))
    assert len(disputes.open_disputes(session)) == 1


def test_a_dispute_ends_by_itself_when_one_side_is_recalled(scene: Any, paired: Any) -> None:
    session, tube = scene.session, paired(scene)
    first = let_out(scene, enter(scene, tube, Call.NEGATIVE))
    let_out(scene, enter(scene, tube, Call.POSITIVE, lab="B", by=MAI))
    recall(scene, first, recalls.Again.RERUN)
    assert disputes.open_disputes(session) == []
    assert said(scene, tube)[-1] == "positive"


def test_a_screen_that_is_behind_is_refused(scene: Any, paired: Any) -> None:
    session, tube = scene.session, paired(scene)
    result = enter(scene, tube, Call.NEGATIVE)
    [seen] = standing.standings(session, [result])
    scene.pair(tube, scene.person("Người khác"), station="ban-2")
    with pytest.raises(refusals.StaleScreen):
        verify_result(session, result.id, by=MINH, now=scene.now, seen=seen.stamp)
    assert result.verified_at is None
