"""A tube that the laboratory has cannot be given to anybody: then two tubes bear one number."""

from datetime import timedelta
from typing import Any

import pytest

from server.lab import services as lab
from server.lab.recalls import Again, recall_result
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release

pytestmark = pytest.mark.engines

LATER = timedelta(hours=3)


def examined(scene: Any, tube: Any) -> Any:
    """Receive *tube* and verify a positive result, whose id is returned."""
    lab.receive_tube(scene.session, tube, box="H1", by="user:lan", now=scene.now)
    return found(scene, tube)


def found(scene: Any, tube: Any) -> Any:
    """Verify a positive result of *tube*, received or not."""
    finding = lab.Finding(Call.POSITIVE)
    entered = lab.enter_result(scene.session, tube, finding, by="user:lan", now=scene.now)
    return lab.verify_result(scene.session, entered.id, by="user:minh", now=scene.now).id


def said(scene: Any, tube: Any) -> dict[Any, tuple[str, str]]:
    current = queries.current_of(scene.session, tube)
    return {person: (each.status, each.reason) for person, each in current.items()}


def test_who_is_given_a_tube_that_was_tested_before_gives_another_sample(scene: Any) -> None:
    tube, an = scene.tube(), scene.person("Lê An")
    result = examined(scene, tube)
    scene.now += LATER
    scene.pair(tube, an)
    with pytest.raises(ResultHeld) as held:
        release(scene.session, [result], by="user:minh", now=scene.now)
    assert "đã nhận ống" in held.value.vi
    assert said(scene, tube) == {an.id: ("resample", "paired-after-reception")}
    (call,) = queries.callbacks(scene.session, done=False)
    assert call.person_id == an.id


def test_a_pairing_that_is_only_uploaded_late_is_as_good_as_any(scene: Any) -> None:
    tube, an = scene.tube(), scene.person("Lê An")
    scene.now += LATER
    result = examined(scene, tube)
    scene.now -= LATER
    scene.pair(tube, an)
    release(scene.session, [result], by="user:minh", now=scene.now)
    assert said(scene, tube) == {an.id: ("positive", "")}


def test_a_clock_that_was_never_set_proves_nothing(scene: Any) -> None:
    tube, an = scene.tube(), scene.person("Lê An")
    result = examined(scene, tube)
    scene.now += LATER
    pairing = scene.pair(tube, an)
    pairing.trusted = False
    scene.session.flush()
    release(scene.session, [result], by="user:minh", now=scene.now)
    assert said(scene, tube)[an.id][0] == "positive"


def test_a_pools_members_keep_theirs_beside_one_who_came_late(scene: Any) -> None:
    tube, an, binh = scene.tube(90), scene.person("Lê An"), scene.person("Trần Bình")
    scene.pair(tube, an)
    lab.receive_tube(scene.session, tube, box="H1", by="user:lan", now=scene.now)
    finding = lab.Finding(Call.NEGATIVE)
    entered = lab.enter_result(scene.session, tube, finding, by="user:lan", now=scene.now)
    lab.verify_result(scene.session, entered.id, by="user:minh", now=scene.now)
    scene.now += LATER
    scene.pair(tube, binh)
    release(scene.session, [entered.id], by="user:minh", now=scene.now)
    assert said(scene, tube)[an.id] == ("negative", "")
    assert said(scene, tube)[binh.id] == ("resample", "paired-after-reception")


def test_a_result_entered_before_somebody_was_sampled_is_not_theirs(scene: Any) -> None:
    """The tube was tested unseen by reception; scanning it there later makes it no younger."""
    tube, began = scene.tube(), scene.now
    result = found(scene, tube)
    scene.now += LATER
    an = scene.person("Lê An")
    scene.pair(tube, an)
    assert said(scene, tube) == {}, "until the tube comes, nothing is said"
    scene.now += LATER
    lab.receive_tube(scene.session, tube, box="H1", by="user:lan", now=scene.now)
    with pytest.raises(ResultHeld) as held:
        release(scene.session, [result], by="user:minh", now=scene.now)
    assert "đã có kết quả" in held.value.vi
    assert said(scene, tube) == {an.id: ("resample", "paired-after-reception")}
    assert scene.now - began == 2 * LATER


@pytest.mark.parametrize("how", ["corrected", "withdrawn"])
def test_what_was_found_first_counts_whatever_became_of_it(scene: Any, how: str) -> None:
    session, tube = scene.session, scene.tube()
    first = found(scene, tube)
    scene.now += LATER
    an = scene.person("Lê An")
    scene.pair(tube, an)
    told: dict[str, Any] = {"reason": "đọc nhầm", "by": "user:lan", "now": scene.now}
    negative = lab.Finding(Call.NEGATIVE)
    if how == "corrected":
        second = lab.correct_result(session, first, negative, **told)
    else:
        recall_result(session, first, Again.RERUN, **told)
        second = lab.enter_result(session, tube, negative, by="user:lan", now=scene.now)
    lab.receive_tube(session, tube, box="H1", by="user:lan", now=scene.now)
    lab.verify_result(session, second.id, by="user:minh", now=scene.now)
    with pytest.raises(ResultHeld):
        release(session, [second.id], by="user:minh", now=scene.now)
    assert said(scene, tube) == {an.id: ("resample", "paired-after-reception")}
