"""How people come in: one-time links, second factors, codes on paper."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server import vault as vaults
from server.accounts import sessions, throttle
from server.accounts.door_models import RecoveryCode, SecondFactor
from server.accounts.factors import STEP, _step_of
from server.accounts.roles import Role
from server.accounts.services import user_named
from server.audit.models import AuditEntry
from server.config import Settings
from server.db import Database
from server.upkeep import keys_cli
from server.vault import Vault
from tests.server.accounts.at_the_door import (
    AREA,
    OTHER,
    PASSWORD,
    code_of,
    enrol,
    is_in,
    log_in,
    send,
)

SignIn = Callable[..., FlaskClient]


@given(st.integers(10**9, 2**31), st.integers(-3, 3), st.integers(-3, 3))
def test_a_code_counts_near_its_time_and_only_forward(at: int, off: int, last: int) -> None:
    secret, step = pyotp.random_base32(), at // STEP + off
    code, after = pyotp.TOTP(secret).generate_otp(step), at // STEP + last
    found = _step_of(secret, code, after=after, now=datetime.fromtimestamp(at, UTC))
    assert found is None or (found > after and abs(found - at // STEP) <= 1)
    if abs(off) <= 1 and step > after:
        assert found is not None


def test_nobody_but_the_person_knows_their_password(
    app: Flask, sign_in: SignIn, clock: Any
) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    fields = {"login": "minh", "name": "Lê Minh", "role": "swab-team", "place": AREA}
    page = boss.post("/users", data=fields).text
    assert 'type="password"' not in boss.get("/users").text + page
    token = re.search(r"/welcome#([\w-]+)<", page)[1]
    assert token not in boss.get("/users/minh").text
    minh = app.test_client()
    assert send(minh, "/welcome", code="sai", password=OTHER).status_code == 403
    assert send(minh, "/welcome", code=token, password="ngắn").status_code == 422
    assert send(minh, "/welcome", code=token, password=OTHER).status_code == 200
    assert send(minh, "/welcome", code=token, password=PASSWORD).status_code == 403
    assert send(minh, "/login", login="minh", password=OTHER).status_code == 302


def test_a_link_ends_by_itself_and_by_a_newer_one(app: Flask, sign_in: SignIn, clock: Any) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    fields = {"login": "minh", "name": "Lê Minh", "role": "swab-team", "place": AREA}
    first = re.search(r"/welcome#([\w-]+)<", boss.post("/users", data=fields).text)[1]
    second = re.search(r"/welcome#([\w-]+)<", boss.post("/users/minh/link").text)[1]
    client = app.test_client()
    assert send(client, "/welcome", code=first, password=OTHER).status_code == 403
    clock.advance(hours=73)
    assert send(client, "/welcome", code=second, password=OTHER).status_code == 403


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(
    app: Flask, lan: str, clock: Any, database: Database
) -> None:
    first = app.test_client()
    log_in(first)
    secret, codes = enrol(first, clock)
    assert len(codes) == 10
    thief = app.test_client()
    assert log_in(thief).headers["Location"] == "/login/second"
    for path in ("/", "/outcomes", "/account", "/api/v1/outcomes"):
        assert thief.get(path).status_code in {302, 401}
    half = thief.get_cookie("ghepmau").value
    clock.advance(seconds=30)
    code = code_of(secret, clock)
    assert send(thief, "/login/second", code="000000").status_code == 403
    assert send(thief, "/login/second", code=code).status_code == 302
    assert is_in(thief)
    assert thief.get_cookie("ghepmau").value != half, "a new token for more rights"
    stale = app.test_client()
    stale.set_cookie("ghepmau", half)
    assert not is_in(stale)
    again = app.test_client()
    log_in(again)
    assert send(again, "/login/second", code=code).status_code == 403, "a code counts once"
    with database.read() as session:
        kept = session.connection().exec_driver_sql("SELECT secret FROM second_factor").scalar()
        assert secret.encode() not in bytes(kept)


def test_a_code_on_paper_works_once(app: Flask, lan: str, clock: Any) -> None:
    client = app.test_client()
    log_in(client)
    _, codes = enrol(client, clock)
    for expected in (302, 403):
        lost = app.test_client()
        log_in(lost)
        assert send(lost, "/login/second", code=codes[0].lower()).status_code == expected


def test_codes_on_paper_work_after_keys_were_rotated(
    app: Flask, lan: str, clock: Any, database: Database, settings: Settings
) -> None:
    client = app.test_client()
    log_in(client)
    _, codes = enrol(client, clock)
    keys_cli.rotate(database, settings.vault_path, 0)
    vaults.install(Vault.load(settings.vault_path))
    lost = app.test_client()
    log_in(lost)
    assert send(lost, "/login/second", code=codes[0]).status_code == 302
    lan_under_a_key_that_rotates(database, "ABCD23456789", clock())
    again = app.test_client()
    log_in(again)
    assert send(again, "/login/second", code="abcd-2345-6789").status_code == 302, "kept earlier"


def lan_under_a_key_that_rotates(database: Database, code: str, now: datetime) -> None:
    """Keep a code as earlier versions did."""
    with database.write() as session:
        lan = user_named(session, "lan")
        key = vaults.current().blind("recovery.code", f"{lan.id}|{code}")
        session.add(RecoveryCode(code_key=key, user_id=lan.id, created_at=now))


def test_guessing_codes_is_slowed_down_and_a_right_password_forgives_nothing(
    app: Flask, lan: str, clock: Any
) -> None:
    client = app.test_client()
    log_in(client)
    enrol(client, clock)
    thief = app.test_client()
    for _ in range(throttle.PER_PAIR):
        assert log_in(thief).status_code == 302
        assert send(thief, "/login/second", code="000000").status_code == 403
    assert log_in(thief).status_code == 429


def test_a_stolen_password_does_not_make_an_address_a_known_one(
    app: Flask, lan: str, clock: Any, database: Database
) -> None:
    client = app.test_client()
    log_in(client)
    enrol(client, clock)
    thief, usual = app.test_client(), app.test_client()
    thief.environ_base["REMOTE_ADDR"] = "10.0.1.1"
    assert log_in(thief).headers["Location"] == "/login/second"
    with database.write() as session:
        for number in range(throttle.PER_ACCOUNT):
            throttle.note_failure(session, "lan", f"10.0.0.{number}", now=clock())
    assert send(thief, "/login/second", code="000000").status_code == 429
    assert log_in(thief).status_code == 429
    assert log_in(usual).status_code == 302


def test_the_second_factor_is_waited_for_ten_minutes(app: Flask, lan: str, clock: Any) -> None:
    client = app.test_client()
    log_in(client)
    secret, _ = enrol(client, clock)
    late = app.test_client()
    log_in(late)
    clock.advance(minutes=11)
    found = send(late, "/login/second", code=code_of(secret, clock))
    assert found.status_code in {302, 403}
    assert not is_in(late)


def test_officers_need_a_second_factor_after_some_days(app: Flask, lan: str, clock: Any) -> None:
    client = app.test_client()
    log_in(client)
    assert client.get("/outcomes").status_code == 200, "the first days are free"
    clock.advance(days=8)
    log_in(client)
    assert client.get("/outcomes").headers["Location"] == "/account/second-factor"
    assert client.get("/api/v1/outcomes").status_code == 403
    enrol(client, clock)
    assert client.get("/outcomes").status_code == 200


def test_a_reset_is_told_to_the_person_and_to_the_trail(
    app: Flask, lan: str, clock: Any, sign_in: SignIn, database: Database
) -> None:
    client = app.test_client()
    log_in(client)
    enrol(client, clock)
    boss = sign_in(Role.ADMINISTRATOR)
    assert boss.post("/users/lan/second-factor/reset").status_code == 302
    assert not is_in(client)
    log_in(client)
    assert "administrator đã gỡ" in client.get("/").text
    assert "đã gỡ" not in client.get("/").text
    assert "administrator đã gỡ" in client.get("/account").text
    with database.read() as session:
        acts = set(session.scalars(select(AuditEntry.action)))
        assert {"user.second-factor-added", "user.second-factor-ended"} <= acts
        assert session.scalar(select(RecoveryCode)) is None
        assert session.scalar(select(SecondFactor)).ended_at is not None


def test_one_network_is_one_address(vault: object) -> None:
    same = sessions.address_key("2001:db8:1:2::1")
    assert sessions.address_key("2001:db8:1:2:ffff::9") == same
    assert sessions.address_key("2001:db8:1:3::1") != same
    assert sessions.address_key("::ffff:10.0.0.1") == sessions.address_key("10.0.0.1")


def test_log_ins_end_after_their_longest_time(app: Flask, lan: str, clock: Any) -> None:
    client = app.test_client()
    log_in(client)
    for _ in range(13):
        clock.advance(**{"minutes": 58})
        client.get("/account")
    assert not is_in(client)
    assert timedelta(hours=12) < timedelta(minutes=58) * 13
