"""What a decision about a tube settles, and what it cannot have settled."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.errors import BadInput
from server.sampling import conflicts, queries
from server.sampling.decisions import About, latest
from server.sampling.models import TubeConflict
from server.sampling.withdrawals import Why, withdraw

pytestmark = pytest.mark.engines


def decide(scene: Any, keep: UUID | None, seen: str | None = None) -> None:
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


def test_a_decision_that_leaves_two_claims_is_asked_about_once_more(scene: Any) -> None:
    """An older decision is superseded, and what a later one upheld contradicts it."""
    session, tube = scene.session, scene.tube()
    first = scene.pair(tube, scene.person("Lê An"))
    second = scene.pair(tube, scene.person("Trần Bình"))
    (older,) = standing(scene)
    decide(scene, first.id)
    late = scene.pair(tube, scene.person("Vũ Chi"))
    decide(scene, late.id)
    last = latest(session, About.CONFLICT, older.id)
    assert last is not None
    conflicts.decide_conflict(
        session, older.id, keep=second.id, reason="nhầm sổ", by="user:hoa", now=scene.now,
        instead_of=last.id,
    )  # fmt: skip
    (asked,) = standing(scene)
    assert {claim.pairing_id for claim in asked.claims} == {second.id, late.id}
    decide(scene, second.id)
    assert [each.id for each in queries.live_pairings(session, tube)] == [second.id]
    assert standing(scene) == []


def test_who_was_upheld_and_then_refused_is_asked_about_again(scene: Any) -> None:
    tube, person = scene.tube(), scene.person("Lê An")
    first = scene.pair(tube, person)
    scene.pair(tube, scene.person("Trần Bình"))
    decide(scene, first.id)
    scene.now += timedelta(minutes=1)
    scene.pair(tube, scene.person("Vũ Chi"))
    decide(scene, None)
    late = scene.pair(tube, person)
    (again,) = standing(scene)
    assert [claim.pairing_id for claim in again.claims] == [late.id]


def test_a_decision_is_about_the_claims_that_were_seen(scene: Any) -> None:
    tube = scene.tube()
    first = scene.pair(tube, scene.person("Lê An"))
    scene.pair(tube, scene.person("Trần Bình"))
    seen = conflicts.stamp(*standing(scene))
    scene.pair(tube, scene.person("Vũ Chi"))
    with pytest.raises(conflicts.ConflictGrew):
        decide(scene, first.id, seen=seen)
    decide(scene, first.id, seen=conflicts.stamp(*standing(scene)))


def test_a_claim_that_was_voided_cannot_be_kept(scene: Any) -> None:
    tube = scene.tube()
    first = scene.pair(tube, scene.person("Lê An"))
    for name in ("Trần Bình", "Vũ Chi"):
        scene.pair(tube, scene.person(name))
    scene.void(first)
    with pytest.raises(BadInput):
        decide(scene, first.id, seen=conflicts.stamp(*standing(scene)))
    assert len(standing(scene)) == 1


def test_who_claims_a_tube_that_a_person_took_from_another_is_asked_about_once(scene: Any) -> None:
    """One number was printed twice; the first claim proved wrong before the second was heard of."""
    tube, other = scene.tube(), scene.person("Trần Bình")
    first = scene.pair(tube, scene.person("Lê An"))
    withdraw(scene.session, first, Why.SLIP, by="user:hoa", now=scene.now)
    assert standing(scene) == []
    scene.now += timedelta(minutes=1)
    late = scene.pair(tube, other, station="ban-2")
    (asked,) = standing(scene)
    assert [claim.pairing_id for claim in asked.claims] == [late.id]
    decide(scene, late.id)
    conflicts.review(scene.session, tube, now=scene.now)
    assert standing(scene) == []
    assert [each.id for each in queries.live_pairings(scene.session, tube)] == [late.id]


def test_a_tube_that_its_own_station_undid_asks_nobody(scene: Any) -> None:
    tube = scene.tube()
    scene.void(scene.pair(tube, scene.person("Lê An")))
    scene.now += timedelta(minutes=1)
    scene.pair(tube, scene.person("Trần Bình"), station="ban-2")
    assert standing(scene) == []
