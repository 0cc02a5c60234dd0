"""A wrong rejection is taken back by a later step, until somebody was called for it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server import cameras
from server.accounts.roles import Role
from server.lab import queries, refusals
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Rejection
from server.officers.story import story_of
from server.outcomes import calls
from server.outcomes import queries as outcomes
from server.outcomes.receptions import AlreadyCalled, undo_rejection

LAN: dict[str, Any] = {"by": "user:lan"}


def rejected(scene: Any) -> Any:
    tube = scene.tube()
    scene.pair(tube, scene.person("Lê An"))
    receive_tube(scene.session, tube, box="H1", now=scene.now, **LAN)
    later = scene.now + timedelta(minutes=5)
    reject_tube(scene.session, tube, Rejection.EMPTY, now=later, **LAN)
    return tube


def test_a_rejection_taken_back_ends_the_call_and_stays_in_the_story(scene: Any) -> None:
    tube = rejected(scene)
    assert len(outcomes.callbacks(scene.session, done=False)) == 1
    later = scene.now + timedelta(minutes=9)
    undo_rejection(scene.session, tube, note="nhầm ống", now=later, **LAN)
    reception = queries.reception_of(scene.session, tube)
    assert reception is not None
    assert (reception.accepted, reception.at) == (True, scene.now), "received when it first came"
    assert outcomes.callbacks(scene.session, done=False) == []
    (current,) = outcomes.current_of(scene.session, tube).values()
    assert current.status == "withdrawn"
    told = [fact.vi for fact in story_of(scene.session, tube)]
    assert any("Loại mẫu" in each for each in told)
    assert any("Bỏ lần loại" in each for each in told)


def test_who_was_called_is_not_called_in_vain(scene: Any) -> None:
    tube = rejected(scene)
    (call,) = outcomes.callbacks(scene.session, done=False)
    said = {"note": "", "by": "user:hoa", "now": scene.now}
    calls.attempt(scene.session, call.id, calls.How.REACHED, **said)
    with pytest.raises(AlreadyCalled):
        undo_rejection(scene.session, tube, note="nhầm ống", now=scene.now, **LAN)
    assert not queries.reception_of(scene.session, tube).accepted  # type: ignore[union-attr]


def test_a_call_that_nobody_answered_stops_nothing(scene: Any) -> None:
    tube = rejected(scene)
    (call,) = outcomes.callbacks(scene.session, done=False)
    said = {"note": "", "by": "user:hoa", "now": scene.now}
    calls.attempt(scene.session, call.id, calls.How.NO_ANSWER, **said)
    assert undo_rejection(scene.session, tube, note="nhầm ống", now=scene.now, **LAN).accepted


def test_what_was_not_rejected_is_not_taken_back(scene: Any) -> None:
    tube = scene.tube()
    with pytest.raises(refusals.NotRejected):
        undo_rejection(scene.session, tube, note="x", now=scene.now, **LAN)


def test_it_may_be_rejected_again_and_every_step_stays(scene: Any) -> None:
    tube = rejected(scene)
    undo_rejection(scene.session, tube, note="bà Lê An hỏi", now=scene.now, **LAN)
    reject_tube(scene.session, tube, Rejection.LEAKING, now=scene.now, **LAN)
    kinds = [step.kind for step in queries.reception_steps_of(scene.session, tube)]
    assert sorted(kinds) == ["received", "rejected", "rejected", "rejection-undone"]
    stored = scene.session.execute(text("SELECT * FROM reception_step")).all()
    assert "Lê An" not in repr(stored), "what people write is encrypted"


def test_the_page_takes_a_rejection_back(sign_in: Any, database: Any, make_scene: Any) -> None:
    with database.write() as session:
        tube = rejected(make_scene(session))
    lan = sign_in(Role.LAB_TECHNICIAN)
    data = {"tube": tube.text, "reason": "nhầm ống", "box": "H1"}
    page = lan.post("/reception/undo", data=data, follow_redirects=True)
    assert "được nhận lại" in page.text


def test_only_pages_that_scan_may_open_the_camera(sign_in: Any, database: Any) -> None:
    lan = sign_in(Role.LAB_TECHNICIAN)
    for path in ("/reception", "/boxes", "/storage"):
        assert lan.get(path).headers["Permissions-Policy"].startswith("camera=(self)")
    assert lan.get("/results").headers["Permissions-Policy"].startswith("camera=()")


@pytest.mark.parametrize("frame", [b"", b"no picture", b"\xff\xd8\xff\xe0" + b"\0" * 60])
def test_a_frame_that_is_no_picture_is_refused(sign_in: Any, frame: bytes) -> None:
    lan = sign_in(Role.LAB_TECHNICIAN)
    headers = {"X-CSRF-Token": lan.csrf}
    assert lan.post("/scan/frame", data=frame, headers=headers).status_code == 422
    large = b"x" * (cameras.LARGEST_FRAME + 1)
    assert lan.post("/scan/frame", data=large, headers=headers).status_code == 413
