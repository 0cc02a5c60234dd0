import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.accounts import throttle
from server.accounts.models import LoginSession
from server.accounts.passwords import _NOBODYS, hash_password, is_dated
from server.accounts.roles import Role
from server.accounts.services import add_user, set_password, take_access
from server.audit.models import AuditEntry
from server.config import Settings
from server.db import Database
from server.errors import BadInput

PASSWORD = "mưa rơi trên mái tôn"  # noqa: S105 - a made-up one


@pytest.fixture
def lan(database: Database, clock) -> str:
    with database.write() as session:
        add_user(
            session, "lan", name="Trần Thị Lan", role=Role.HEALTH_OFFICER, password=PASSWORD,
            place="vn-2021:24", shortest=12, by="test", now=clock(),
        )  # fmt: skip
    return "lan"


def token_on(client: FlaskClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    return found[1] if found else ""


def log_in(
    client: FlaskClient, password: str = PASSWORD, login: str = "lan", **more: str
) -> TestResponse:
    fields = {"login": login, "password": password, "csrf_token": token_on(client), **more}
    return client.post("/login", data=fields)


def is_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


def test_the_right_password_opens_the_door(app: Flask, lan: str) -> None:
    client = app.test_client()
    assert log_in(client).headers["Location"] == "/"
    assert is_in(client)
    assert client.get("/login").status_code == 302


def test_a_log_in_gets_a_new_token_and_only_its_hash_is_kept(
    app: Flask, lan: str, database: Database
) -> None:
    client = app.test_client()
    client.get("/login")
    before = client.get_cookie("ghepmau-visitor").value
    log_in(client)
    after = client.get_cookie("ghepmau")
    assert after.value != before
    assert after.http_only
    assert after.same_site == "Strict"
    with database.read() as session:
        [row] = session.scalars(select(LoginSession))
    assert after.value not in row.token_hash


def test_a_wrong_password_and_an_unknown_login_look_alike(app: Flask, lan: str) -> None:
    wrong = log_in(app.test_client(), "sai mật khẩu rồi")
    unknown = log_in(app.test_client(), "sai mật khẩu rồi", login="minh")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    alert = re.compile(r'role="alert"[^>]*>([^<]+)')
    assert alert.findall(wrong.text) == alert.findall(unknown.text) != []
    assert not is_dated(_NOBODYS)


def test_a_log_in_ends_after_an_idle_hour_and_after_half_a_day(app: Flask, lan: str, clock) -> None:
    idle, busy = app.test_client(), app.test_client()
    log_in(idle)
    log_in(busy)
    for _ in range(14):
        clock.advance(minutes=50)
        assert is_in(busy)
    assert not is_in(idle)
    clock.advance(minutes=50)
    assert not is_in(busy)


def test_logging_out_ends_the_log_in_on_the_server(app: Flask, lan: str) -> None:
    client = app.test_client()
    log_in(client)
    stolen = client.get_cookie("ghepmau").value
    left = client.post("/logout", data={"csrf_token": token_on(client, "/")})
    assert left.status_code == 302
    cleared = left.headers["Clear-Site-Data"]
    assert cleared == '"cache"', "a declaration that waits on this phone stays"
    thief = app.test_client()
    thief.set_cookie("ghepmau", stolen)
    assert not is_in(thief)


@pytest.mark.parametrize("change", ["access", "password"])
def test_losing_access_or_password_ends_log_ins_at_once(
    app: Flask, lan: str, database: Database, clock, change: str
) -> None:
    client = app.test_client()
    log_in(client)
    with database.write() as session:
        if change == "access":
            take_access(session, "lan", by="user:boss", now=clock())
        else:
            set_password(
                session, "lan", "nắng lên cánh đồng", shortest=12, by="user:boss", now=clock()
            )
    assert not is_in(client)
    assert log_in(app.test_client()).status_code == 403


def test_guessing_is_slowed_down_for_one_address_only(app: Flask, lan: str, clock) -> None:
    client = app.test_client()
    for _ in range(5):
        assert log_in(client, "đoán mò thôi mà").status_code == 403
    assert log_in(client).status_code == 429
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    assert log_in(elsewhere).status_code == 302
    clock.advance(minutes=16)
    assert log_in(client).status_code == 302


def test_a_stranger_cannot_keep_a_person_out_of_their_usual_place(app: Flask, lan: str) -> None:
    home = app.test_client()
    log_in(home)
    for number in range(50):
        stranger = app.test_client()
        stranger.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        log_in(stranger, "đoán mò thôi mà")
    fresh = app.test_client()
    fresh.environ_base["REMOTE_ADDR"] = "10.0.1.1"
    assert log_in(fresh).status_code == 429
    assert log_in(app.test_client()).status_code == 302


def test_others_behind_the_same_address_keep_nobody_out_of_their_usual_place(
    app: Flask, lan: str, database: Database, clock
) -> None:
    home, phone = app.test_client(), app.test_client()
    log_in(home)
    csrf = token_on(phone, "/my/ABCDEFG")
    form = {"csrf_token": csrf, "birth": "1990"}
    guesses = [phone.post("/my/ABCDEFG", data=form).status_code for _ in range(31)]
    assert guesses == [403] * 30 + [429], "an address guesses at no more pages than before"
    assert phone.post("/welcome", data={"csrf_token": csrf, "code": "x"}).status_code == 403
    with database.write() as session:
        for number in range(throttle.PER_ADDRESS):
            throttle.note_failure(session, f"ten-{number}", "127.0.0.1", now=clock())
    assert log_in(app.test_client()).status_code == 302
    with database.read() as session, pytest.raises(throttle.TooManyAttempts):
        throttle.check(session, "minh", "127.0.0.1", now=clock())  # who never logged in here
    for _ in range(throttle.PER_PAIR):
        log_in(phone, "đoán mò thôi mà")
    assert log_in(phone).status_code == 429, "guessing at one account is slowed down as before"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/overview?date=1", "/overview?date=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nSet-Cookie: x", "/"),
    ],
)
def test_a_log_in_leads_back_into_our_pages_only(
    app: Flask, lan: str, asked: str, given: str
) -> None:
    assert log_in(app.test_client(), next=asked).headers["Location"] == given


def test_the_trail_names_no_account_that_does_not_exist(
    app: Flask, lan: str, database: Database
) -> None:
    log_in(app.test_client(), "x", login=PASSWORD)
    with database.read() as session:
        subjects = [
            entry.subject
            for entry in session.scalars(select(AuditEntry))
            if entry.action == "user.log-in-refused"
        ]
    assert subjects == ["user:unknown"]


@pytest.mark.parametrize("password", ["ngắn", "lan lan lan lan", "aaaaaaaaaaaaa", "123456789012"])
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(BadInput):
        hash_password(password, login="lan", shortest=12)


def test_an_administrator_cannot_lock_themselves_out(sign_in: Callable[..., FlaskClient]) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    assert boss.post("/users/administrator/access").status_code == 409


def test_cookies_are_bound_to_https_where_there_is_https(
    settings: Settings, database: Database, clock
) -> None:
    from server.app import create_app

    secure = Settings(data=settings.data, background=False, public_url="https://mau.example")
    answer = create_app(secure, clock).test_client().get("/login", base_url="https://mau.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-ghepmau-visitor=")
    assert "Secure" in cookie
    assert "Strict-Transport-Security" in answer.headers
