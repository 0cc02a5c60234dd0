"""A card that is scanned all day, as in a training, asks few questions, and all its tubes wait."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract import events
from server.outcomes.gate import ResultHeld
from server.people import merges
from server.sampling import matters, services
from server.sampling.decision_models import Matter
from server.sampling.matter_decisions import deny_pairing
from server.sampling.models import Pairing
from server.sampling.repeats import NEAREST
from tests.server.outcomes.test_holds import Day

SCANNED = 40


def test_a_card_that_is_scanned_all_day_asks_few_questions_and_holds_every_tube(scene: Any) -> None:
    day, person = Day(scene), scene.person("Thẻ Tập Huấn")
    tubes = {day.pair(scene.tube(), person).tube for _ in range(SCANNED)}
    asked = list(scene.session.scalars(select(Matter)))
    assert len(asked) <= SCANNED * NEAREST
    assert {tube for each in asked if each.held for tube in (each.tube, each.other_tube)} == tubes


def held(day: Day) -> set[Any]:
    found = matters.open_matters(day.scene.session)
    return {tube for each in found if each.held for tube in (each.tube, each.other_tube)}


def test_where_what_stood_between_is_undone_the_outer_two_are_asked_about(scene: Any) -> None:
    day, person = Day(scene), scene.person("Thẻ Mượn")
    given = [day.pair(scene.tube(), person) for _ in range(NEAREST + 2)]
    for each in given[1:-1]:
        day.void(each)
    assert held(day) == {given[0].tube, given[-1].tube}


def test_where_persons_take_back_what_stood_between_the_outer_two_are_asked_about(
    scene: Any,
) -> None:
    day, person = Day(scene), scene.person("Thẻ Mượn")
    given = [day.pair(scene.tube(), person) for _ in range(NEAREST + 2)]
    for each in given[1:-1]:
        deny_pairing(scene.session, each.id, reason="không phải", by="user:hoa", now=scene.now)
    pairs = {frozenset((e.tube, e.other_tube)) for e in scene.session.scalars(select(Matter))}
    assert frozenset((given[0].tube, given[-1].tube)) in pairs


def elsewhere(day: Day, person: Any) -> Pairing:
    """Another station whose clock was never set gives *person* a tube."""
    head = day.head() | {"station": "ban-2", "trusted": False}
    event = events.TubePaired(
        **head, tube=day.scene.tube().text, person="", person_kind="citizen-card", tag="0" * 16,
        order="person-first", took_ms=900,
    )  # fmt: skip
    now = day.scene.now + timedelta(seconds=1)
    return services.record_pairing(day.scene.session, event, person, place="p", now=now)


def test_what_cannot_be_compared_takes_no_place_between_two(scene: Any) -> None:
    day, person = Day(scene), scene.person("Thẻ Mượn")
    first = day.pair(scene.tube(), person)
    for _ in range(NEAREST):
        elsewhere(day, person)
    last = day.pair(scene.tube(), person)
    assert {first.tube, last.tube} <= held(day)


@pytest.mark.engines
@pytest.mark.parametrize("when", ["before", "after"])
def test_two_records_that_are_one_persons_are_given_two_tubes_as_one(scene: Any, when: str) -> None:
    """Merged by way of a third, before the second tube or once both were tested."""
    day, session = Day(scene), scene.session
    records = [scene.person(name) for name in ("Lê An", "Lê Thị An", "Lê T. An")]

    def join() -> None:
        for one, other in ((0, 2), (1, 2)):
            merges.merge(
                session, records[one].id, records[other].id, reason="một người", evidence="page",
                by="user:hoa", now=scene.now,
            )  # fmt: skip

    if when == "before":
        join()
    given = [day.pair(scene.tube(), each) for each in records[:2]]
    day.pair(scene.tube(), scene.person("Trần Bình"))
    if when == "after":
        assert held(day) == set()
        day.release(day.result(given[0].tube))
        join()
    assert held(day) == {each.tube for each in given}
    result = day.result(given[1].tube)
    with pytest.raises(ResultHeld):
        day.release(result)
