"""Security keys: what lets somebody in, and what does not."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.accounts import security_keys
from server.accounts.door_models import RecoveryCode, SecondFactor
from server.accounts.roles import Role
from server.accounts.security_keys import KeyLate, KeyRefused, Site
from server.accounts.services import add_user, user_named
from server.audit.models import AuditEntry
from server.db import Database
from tests.server.accounts.at_the_door import (
    AREA,
    PASSWORD,
    code_of,
    enrol,
    is_in,
    log_in,
    send,
)
from tests.server.accounts.key_pages import (
    HERE,
    add_key,
    add_key_with,
    asked,
    options_of,
    sent,
    show,
)
from tests.server.accounts.soft_key import SoftKey

pytestmark = pytest.mark.usefixtures("lan")


@pytest.fixture
def key() -> SoftKey:
    return SoftKey(count=0)


@pytest.fixture
def owner(app: Flask, key: SoftKey) -> FlaskClient:
    """Lan, logged in, with a security key and nothing else."""
    client = app.test_client()
    log_in(client)
    assert add_key(client, key).status_code == 200
    return client


@pytest.fixture
def half(app: Flask, owner: FlaskClient) -> FlaskClient:
    """Somebody with Lan's password."""
    client = app.test_client()
    assert log_in(client).headers["Location"] == "/login/second"
    return client


@pytest.mark.engines
def test_a_key_lets_its_person_in_once_per_challenge(
    app: Flask, half: FlaskClient, key: SoftKey, database: Database
) -> None:
    before = half.get_cookie("ghepmau").value
    answer = key.get(asked(half), HERE)
    assert not is_in(half)
    assert show(half, answer) == 302
    assert is_in(half)
    assert half.get_cookie("ghepmau").value != before
    thief = app.test_client()
    log_in(thief)
    assert show(thief, answer) == 403, "the same answer, by whoever saw it"
    assert not is_in(thief)
    with database.read() as session:
        kept = session.scalar(select(SecondFactor))
        assert (kept.kind, kept.label, kept.uses) == ("key", "khóa xanh", 1)
        raw = session.connection().exec_driver_sql("SELECT label, secret FROM second_factor").one()
        assert b"xanh" not in bytes(raw[0]) + bytes(raw[1])


def test_what_was_signed_on_another_page_or_for_another_domain_opens_nothing(
    half: FlaskClient, key: SoftKey
) -> None:
    elsewhere = ("https://localhost:8000", "http://localhost:8001", "http://ghepmau.example")
    signed = [(origin, "") for origin in elsewhere] + [
        (HERE, "ghepmau.example"),
        (HERE, "LOCALHOST"),
    ]
    for origin, domain in signed:
        assert show(half, key.get(asked(half), origin, domain)) == 403
        assert not is_in(half)


def test_a_challenge_is_of_one_log_in_one_purpose_and_five_minutes(
    app: Flask, owner: FlaskClient, half: FlaskClient, key: SoftKey, clock: Any
) -> None:
    other = app.test_client()
    log_in(other)
    assert show(half, key.get(asked(other), HERE)) == 403, "of another log-in"
    proof = owner.get("/account/prove?act=key").text
    page = sent(owner, proof, "/account/prove", password=PASSWORD,
                credential=key.get(options_of(proof), HERE)).text  # fmt: skip
    made = key.create(options_of(page), HERE)
    assert sent(owner, proof, "/account/prove", password=PASSWORD, credential=made).status_code == (
        403
    ), "of another purpose"
    late = asked(half)
    clock.advance(minutes=5, seconds=1)
    assert show(half, key.get(late, HERE)) == 403, "too late"
    assert show(half, key.get(asked(half), HERE)) == 302


def test_another_persons_key_is_refused(
    app: Flask, half: FlaskClient, database: Database, clock: Any
) -> None:
    with database.write() as session:
        add_user(
            session, "minh", name="Lê Minh", role=Role.ADMINISTRATOR, password=PASSWORD,
            place=AREA, shortest=12, by="test", now=clock(),
        )  # fmt: skip
    minh, theirs = app.test_client(), SoftKey()
    send(minh, "/login", login="minh", password=PASSWORD)
    assert add_key(minh, theirs).status_code == 200
    assert show(half, theirs.get(asked(half), HERE)) == 403
    stranger = SoftKey()
    assert show(half, stranger.get(asked(half), HERE)) == 403
    assert not is_in(half)


def test_a_count_that_goes_back_is_refused_written_down_and_told(
    app: Flask, half: FlaskClient, key: SoftKey, owner: FlaskClient, database: Database
) -> None:
    key.count = 40
    assert show(half, key.get(asked(half), HERE)) == 302
    copy = app.test_client()
    log_in(copy)
    key.count = 40
    assert show(copy, key.get(asked(copy), HERE)) == 403
    assert not is_in(copy)
    assert "có thể đã bị sao chép" in owner.get("/account").text
    with database.read() as session:
        assert "user.key-doubted" in set(session.scalars(select(AuditEntry.action)))


def test_a_key_that_counts_nothing_works_again_and_again(half: FlaskClient, key: SoftKey) -> None:
    """Telephones say zero, always: as this key did when it was added."""
    for _ in range(2):
        key.count = 0
        log_in(half)
        assert show(half, key.get(asked(half), HERE)) == 302
        send(half, "/account", "/logout")


@pytest.mark.parametrize("way", ["paper", "administrator"])
def test_who_lost_the_key_comes_in_by_paper_or_by_an_administrator(
    app: Flask, way: str, sign_in: Callable[..., FlaskClient], key: SoftKey
) -> None:
    client = app.test_client()
    log_in(client)
    codes = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", add_key(client, key).text)
    assert len(codes) == 10
    lost = app.test_client()
    log_in(lost)
    if way == "paper":
        assert send(lost, "/login/second", code=codes[0]).status_code == 302
    else:
        sign_in(Role.ADMINISTRATOR).post("/users/lan/second-factor/reset")
        assert log_in(lost).headers["Location"] == "/"
    assert is_in(lost)


def test_a_key_stands_beside_an_authenticator_and_either_is_taken_away_alone(
    app: Flask, clock: Any, key: SoftKey, database: Database
) -> None:
    client = app.test_client()
    log_in(client)
    secret, _ = enrol(client, clock)
    clock.advance(seconds=30)
    refused = add_key_with(client, "000000")
    assert refused.status_code == 403
    assert add_key(client, key, code=code_of(secret, clock)).status_code == 302
    gone = re.findall(r"act=end&amp;factor=([\w-]{36})", client.get("/account").text)
    assert len(gone) == 2
    page = client.get(f"/account/prove?act=end&factor={gone[0]}").text
    assert sent(client, page, "/account/prove", password="sai rồi nhé", code="1").status_code == 403
    answer = key.get(options_of(page), HERE)
    ended = sent(client, page, "/account/prove", password=PASSWORD, credential=answer)
    assert ended.status_code == 302
    with database.read() as session:
        left = session.scalars(select(SecondFactor).where(SecondFactor.ended_at.is_(None))).all()
        assert [each.kind for each in left] == ["key"]
        assert session.scalar(select(RecoveryCode)) is not None
    again = app.test_client()
    log_in(again)
    assert show(again, key.get(asked(again), HERE)) == 302


def test_nothing_is_added_without_the_proof_of_this_log_in(
    app: Flask, owner: FlaskClient, half: FlaskClient, key: SoftKey
) -> None:
    page = owner.get("/account/prove?act=key").text
    mine = sent(owner, page, "/account/prove", password=PASSWORD,
                credential=key.get(options_of(page), HERE)).text  # fmt: skip
    proof = re.search(r'name="proof" value="([^"]+)"', mine)[1]
    assert show(half, key.get(asked(half), HERE)) == 302
    thief = {"proof": proof, "label": "của tôi", "credential": "{}"}
    assert send(half, "/account", "/account/keys", **thief).status_code == 403
    assert send(owner, "/account", "/account/keys", label="x", credential="{}").status_code == 403
    known = key.create(options_of(mine), HERE)
    assert sent(owner, mine, "/account/keys", label="lần hai", credential=known).status_code == 409


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2000), st.characters(codec="ascii"))
@example(0, "[" * 9000)
@example(0, "null, ")
def test_broken_answers_are_refused_and_break_nothing(
    owner: FlaskClient, key: SoftKey, database: Database, clock: Any, at: int, odd: str
) -> None:
    """Some letter of the answer is another one."""
    with database.write() as session:
        lan = user_named(session, "lan")
        site = Site(HERE, "localhost", "Ghép Mẫu")
        options = json.loads(security_keys.ask(session, site, lan, "here", now=clock()))
        answer = key.get(options, HERE)
        at %= len(answer)
        try:
            wrong = answer[:at] + odd + answer[at + 1 :]
            taken = security_keys.take(session, wrong, "here", "show", now=clock())
            security_keys.show_key(session, site, lan, taken, now=clock())
        except (KeyRefused, KeyLate):
            return
    assert json.loads(wrong).keys() >= {"id", "response"}, "a letter that nobody reads"
