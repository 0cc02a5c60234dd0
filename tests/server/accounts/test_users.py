"""Accounts: where one is logged in, who may change whose account, what is told of it."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts import sessions
from server.accounts.models import LoginSession, User
from server.accounts.roles import Role
from server.db import Database
from tests.server.accounts.at_the_door import (
    AREA,
    OTHER,
    PASSWORD,
    enrol,
    is_in,
    log_in,
    send,
)

SignIn = Callable[..., FlaskClient]


def test_log_ins_are_listed_and_ended(app: Flask, lan: str, sign_in: SignIn, clock: Any) -> None:
    here, there = app.test_client(), app.test_client()
    log_in(here)
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    there.environ_base["HTTP_USER_AGENT"] = agent["User-Agent"]
    log_in(there)
    page = here.get("/account").text
    assert "Firefox · Windows" in page
    which = sessions.hash_of(there.get_cookie("ghepmau").value)
    stranger = sign_in(Role.SWAB_TEAM)
    assert stranger.post("/account/log-ins", data={"login": which}).status_code == 404
    assert send(here, "/account", "/account/log-ins", login=which).status_code == 302
    assert not is_in(there)
    assert is_in(here)
    sign_in(Role.ADMINISTRATOR).post("/users/lan/log-ins")
    assert not is_in(here)


def test_a_changed_password_ends_the_other_log_ins(app: Flask, lan: str) -> None:
    here, there = app.test_client(), app.test_client()
    log_in(here)
    log_in(there)
    change = {"page": "/account", "path": "/account/password", "password": OTHER}
    assert send(here, **change, old="sai rồi").status_code == 403
    assert send(here, **change, old=PASSWORD).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert log_in(app.test_client(), OTHER).status_code == 302


def test_an_account_that_nobody_uses_falls_asleep(
    app: Flask, lan: str, clock: Any, sign_in: SignIn
) -> None:
    clock.advance(days=181)
    client = app.test_client()
    assert log_in(client).status_code == 403
    boss = sign_in(Role.ADMINISTRATOR)
    boss.post("/account/second-factor")  # nobody is let round the second factor either
    assert "lâu không dùng" in boss.get("/users").text
    boss.post("/users/lan/link")
    assert log_in(client).status_code == 302


def test_an_administrator_gives_no_more_than_they_have(
    sign_in: SignIn, lan: str, database: Database
) -> None:
    boss = sign_in(Role.ADMINISTRATOR, "sep", place="vn-2021:24.221", sees="")
    assert "/users/lan" not in boss.get("/users").text
    for act in ("move", "access", "link", "second-factor/reset", "log-ins"):
        there = boss.post(f"/users/lan/{act}", data={"role": "swab-team"})
        absent = boss.post(f"/users/lam/{act}", data={"role": "swab-team"})
        assert (there.status_code, absent.status_code) == (404, 404)
        assert re.sub(r"(người dùng|users/) ?lan", r"\1 lam", there.text) == absent.text.replace(
            "users/lam", "users/ lam"
        )
    new = {"login": "minh", "name": "Minh", "role": "administrator"}
    for wider in ({"place": AREA}, {"place": "vn-2021:24"}, {"sees": "*"}, {}):
        assert boss.post("/users", data={**new, **wider}).status_code == 403
    assert boss.post("/users", data={**new, "place": "vn-2021:24.221.03"}).status_code == 200
    mine = {"role": "administrator", "sees": "*"}
    assert boss.post("/users/sep/move", data=mine).status_code in {403, 409}
    with database.read() as session:
        assert session.scalar(select(User.sees).where(User.login == "sep")) == ""


def test_a_move_holds_at_once(app: Flask, lan: str, sign_in: SignIn) -> None:
    client = app.test_client()
    log_in(client)
    moved = {"role": "registrar", "place": AREA}
    sign_in(Role.ADMINISTRATOR).post("/users/lan/move", data=moved)
    assert not is_in(client)
    log_in(client)
    assert "đổi vai trò" in client.get("/").text
    assert client.get("/outcomes").status_code == 403


def test_whoever_poses_as_a_person_cannot_read_their_notices_away(
    app: Flask, lan: str, sign_in: SignIn, clock: Any
) -> None:
    client = app.test_client()
    log_in(client)
    enrol(client, clock)
    boss = sign_in(Role.ADMINISTRATOR)
    boss.post("/users/lan/second-factor/reset")
    page = boss.post("/users/lan/link").text
    posing = app.test_client()
    send(posing, "/welcome", code=re.search(r"/welcome#([\w-]+)<", page)[1], password=OTHER)
    for person in (posing, client):  # whoever comes first, the next reads it too
        assert log_in(person, OTHER).status_code == 302
        first, account = person.get("/").text, person.get("/account").text
        for said in (
            "administrator đã gỡ",
            "administrator đã tạo liên kết",
            "do administrator đưa",
        ):
            assert said in first
            assert said in account
    clock.advance(days=31)
    log_in(client, OTHER)
    assert "administrator đã" not in client.get("/account").text


def test_what_was_done_before_the_first_log_in_and_by_oneself_is_no_notice(
    app: Flask, sign_in: SignIn
) -> None:
    fields = {"login": "lan", "name": "Lan", "role": "swab-team", "place": AREA}
    page = sign_in(Role.ADMINISTRATOR).post("/users", data=fields).text
    client = app.test_client()
    send(client, "/welcome", code=re.search(r"/welcome#([\w-]+)<", page)[1], password=OTHER)
    log_in(client, OTHER)
    change = {"old": OTHER, "password": PASSWORD}
    assert send(client, "/account", "/account/password", **change).status_code == 302
    assert "liên kết" not in client.get("/account").text


def test_nobody_gets_round_their_own_password_and_second_factor(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    for act in ("link", "second-factor/reset"):
        assert boss.post(f"/users/administrator/{act}").status_code == 409
        assert f"administrator/{act}" not in boss.get("/users/administrator").text


def test_half_a_log_in_is_in_no_list(app: Flask, lan: str, clock: Any, database: Database) -> None:
    client, thief = app.test_client(), app.test_client()
    log_in(client)
    enrol(client, clock)
    log_in(thief)
    with database.read() as session:
        assert [row.half for row in session.scalars(select(LoginSession))].count(True) == 1
    assert client.get("/account").text.count('name="login" value="') == 1, "only 'others'"
