"""Changing the locks at an open screen: nothing of it goes by the password alone, or for ever."""

import re
from html import escape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.accounts.door_models import SecondFactor
from server.accounts.models import LoginFailure
from server.audit.models import AuditEntry
from server.db import Database
from tests.server.accounts.at_the_door import PASSWORD, code_of, enrol, is_in, log_in, send
from tests.server.accounts.key_pages import HERE, add_key, options_of, sent
from tests.server.accounts.soft_key import SoftKey

pytestmark = pytest.mark.usefixtures("lan")
NEW_CODES = "/account/prove?act=codes"


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    """Lan, logged in, at a screen that stays open."""
    client = app.test_client()
    log_in(client)
    return client


def papers(page: str) -> list[str]:
    return re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", page)


def seal(page: str) -> str:
    return re.search(r'name="proof" value="([^"]+)"', page)[1]


def comes_in(app: Flask, code: str) -> bool:
    client = app.test_client()
    log_in(client)
    send(client, "/login/second", code=code)
    return is_in(client)


def actions(database: Database, action: str) -> int:
    count = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
    with database.read() as session:
        return session.scalar(count) or 0


def test_who_knows_the_password_at_an_open_screen_gets_no_codes(
    app: Flask, owner: FlaskClient, clock: Any, database: Database
) -> None:
    _, mine = enrol(owner, clock)
    tries = [send(owner, "/account", "/account/codes", password=PASSWORD)]
    for code in ("", "000000", "ABCD-2345-6789"):
        page = owner.get(NEW_CODES).text
        tries.append(sent(owner, page, "/account/prove", password=PASSWORD, code=code))
    assert [each.status_code for each in tries] == [404, 403, 403, 403]
    assert not any(papers(each.text) for each in tries)
    assert actions(database, "user.recovery-codes-made") == 1, "those of the enrolment"
    assert comes_in(app, mine[0]), "and the paper of its owner is as good as before"


@pytest.mark.parametrize("way", ["authenticator", "key", "paper"])
def test_new_codes_are_for_whoever_shows_password_and_second_factor(
    app: Flask, owner: FlaskClient, clock: Any, database: Database, way: str
) -> None:
    key = SoftKey()
    if way == "key":
        old = papers(add_key(owner, key).text)
    else:
        secret, old = enrol(owner, clock)
        clock.advance(seconds=30)
    assert 'href="/account/prove?act=codes"' in owner.get("/account").text
    page = owner.get(NEW_CODES).text
    shown = {
        "authenticator": lambda: {"code": code_of(secret, clock)},
        "key": lambda: {"credential": key.get(options_of(page), HERE)},
        "paper": lambda: {"code": old[3]},
    }[way]()
    wrong = sent(owner, page, "/account/prove", **{**shown, "password": "sai rồi nhé"})
    assert (wrong.status_code, papers(wrong.text)) == (403, [])
    made = sent(owner, page, "/account/prove", password=PASSWORD, **shown)
    fresh = papers(made.text)
    assert (made.status_code, len(set(fresh))) == (200, 10)
    assert not set(fresh) & set(old)
    assert comes_in(app, fresh[0])
    assert not comes_in(app, old[0]), "the old paper ended"
    assert actions(database, "user.recovery-codes-made") == 2
    again = sent(owner, page, "/account/prove", password=PASSWORD, **shown)
    assert (again.status_code, papers(again.text)) == (403, []), "what was shown counts once"


def test_what_is_wrong_is_said_beside_its_field_and_each_attempt_counts(
    owner: FlaskClient, clock: Any, database: Database
) -> None:
    enrol(owner, clock)
    page = owner.get(NEW_CODES).text
    for typed, field in (("sai rồi nhé", "password"), (PASSWORD, "code")):
        wrong = sent(owner, page, "/account/prove", password=typed, code="ABCD-2345-6789")
        assert wrong.status_code == 403
        assert re.search(
            rf'name="{field}"[^>]* aria-describedby="wrong-{field}" autofocus>', wrong.text
        )
        assert wrong.text.count("aria-invalid") == wrong.text.count(" autofocus") == 1
        assert 'name="act" value="codes"' in wrong.text, "the same form"
        assert typed not in wrong.text
    owner.get("/account?lang=en")
    wrong = sent(owner, page, "/account/prove", password="", code="")
    assert "The password is not right." in wrong.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 3


def test_a_page_that_came_back_leads_to_its_other_language(owner: FlaskClient) -> None:
    page, here = owner.get("/account/prove?act=key").text, "http://localhost/account/"
    for path, before, other in [
        ("/account/prove", "prove?act=key", "/account/prove?act=key&lang=en"),
        ("/account/prove", "prove", "/account/prove?lang=en"),
        ("/account/password", "", "/account?lang=en"),
        ("/account/password", "password", "/?lang=en"),
    ]:
        owner.environ_base["HTTP_REFERER"] = here[: None if before else -1] + before
        wrong = sent(owner, page, path, password="sai rồi nhé", old="sai rồi nhé")
        assert f'href="{escape(other)}"' in wrong.text
        owner.environ_base["HTTP_REFERER"] = ""
        assert owner.get(other, follow_redirects=True).status_code == 200
        owner.get("/account?lang=vi")


@pytest.mark.parametrize("path", ["/account/prove", "/account/log-ins"])
def test_a_broken_referrer_breaks_no_page(owner: FlaskClient, path: str) -> None:
    owner.environ_base["HTTP_REFERER"] = "http://["
    page = owner.get("/account/prove?act=key").text
    assert sent(owner, page, path, password="sai rồi nhé", login="x").status_code in {403, 404}


def test_too_many_attempts_are_said_on_the_same_page_and_the_right_password_waits_too(
    owner: FlaskClient, clock: Any
) -> None:
    page = owner.get("/account/prove?act=key").text
    tries = [sent(owner, page, "/account/prove", password="sai rồi nhé") for _ in range(5)]
    late = sent(owner, page, "/account/prove", password=PASSWORD)
    assert [each.status_code for each in (*tries, late)] == [403] * 5 + [429]
    assert "Chờ 15 phút" in late.text
    assert 'name="act" value="key"' in late.text
    clock.advance(minutes=16)
    assert sent(owner, page, "/account/prove", password=PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "field", "status"),
    [
        ("sai rồi nhé", "nắng lên cánh đồng xa", "old", 403),
        (PASSWORD, PASSWORD, "password", 422),
        (PASSWORD, "ngắn", "password", 422),
    ],
)
def test_a_password_that_cannot_be_changed_so_is_told_beside_its_field(
    owner: FlaskClient, old: str, new: str, field: str, status: int
) -> None:
    page = owner.get("/account").text
    answer = sent(owner, page, "/account/password", old=old, password=new)
    assert answer.status_code == status
    assert re.search(rf'name="{field}"[^>]* aria-describedby="wrong-{field}"', answer.text)
    assert answer.text.count("aria-invalid") == 1


def test_codes_stand_beside_a_second_factor_never_alone(owner: FlaskClient) -> None:
    page = owner.get("/account/prove?act=key").text
    answers = [
        owner.get(NEW_CODES),
        sent(owner, page.replace('value="key"', 'value="codes"'), "/account/prove",
             password=PASSWORD),
    ]  # fmt: skip
    for each in answers:
        assert each.status_code == 422
        assert "Thêm bước xác thực thứ hai trước" in each.text
    assert "act=codes" not in owner.get("/account").text


def test_an_error_does_not_renew_the_ten_minutes_of_a_proof_for_a_key(
    owner: FlaskClient, clock: Any
) -> None:
    page = owner.get("/account/prove?act=key").text
    first = sent(owner, page, "/account/prove", password=PASSWORD).text
    clock.advance(minutes=6)
    again = sent(owner, first, "/account/keys", label="", credential="")
    assert again.status_code == 422
    assert seal(again.text) == seal(first)
    clock.advance(minutes=5)
    made = SoftKey().create(options_of(again.text), HERE)
    assert sent(owner, again.text, "/account/keys", label="x", credential=made).status_code == 403


def test_an_error_does_not_renew_the_ten_minutes_of_a_proof_for_an_authenticator(
    owner: FlaskClient, clock: Any, database: Database
) -> None:
    key = SoftKey()
    add_key(owner, key)
    page = owner.get("/account/prove?act=authenticator").text
    first = sent(owner, page, "/account/prove", password=PASSWORD,
                 credential=key.get(options_of(page), HERE)).text  # fmt: skip
    offer = re.search(r'name="offer" value="([^"]+)"', first)[1]
    clock.advance(minutes=6)
    again = sent(owner, first, "/account/second-factor", offer=offer, code="12345x")
    assert (again.status_code, seal(again.text)) == (403, seal(first))
    clock.advance(minutes=5)
    secret = "".join(re.findall(r"[A-Z2-7]{4} ", first.split("<figcaption>")[1])).replace(" ", "")
    late = sent(owner, again.text, "/account/second-factor", offer=offer,
                code=code_of(secret, clock))  # fmt: skip
    assert late.status_code == 403
    with database.read() as session:
        assert list(session.scalars(select(SecondFactor.kind))) == ["key"]


def test_a_late_answer_of_a_key_is_asked_for_again_and_counts_as_no_guess(
    owner: FlaskClient, clock: Any, database: Database
) -> None:
    key = SoftKey()
    add_key(owner, key, label="khóa xanh")
    factor = re.search(r"act=end&amp;factor=([\w-]{36})", owner.get("/account").text)[1]
    page = owner.get(f"/account/prove?act=end&factor={factor}").text
    answer = key.get(options_of(page), HERE)
    clock.advance(minutes=5, seconds=1)
    late = sent(owner, page, "/account/prove", password=PASSWORD, credential=answer)
    assert late.status_code == 403
    assert "Trang đã cũ hoặc đã được dùng" in late.text
    assert "khóa xanh" in late.text, "the page still says what for"
    with database.read() as session:
        assert session.scalar(select(LoginFailure)) is None
    answer = key.get(options_of(late.text), HERE)
    ended = sent(owner, late.text, "/account/prove", password=PASSWORD, credential=answer)
    assert ended.headers["Location"] == "/account"
    with database.read() as session:
        assert session.scalar(select(SecondFactor)).ended_at is not None
