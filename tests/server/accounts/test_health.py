"""Heartbeats: heard, kept cheaply, and shown where a station is silent or sick."""

from collections.abc import Callable
from datetime import datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from contract.health import Heartbeat, encode
from contract.signing import public_text, request_message, sign
from device.reasons import Refusal
from server.accounts import device_words, health_queries
from server.accounts.health_models import StationHealth, StationHour
from server.accounts.models import Station
from server.accounts.pulse import Pulse
from server.accounts.roles import Role
from server.accounts.sickness import RULES, WORDS, problems_of, words_of
from server.db import Database

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PATH = "/api/v1/stations/me/heartbeat"


@pytest.fixture(autouse=True)
def stations(database: Database, now: datetime) -> None:
    with database.write() as session:
        for number in (1, 2, 3):
            session.add(
                Station(id=f"ban-{number}", label=f"Bàn {number}", place="vn-2021:24",
                        duty="sampling", public_key=public_text(KEY), state="enrolled",
                        enrolled_at=now, created_at=now)
            )  # fmt: skip


@pytest.fixture
def beat(now: datetime) -> Heartbeat:
    return Heartbeat(
        station="ban-1", at=now, trusted=True, boot="boot", mono=10**9, silent_s=0.4, celsius=50.0
    )


def send(app: Flask, said: Heartbeat, station: str = "ban-1") -> TestResponse:
    body = encode(said)
    signature = sign(KEY, request_message(station, "POST", PATH, body))
    headers = {"X-Ghepmau-Station": station, "X-Ghepmau-Signature": signature}
    return app.test_client().post(PATH, data=body, headers=headers)


def sick(beat: Heartbeat) -> Heartbeat:
    return msgspec.structs.replace(beat, undervoltage=True, devices={"reader": "lost"})


def test_a_heartbeat_is_answered_with_the_time(app: Flask, beat: Heartbeat, now: datetime) -> None:
    answer = send(app, beat)
    assert (answer.status_code, answer.json) == (200, {"now": now.isoformat()})


def test_only_the_station_itself_is_heard(app: Flask, beat: Heartbeat, database: Database) -> None:
    assert send(app, beat, "ban-2").status_code == 422
    bare = app.test_client().post(PATH, data=encode(beat), headers={"X-Ghepmau-Station": "ban-1"})
    assert bare.status_code == 401
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(StationHealth)) == 0


def test_silent_and_sick_stations_stand_on_the_desk_and_the_page(
    app: Flask, beat: Heartbeat, clock: Callable[[], datetime], sign_in: Callable[..., FlaskClient]
) -> None:
    send(app, msgspec.structs.replace(beat, station="ban-2"), "ban-2")
    clock.advance(minutes=6)  # type: ignore[attr-defined]
    send(app, sick(beat))
    page = sign_in(Role.ADMINISTRATOR).get("/stations").get_data(as_text=True)
    assert page.index("ban-1") < page.index("ban-2") < page.index("ban-3")
    assert "nguồn điện yếu" in page
    assert "mất đầu đọc" in page
    assert "mất liên lạc" in page
    assert "chưa nghe" in page
    home = sign_in(Role.ADMINISTRATOR).get("/").get_data(as_text=True)
    desk = home[home.rindex('href="/stations"') :][:400]
    assert "<b>2</b>" in desk
    english = sign_in(Role.ADMINISTRATOR).get("/stations?lang=en").get_data(as_text=True)
    assert "the reader is lost" in english


def test_a_station_that_was_put_away_is_on_nobodys_desk(
    app: Flask, beat: Heartbeat, clock: Callable[[], datetime], database: Database
) -> None:
    send(app, sick(beat))
    clock.advance(hours=13)  # type: ignore[attr-defined]
    with database.read() as session:
        assert health_queries.unwell(session, clock())[0] == 0


def test_since_when_a_station_is_sick_is_remembered_and_forgotten_when_it_is_well(
    app: Flask, beat: Heartbeat, clock: Callable[[], datetime], database: Database, now: datetime
) -> None:
    for said in (sick(beat), sick(beat)):
        send(app, said)
        clock.advance(minutes=3)  # type: ignore[attr-defined]
    with database.read() as session:
        assert health_queries.unwell(session, clock()) == (1, now)
    send(app, beat)
    with database.read() as session:
        assert health_queries.unwell(session, clock()) == (0, None)


def test_the_last_days_are_kept_by_the_hour_and_old_ones_forgotten(
    app: Flask, beat: Heartbeat, clock: Callable[[], datetime], database: Database,
    sign_in: Callable[..., FlaskClient],
) -> None:  # fmt: skip
    for _ in range(3):
        send(app, msgspec.structs.replace(sick(beat), queue=7))
        clock.advance(minutes=20)  # type: ignore[attr-defined]
    send(app, beat)
    with database.read() as session:
        newest, first = health_queries.hours_of(session, "ban-1")
    assert (first.beats, first.queue, newest.beats, newest.problems) == (3, 7, 1, "")
    assert "undervoltage" in first.problems
    page = sign_in(Role.ADMINISTRATOR).get("/stations/ban-1/health")
    assert page.status_code == 200
    assert "50.0" in page.get_data(as_text=True)
    clock.advance(days=4)  # type: ignore[attr-defined]
    send(app, beat)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(StationHour)) == 1


def test_a_station_that_was_never_heard_has_a_page_too(
    sign_in: Callable[..., FlaskClient],
) -> None:
    page = sign_in(Role.ADMINISTRATOR).get("/stations/ban-3/health")
    assert "chưa báo lần nào" in page.get_data(as_text=True)
    assert sign_in(Role.ADMINISTRATOR).get("/stations/nobody/health").status_code == 404
    assert sign_in(Role.LAB_TECHNICIAN).get("/stations/ban-3/health").status_code == 403


def test_an_officer_reads_words_not_codes(
    app: Flask, beat: Heartbeat, sign_in: Callable[..., FlaskClient]
) -> None:
    devices = {"camera": "lost", "reader": "ok", "tail": "wagging"}
    refusals = {"assigned-to-other": 2, "not-yet-known": 1}
    send(app, msgspec.structs.replace(
        beat, duty="reception", journal="spare", devices=devices, refusals=refusals
    ))  # fmt: skip
    page = sign_in(Role.ADMINISTRATOR).get("/stations/ban-1/health").get_data(as_text=True)
    for said in ("Thiết bị: máy ảnh", "mất", "ghi vào chỗ dự phòng", "nhận mẫu", "tail", "wagging"):
        assert said in page
    assert "Từ chối: ống dán tên người khác" in page
    assert "Từ chối: not-yet-known" in page
    assert set(device_words.REFUSALS) == {reason.value for reason in Refusal}


def test_many_heartbeats_make_one_transaction(
    database: Database, beat: Heartbeat, now: datetime
) -> None:
    pulse = Pulse(database, lambda: now)
    pulse.start()
    for number in (1, 2, 3, 1, 2, 3):
        pulse.hear(msgspec.structs.replace(beat, station=f"ban-{number}"), now)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(StationHealth)) == 0
    pulse.stop()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(StationHealth)) == 3
        assert session.scalar(select(func.sum(StationHour.beats))) == 6


def test_every_problem_has_words_and_a_healthy_station_has_none(beat: Heartbeat) -> None:
    assert set(RULES) <= set(WORDS)
    assert problems_of(beat) == []
    assert problems_of(msgspec.structs.replace(beat, silent_s=None)) == ["loop-silent"]
    assert words_of("keypad-lost")[1] == "the device keypad is lost"
