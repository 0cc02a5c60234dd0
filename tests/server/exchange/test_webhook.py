"""A receiver that answers slowly, wrongly, twice, after its commit or not at all."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from server.delivery import circuits, routes
from server.delivery.routes import Route
from server.delivery.worker import run_once
from server.exchange.http import Access, Http
from server.exchange.simulated import SimulatedSystem
from server.exchange.webhook import WebhookChannel, signature
from server.lab.words import Call

Day = Any
SECRET = b"a-secret-that-both-sides-know"


@pytest.fixture
def system() -> Iterator[SimulatedSystem]:
    system = SimulatedSystem()
    yield system
    system.stop()


@pytest.fixture
def hook(system: SimulatedSystem, day: Day, clock: Any) -> WebhookChannel:
    routes.install([Route("hook")])
    http = Http(Access(system.start(), timeout=2.0))
    return WebhookChannel(http, SECRET, day.database, clock)


def test_what_arrives_is_signed_and_says_everything(
    hook: WebhookChannel, system: SimulatedSystem, day: Day
) -> None:
    tube, [an] = day.pair("Nguyễn Thị Mẫu")
    day.release(tube, Call.POSITIVE, ct_n="24.10")
    assert run_once(day.database, {"hook": hook}, day.now) == 1
    [(key, body)], [headers] = system.kept, system.headers
    signed = signature(SECRET, key, headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == signed
    assert signature(b"another secret of that length", key, "1", body) != signed
    said = msgspec.json.decode(body)
    assert (said["status"], said["name"], said["tube"]) == (
        "positive", "Nguyễn Thị Mẫu", tube.text,
    )  # fmt: skip
    assert said["key"] == key == f"{tube}/{an.person_id}/v1"


@pytest.mark.parametrize(
    "fault", ["slow", "silent", "cut", "500", "500+kept", "503", "503+kept", "429", "408", "401"]
)
def test_whatever_passes_is_tried_again_and_has_one_effect(
    fault: str, hook: WebhookChannel, system: SimulatedSystem, day: Day
) -> None:
    system.faults = [fault]
    tube, _ = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    run_once(day.database, {"hook": hook}, day.now)
    day.correct(result, Call.NEGATIVE)
    later = day.now + timedelta(hours=1)
    run_once(day.database, {"hook": hook}, later)
    assert [msgspec.json.decode(body)["version"] for _, body in system.kept] == [1, 2]
    assert {each.state for each in day.messages("hook")} == {"delivered"}
    assert system.calls == 3 or fault in {"503", "503+kept", "429", "408", "401"}


@pytest.mark.parametrize("status", ["400", "404", "410", "422", "301"])
def test_what_will_never_be_taken_waits_for_a_person(
    status: str, hook: WebhookChannel, system: SimulatedSystem, day: Day
) -> None:
    system.faults = [status]
    tube, _ = day.pair("Lê Văn An")
    day.release(tube, Call.POSITIVE)
    other, _ = day.pair("Trần Thị Bình")
    day.release(other, Call.NEGATIVE)
    assert run_once(day.database, {"hook": hook}, day.now) == 1
    by_state = {each.state: each for each in day.messages("hook")}
    assert set(by_state) == {"dead", "delivered"}
    assert f"HTTP {status}" in by_state["dead"].last_error


def test_a_day_without_the_receiver_ends_with_everything_in_order(
    hook: WebhookChannel, system: SimulatedSystem, day: Day
) -> None:
    system.stop()
    for name in ("An", "Bình", "Cường", "Dung", "Em"):
        tube, _ = day.pair(name)
        day.correct(day.release(tube, Call.POSITIVE), Call.NEGATIVE)
    for hour in range(24):
        assert run_once(day.database, {"hook": hook}, day.now + timedelta(hours=hour)) == 0
    with day.database.read() as session:
        assert circuits.of(session, ["hook"])["hook"].away_since == day.now
    system.start()
    assert run_once(day.database, {"hook": hook}, day.now + timedelta(hours=25)) == 10
    said = [msgspec.json.decode(body) for _, body in system.kept]
    assert len({each["key"] for each in said}) == 10
    for person in {each["person"] for each in said}:
        assert [each["version"] for each in said if each["person"] == person] == [1, 2]
    with day.database.read() as session:
        assert circuits.of(session, ["hook"])["hook"].away_since is None
