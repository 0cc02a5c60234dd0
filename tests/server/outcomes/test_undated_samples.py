"""Whom to call where it is not known when a sample was taken: nobody is left out for a clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.intake import clocks
from server.intake.models import StationBoot
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.models import Callback
from server.outcomes.services import release

pytestmark = pytest.mark.engines

OLD, DAY = datetime(1970, 1, 1, 0, 10, tzinfo=UTC), timedelta(days=1)


def sample(scene: Any, person: Any, call: Call, *, said: datetime | None = None) -> Any:
    """Let *person* be sampled now and told *call*; *said*: by a clock that was never set."""
    pairing = scene.pair(scene.tube(), person)
    if said:
        pairing.paired_at, pairing.trusted = said, False
        pairing.boot, pairing.mono = "boot-1", 600 * 10**9
    lab.receive_tube(scene.session, pairing.tube, box="H1", by="user:lan", now=scene.now)
    found = lab.Finding(call)
    entered = lab.enter_result(scene.session, pairing.tube, found, by="user:lan", now=scene.now)
    lab.verify_result(scene.session, entered.id, by="user:minh", now=scene.now)
    release(scene.session, [entered.id], by="user:minh", now=scene.now)
    return pairing


def called(scene: Any) -> list[Any]:
    open_ones = select(Callback.tube).where(Callback.done_at.is_(None))
    return list(scene.session.scalars(open_ones))


def test_an_older_result_lets_nobody_off_who_was_sampled_by_a_clock_that_was_not_set(
    scene: Any,
) -> None:
    person = scene.person()
    sample(scene, person, Call.NEGATIVE)
    scene.now += DAY
    asked = sample(scene, person, Call.INVALID, said=OLD)
    assert called(scene) == [asked.tube]


@pytest.mark.parametrize("after", [DAY, 900 * DAY], ids=["a day later", "in years"])
def test_a_result_that_nobody_can_date_ends_no_call(scene: Any, after: timedelta) -> None:
    person = scene.person()
    asked = sample(scene, person, Call.INVALID)
    said, scene.now = scene.now + after, scene.now + DAY
    sample(scene, person, Call.NEGATIVE, said=said)
    assert called(scene) == [asked.tube]


def test_a_sample_of_after_we_heard_of_the_undated_one_ends_its_call(scene: Any) -> None:
    person = scene.person()
    sample(scene, person, Call.INVALID, said=OLD)
    assert called(scene)
    scene.now += DAY
    sample(scene, person, Call.NEGATIVE)
    assert called(scene) == []


def test_a_time_that_becomes_known_ends_the_call_that_it_answers(scene: Any) -> None:
    person = scene.person()
    sample(scene, person, Call.INVALID)
    scene.now += DAY
    answer = sample(scene, person, Call.NEGATIVE, said=OLD)
    assert called(scene)
    began = scene.now - timedelta(hours=1)
    scene.session.add(StationBoot(station="ban-1", boot="boot-1", zero_at=began, how="upload"))
    scene.session.flush()
    clocks.correct_past(scene.session, scene.now)
    assert called(scene) == []
    assert queries.current_of(scene.session, answer.tube)[person.id].version == 2
