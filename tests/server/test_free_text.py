"""What people write about persons stands readable neither in the database nor in the trail."""

from typing import Any

from sqlalchemy import text

from server.audit.queries import entries
from server.lab import services as lab
from server.lab.words import Call, Rejection
from server.outcomes import calls, queries
from server.outcomes.models import Callback
from server.outcomes.services import release
from server.sampling.conflicts import decide_conflict
from server.sampling.queries import open_conflict_of, open_conflicts

SAID = "mẹ của Lê An, 0912 345 678"


def stored(scene: Any) -> str:
    """Everything readable that these tables and the trail hold."""
    rows = [
        row
        for table in ("callback", "tube_conflict", "audit_entry")
        for row in scene.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our names
    ]
    return repr(rows)


def test_the_note_of_a_call_is_encrypted(scene: Any) -> None:
    tube = scene.tube()
    scene.pair(tube, scene.person("Lê An"))
    lab.reject_tube(scene.session, tube, Rejection.EMPTY, by="user:lan", now=scene.now)
    (call,) = queries.callbacks(scene.session, done=False)
    calls.finish(scene.session, call.id, note=SAID, by="user:hoa", now=scene.now)
    scene.session.flush()
    assert "0912" not in stored(scene)
    scene.session.expire_all()
    assert scene.session.get_one(Callback, call.id).note == SAID


def test_the_reason_of_a_decision_is_encrypted_and_not_in_the_trail(scene: Any) -> None:
    tube = scene.tube()
    for name in ("Lê An", "Trần Bình"):
        scene.pair(tube, scene.person(name))
    (standing,) = open_conflicts(scene.session)
    decide_conflict(
        scene.session, standing.id, keep=None, reason=SAID, by="user:hoa", now=scene.now
    )
    scene.session.flush()
    assert "0912" not in stored(scene)
    assert standing.reason == SAID
    assert open_conflict_of(scene.session, tube) is None


def test_the_trail_says_of_no_tube_what_was_found_in_it(scene: Any) -> None:
    tube = scene.tube()
    scene.pair(tube, scene.person("Lê An"))
    lab.receive_tube(scene.session, tube, box="H1", by="user:lan", now=scene.now)
    finding = lab.Finding(Call.POSITIVE)
    result = lab.enter_result(scene.session, tube, finding, by="user:lan", now=scene.now)
    lab.verify_result(scene.session, result.id, by="user:minh", now=scene.now)
    release(scene.session, [result.id], by="user:minh", now=scene.now)
    scene.session.flush()
    said = [f"{entry.action} {entry.detail}" for entry in entries(scene.session)]
    assert any("outcome.written" in each for each in said)
    assert not any("positive" in each for each in said)
