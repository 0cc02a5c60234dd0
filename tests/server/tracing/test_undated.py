"""Positives whose sample nobody can date are traced all the same, and do not sink in the list."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.declarations.traces.stays import Reckoning
from server.outcomes.models import Outcome
from server.tracing import subjects
from server.tracing.subjects import Asked

pytestmark = pytest.mark.engines

OLD = datetime(1970, 1, 1, tzinfo=UTC)


def positive(scene: Any, person: Any, *, said: datetime | None = None) -> Outcome:
    """Sample *person* now; *said*: by a clock that was not set."""
    pairing = scene.pair(scene.tube(), person)
    if said:
        pairing.paired_at, pairing.trusted = said, False
    outcome = Outcome(
        id=uuid4(), tube=pairing.tube, person_id=person.id, version=1, status="positive",
        reason="", pairing_id=pairing.id, place=person.place, sampled_at=said or scene.now,
        at=scene.now,
    )  # fmt: skip
    scene.session.add(outcome)
    scene.session.flush()
    return outcome


@pytest.mark.parametrize("said", [OLD, datetime(2030, 5, 1, tzinfo=UTC)])
def test_a_trace_begins_with_when_we_heard_of_a_sample_that_nobody_can_date(
    scene: Any, said: datetime
) -> None:
    case = positive(scene, scene.person(), said=said)
    found = subjects.origin(scene.session, Asked(str(case.id)), Reckoning(), scene.now)
    begins, ends = Reckoning().period(scene.now)
    assert (found.subject.begins, found.subject.ends) == (begins, ends)
    assert found.sampled
    assert not found.sampled.known


def test_where_the_list_is_full_those_that_nobody_can_date_stand_first(scene: Any) -> None:
    person = scene.person()
    scene.now -= timedelta(days=30)
    positive(scene, person, said=OLD)  # told long before the others were sampled
    scene.now += timedelta(days=30)
    undated = positive(scene, person, said=OLD + timedelta(days=9))
    for _ in range(subjects.SHOWN):
        positive(scene, person)
    listed = [each.id for each, _ in subjects.positives(scene.session)]
    assert listed[0] == undated.id
    assert len(listed) == subjects.SHOWN + 1
