"""A station's clock is set right after the result was told: everybody is told the right time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.declarations import queries as declared
from server.declarations.models import RecordEntry
from server.delivery.models import Delivery
from server.intake import clocks
from server.intake.models import StationBoot
from server.lab import services as lab
from server.lab.words import Call, Rejection
from server.outcomes import calls, queries
from server.outcomes.models import Callback
from server.outcomes.services import release

OLD = datetime(1970, 1, 1, 0, 10, tzinfo=UTC)
LAN, MINH = "user:lan", "user:minh"


@pytest.fixture
def untimed(scene: Any) -> Any:
    """A pairing ten minutes into a boot whose clock was never set."""
    tube = scene.tube()
    at, scene.now = scene.now, OLD
    pairing = scene.pair(tube, scene.person())
    scene.now = at
    pairing.trusted, pairing.boot, pairing.mono = False, "boot-1", 600 * 10**9
    scene.session.flush()
    return pairing


def tell_time(scene: Any, how: str = "upload", *, hours: float = 2) -> datetime:
    """Let the server learn when the boot began; return when the pairing was made."""
    began = scene.now - timedelta(hours=hours)
    scene.session.merge(StationBoot(station="ban-1", boot="boot-1", zero_at=began, how=how))
    scene.session.flush()
    clocks.correct_past(scene.session, scene.now)
    return began + timedelta(minutes=10)


def test_a_time_that_is_set_right_makes_a_new_version_and_a_delivery(
    scene: Any, untimed: Any
) -> None:
    session, tube = scene.session, untimed.tube
    lab.receive_tube(session, tube, box="H1", by=LAN, now=scene.now)
    found = lab.enter_result(session, tube, lab.Finding(Call.NEGATIVE), by=LAN, now=scene.now)
    lab.verify_result(session, found.id, by=MINH, now=scene.now)
    release(session, [found.id], by=MINH, now=scene.now)
    [first] = queries.versions_of(session, tube)
    assert first.sampled_at == OLD
    at = tell_time(scene)
    first, second = queries.versions_of(session, tube)
    assert (second.version, second.status, second.sampled_at) == (2, "negative", at)
    assert second.supersedes == first.id
    asked = select(Delivery.key, Delivery.payload).order_by(Delivery.version)
    keys, payloads = zip(*session.execute(asked), strict=True)
    assert [key[-3:] for key in keys] == ["/v1", "/v2"]
    assert at.isoformat().replace("+00:00", "Z") in payloads[1]
    tell_time(scene)
    assert len(queries.versions_of(session, tube)) == 2


def test_an_estimate_and_then_the_exact_time_are_each_told_once(scene: Any, untimed: Any) -> None:
    session, tube = scene.session, untimed.tube
    lab.reject_tube(session, tube, Rejection.EMPTY, by=LAN, now=scene.now)
    [call] = session.scalars(select(Callback))
    scene.now += timedelta(minutes=5)
    calls.finish(session, call.id, note="đã hẹn lại", by=MINH, now=scene.now)
    scene.now += timedelta(hours=1)
    told = [OLD, tell_time(scene, "stick", hours=1), tell_time(scene, "upload", hours=3)]
    versions = queries.versions_of(session, tube)
    assert [each.sampled_at for each in versions] == told
    assert {each.status for each in versions} == {"resample"}
    assert len(session.scalars(select(Callback)).all()) == 1  # nobody is called twice for a clock


def test_the_record_follows_its_newest_word_even_where_that_is_an_earlier_time(
    scene: Any,
) -> None:
    session, person = scene.session, scene.person()
    tubes = [scene.tube(), scene.tube()]
    for tube, version, days in ((tubes[0], 1, 9), (tubes[0], 2, 1), (tubes[1], 1, 5)):
        at = scene.now - timedelta(days=10 - days)
        session.add(
            RecordEntry(
                id=uuid4(), key=f"{tube}/{person.id}/v{version}", person_id=person.id, tube=tube,
                version=version, status="negative", reason="", sampled_at=at, resulted_at=at,
                place="vn-2021:24", recorded_at=scene.now, supersedes=None,
            )
        )  # fmt: skip
    session.flush()
    shown = [(entry.tube, entry.version) for entry in declared.record_of(session, person.id)]
    assert shown == [(tubes[1], 1), (tubes[0], 2), (tubes[0], 1)]
