"""Items are taken, handed over, explained and opened again, each by an event that stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.errors import BadInput
from server.lab.services import Finding, enter_result, receive_tube
from server.lab.words import Call
from server.outcomes import cases, desks, limits
from server.outcomes.cases import Done, Seen, mark_of
from server.outcomes.desks import Desk, Wish
from server.sampling.conflicts import decide_conflict
from server.sampling.queries import conflicts_of

HOA, LAN = "user:hoa", "user:lan"
STRAY = Desk.RECEPTION_WITHOUT_PAIRING


def stray(scene: Any, *, box: str = "H1") -> Any:
    tube = scene.tube()
    receive_tube(scene.session, tube, box=box, by=LAN, now=scene.now)
    return tube


def seen(scene: Any, wish: Wish | None = None, desk: Desk = STRAY) -> list[Seen]:
    found = desks.waiting_on(scene.session, desk, wish)
    return [Seen(each.subject, mark_of(each.since, each.detail)) for each in found]


def test_an_item_is_taken_handed_over_and_given_back(scene: Any, now: datetime) -> None:
    tube, session = stray(scene), scene.session
    mine = Wish(owner=HOA)
    assert cases.take(session, STRAY, seen(scene), by=HOA, now=now) == Done(1, 0)
    assert [each.tube for each in desks.waiting_on(session, STRAY, mine)] == [tube]
    cases.hand_over(session, STRAY, seen(scene), to=LAN, by=HOA, now=now)
    assert desks.waiting_on(session, STRAY, mine) == []
    cases.hand_over(session, STRAY, seen(scene), to=None, by=LAN, now=now)
    assert len(desks.waiting_on(session, STRAY, Wish(owner=desks.NOBODY))) == 1
    told = {(each.action, each.by, each.to) for each in cases.events_of(session, tube.text)}
    assert told == {("taken", HOA, HOA), ("handed-over", HOA, LAN), ("given-back", LAN, None)}


def test_what_is_explained_leaves_and_an_undo_brings_it_back(scene: Any, now: datetime) -> None:
    stray(scene)
    session, before = scene.session, seen(scene)
    cases.explain(session, STRAY, before, "ống thử máy", by=HOA, now=now)
    assert desks.load_of(session, STRAY) == desks.Load(0, None)
    assert seen(scene) == []
    assert seen(scene, Wish(explained=True)) == before
    cases.reopen(session, STRAY, before, by=HOA, now=now)
    assert desks.load_of(session, STRAY).count == 1


def test_an_explanation_holds_only_as_long_as_its_facts(scene: Any, now: datetime) -> None:
    tube, session = stray(scene), scene.session
    cases.explain(session, STRAY, seen(scene), "ống thử máy", by=HOA, now=now)
    later = now + timedelta(hours=1)
    enter_result(session, tube, Finding(Call.POSITIVE), by=LAN, now=later)
    assert desks.load_of(session, Desk.RESULT_WITHOUT_PAIRING).count == 1
    assert [each.action for each in cases.events_of(session, tube.text)][-1] == "reopened"


def test_who_looks_at_an_old_page_changes_nothing(scene: Any, now: datetime) -> None:
    tube, other, session = stray(scene), stray(scene), scene.session
    old = seen(scene)
    enter_result(session, tube, Finding(Call.POSITIVE), by=LAN, now=now)
    assert cases.explain(session, STRAY, old, "ống thử", by=HOA, now=now) == Done(1, 1)
    assert cases.events_of(session, tube.text) == []
    assert [each.action for each in cases.events_of(session, other.text)] == ["explained"]


def test_a_result_that_could_go_out_is_not_explained_away(scene: Any, now: datetime) -> None:
    with pytest.raises(BadInput):
        cases.explain(
            scene.session, Desk.RESULT_WITHOUT_RELEASE, [Seen("x", "y")], "vội", by=HOA, now=now
        )


def test_desks_are_filtered_by_box_station_place_and_person(scene: Any) -> None:
    stray(scene, box="H1")
    second = stray(scene, box="H2")
    assert [each.subject for each in seen(scene, Wish(box="H2"))] == [second.text]
    paired, person = scene.tube(), scene.person()
    scene.pair(paired, person, station="ban-2")
    waiting = Desk.PAIRING_WITHOUT_RECEPTION
    for wish in (Wish(station="ban-2"), Wish(place="vn-2021:24.222"), Wish(person=person.id)):
        assert [each.subject for each in seen(scene, wish, waiting)] == [paired.text]
    assert seen(scene, Wish(station="ban-1"), waiting) == []


def test_pages_follow_each_other_without_gap_or_repetition(scene: Any) -> None:
    tubes = {stray(scene).text for _ in range(desks.PAGE + 3)}
    first = desks.waiting_on(scene.session, STRAY)
    assert len(first) == desks.PAGE + 1
    last = first[desks.PAGE - 1]
    rest = desks.waiting_on(scene.session, STRAY, Wish(after=(last.since, last.subject)))
    shown = [each.subject for each in [*first[: desks.PAGE], *rest]]
    assert len(shown) == len(set(shown))
    assert set(shown) == tubes


def test_an_item_is_late_and_then_somebody_is_told(scene: Any, now: datetime) -> None:
    stray(scene)
    session, limit = scene.session, limits.LIMITS[STRAY]
    for age, state, strain in (
        (timedelta(hours=1), "in-time", limits.Strain(0, 0, 0)),
        (timedelta(hours=5), "late", limits.Strain(1, 0, 0)),
        (timedelta(hours=13), "escalated", limits.Strain(1, 1, 0)),
    ):
        assert limit.state(now, now + age) == state
        assert limits.strain(session, STRAY, limit, now=now + age) == strain
    hour = timedelta(hours=1)
    limits.set_limit(session, STRAY, late=hour / 2, escalate=hour, by=HOA, now=now)
    assert limits.limits(session)[STRAY].state(now, now + 2 * hour) == "escalated"
    with pytest.raises(BadInput):
        limits.set_limit(session, STRAY, late=2 * hour, escalate=hour, by=HOA, now=now)


def test_a_pool_that_was_miscounted_stands_until_it_is_explained(scene: Any) -> None:
    tube = scene.tube(90)
    scene.pair(tube, scene.person())
    scene.close_pool(tube, members=2)
    [item] = desks.waiting_on(scene.session, Desk.POOL_MISCOUNTED)
    assert (item.tube, item.detail) == (tube, "1/2")
    scene.pair(tube, scene.person("Lê An"))
    assert desks.waiting_on(scene.session, Desk.POOL_MISCOUNTED) == []


@pytest.mark.parametrize("lost", [0, 1])
def test_who_was_taken_out_of_a_pool_before_it_was_closed_counts_in_neither(
    scene: Any, lost: int
) -> None:
    """Three joined and one of them was undone; of the other two, one may be lost."""
    tube = scene.tube(90)
    undone = scene.pair(tube, scene.person("Lê An"))
    scene.pair(tube, scene.person("Trần Bình"))
    scene.void(undone)
    scene.now += timedelta(minutes=1)
    scene.close_pool(tube, members=1 + lost)
    waiting = desks.waiting_on(scene.session, Desk.POOL_MISCOUNTED)
    assert [each.detail for each in waiting] == (["1/2"] if lost else [])
    if lost:
        last = scene.pair(tube, scene.person("Vũ Chi"))
        scene.now += timedelta(minutes=1)
        scene.void(last)  # after it was closed: the station had counted them
    assert desks.waiting_on(scene.session, Desk.POOL_MISCOUNTED) == []


def test_each_station_counts_its_own_members(scene: Any) -> None:
    tube = scene.tube(90)
    mine = scene.pair(tube, scene.person("Lê An"))
    scene.pair(tube, scene.person("Trần Bình"), station="ban-2")
    scene.close_pool(tube, members=1)
    scene.close_pool(tube, members=1, station="ban-2")
    [conflict] = conflicts_of(scene.session, tube)
    decide_conflict(scene.session, conflict.id, keep=mine.id, reason="sổ", by=HOA, now=scene.now)
    assert desks.waiting_on(scene.session, Desk.POOL_MISCOUNTED) == []
