"""A card that is scanned all day, as in a training, asks few questions, and all its tubes wait."""

from typing import Any

from sqlalchemy import select

from server.sampling.decision_models import Matter
from server.sampling.matters import NEAREST
from tests.server.outcomes.test_holds import Day

SCANNED = 40


def test_a_card_that_is_scanned_all_day_asks_few_questions_and_holds_every_tube(scene: Any) -> None:
    day, person = Day(scene), scene.person("Thẻ Tập Huấn")
    tubes = {day.pair(scene.tube(), person).tube for _ in range(SCANNED)}
    asked = list(scene.session.scalars(select(Matter)))
    assert len(asked) <= SCANNED * NEAREST
    assert {tube for each in asked if each.held for tube in (each.tube, each.other_tube)} == tubes
