"""Before a log-in ends by itself: who is told when, and what keeps it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from server.accounts.ending import Why, ending_of
from server.accounts.roles import Role
from server.accounts.sessions import Limits, seen_every

BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@given(idle=st.integers(1, 720), hours=st.integers(1, 24), used=st.integers(0, 24 * 60))
def test_the_end_is_the_first_of_both_and_is_told_in_time(idle: int, hours: int, used: int) -> None:
    limits = Limits(timedelta(minutes=idle), timedelta(hours=hours))
    seen = BEGAN + timedelta(minutes=used)
    end = ending_of(BEGAN, seen, limits)
    assert end.at == min(seen + limits.idle, BEGAN + limits.absolute)
    assert (end.why is Why.IDLE) == (end.at < BEGAN + limits.absolute), "only then a press helps"
    assert timedelta(seconds=20) <= end.lead < limits.idle, "WCAG 2.2.1: at least 20 seconds"
    assert seen_every(limits) < limits.idle - end.lead, "whoever presses then is noted"


@pytest.fixture
def lan(sign_in: Any) -> FlaskClient:
    client: FlaskClient = sign_in(Role.LAB_TECHNICIAN, "lan")
    return client


def left(client: FlaskClient, csrf: str | None = None) -> dict[str, Any]:
    token = csrf if csrf is not None else client.csrf  # type: ignore[attr-defined]
    answer = client.get("/login/left", headers={"X-CSRF-Token": token})
    assert answer.json is not None
    return dict(answer.json)


def test_to_ask_is_no_use_and_to_press_is(lan: FlaskClient, clock: Any) -> None:
    for _ in range(6):
        clock.advance(minutes=9)
        assert left(lan)["say"] == ""
    clock.advance(minutes=2)
    assert left(lan) == {"say": "idle", "then": "idle", "at": "09:00", "left": 240}
    assert lan.post("/login/stay").json == {"say": "", "then": "idle", "at": "09:56", "left": 3600}
    clock.advance(minutes=59)
    assert lan.get("/").status_code == 200


def test_a_camera_that_was_left_on_keeps_no_log_in(lan: FlaskClient, clock: Any) -> None:
    for _ in range(7):
        clock.advance(minutes=9)
        lan.post("/scan/frame", data=b"no picture", content_type="image/jpeg")
    assert lan.get("/").status_code == 302


def test_what_a_page_asks_for_alone_keeps_no_log_in(lan: FlaskClient, clock: Any) -> None:
    clock.advance(minutes=30)
    assert lan.get("/", headers={"X-Live": "touched"}).status_code == 200
    clock.advance(minutes=59)
    assert lan.get("/", headers={"X-Live": "alone"}).status_code == 200
    clock.advance(minutes=2)
    assert lan.get("/").status_code == 302
    assert left(lan) == {"say": "over", "then": "over", "at": "", "left": 0}
    assert lan.post("/login/stay").location == "/login?ended=lost"


def test_the_longest_log_in_is_told_of_and_no_press_prolongs_it(
    lan: FlaskClient, clock: Any
) -> None:
    for _ in range(14):
        clock.advance(minutes=50)
        lan.get("/")
    clock.advance(minutes=16)
    assert lan.post("/login/stay").json == {
        "say": "most",
        "then": "most",
        "at": "20:00",
        "left": 240,
    }


def test_a_page_of_an_earlier_log_in_is_told_so(lan: FlaskClient, clock: Any) -> None:
    assert left(lan, "made in another log-in")["say"] == "other"
    assert lan.post("/login/stay", data={"csrf_token": "x"}).status_code == 403


def test_each_page_says_when_and_without_a_script_the_door_does(
    lan: FlaskClient, app: Any, clock: Any
) -> None:
    page = lan.get("/roles").text
    assert 'data-left="3600" data-lead="300" data-then="idle" data-at="09:00"' in page
    assert "hết sau 60 phút không dùng, lâu nhất 12 giờ" in lan.get("/account").text
    door = app.test_client().get("/login?lang=en").text
    assert "ends after 60 min without use, at most after 12 h" in door
    assert "ending" not in door, "nobody is logged in here"


@pytest.mark.parametrize("minutes", [1, 2])
def test_a_short_limit_is_prolonged_by_use_as_well(
    lan: FlaskClient, app: Any, clock: Any, minutes: int
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], idle_minutes=minutes)
    for _ in range(6):
        clock.advance(seconds=minutes * 40)
        assert lan.get("/").status_code == 200
