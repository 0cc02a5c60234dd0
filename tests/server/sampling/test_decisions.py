"""What a decision about a tube settles, and what it cannot have settled."""

from typing import Any
from uuid import UUID

import pytest

from server.errors import BadInput
from server.sampling import conflicts, queries
from server.sampling.models import TubeConflict

pytestmark = pytest.mark.engines


def decide(scene: Any, keep: UUID | None, seen: int | None = None) -> None:
    (standing,) = queries.open_conflicts(scene.session)
    conflicts.decide_conflict(
        scene.session, standing.id, keep=keep, seen=seen, reason="sổ giấy", by="user:hoa",
        now=scene.now,
    )  # fmt: skip


def standing(scene: Any) -> list[TubeConflict]:
    return queries.open_conflicts(scene.session)


@pytest.mark.parametrize("kept", ["one", "none"])
def test_a_late_scan_of_who_was_refused_is_no_way_round_the_decision(scene: Any, kept: str) -> None:
    tube, refused = scene.tube(), scene.person("Trần Bình")
    upheld = scene.pair(tube, scene.person("Lê An"))
    scene.pair(tube, refused)
    decide(scene, upheld.id if kept == "one" else None)
    scene.void(upheld)
    assert standing(scene) == []
    late = scene.pair(tube, refused)
    (again,) = standing(scene)
    assert [claim.pairing_id for claim in again.claims] == [late.id]
    scene.void(late)
    assert standing(scene) == []


def test_a_late_scan_of_who_was_upheld_is_harmless(scene: Any) -> None:
    tube, person = scene.tube(), scene.person("Lê An")
    upheld = scene.pair(tube, person)
    scene.pair(tube, scene.person("Trần Bình"))
    decide(scene, upheld.id)
    scene.pair(tube, person)
    assert standing(scene) == []


def test_a_late_member_of_the_pool_that_was_kept_is_harmless(scene: Any) -> None:
    tube = scene.tube(90)
    mine = scene.pair(tube, scene.person("Lê An"))
    scene.pair(tube, scene.person("Trần Bình"), station="ban-2")
    decide(scene, mine.id)
    scene.pair(tube, scene.person("Vũ Chi"))
    assert standing(scene) == []


def test_a_decision_is_about_the_claims_that_were_seen(scene: Any) -> None:
    tube = scene.tube()
    first = scene.pair(tube, scene.person("Lê An"))
    for name in ("Trần Bình", "Vũ Chi"):
        scene.pair(tube, scene.person(name))
    with pytest.raises(conflicts.ConflictGrew):
        decide(scene, first.id, seen=2)
    decide(scene, first.id, seen=3)


def test_a_claim_that_was_voided_cannot_be_kept(scene: Any) -> None:
    tube = scene.tube()
    first = scene.pair(tube, scene.person("Lê An"))
    for name in ("Trần Bình", "Vũ Chi"):
        scene.pair(tube, scene.person(name))
    scene.void(first)
    with pytest.raises(BadInput):
        decide(scene, first.id, seen=3)
    assert len(standing(scene)) == 1
