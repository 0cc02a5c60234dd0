"""A form that comes after its log-in ran out is given back to who typed it, and to nobody else."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts import ended, services
from server.accounts.kept_models import KeptForm
from server.accounts.kept_rounds import KeptForms
from server.accounts.models import User
from server.accounts.roles import Role
from server.config import Settings
from server.db import Database
from tests.server.accounts.at_the_door import PASSWORD, code_of, enrol, send

TEMPLATES = Path(__file__).parents[3] / "server" / "templates"
TYPED = {"login": "hoa", "name": "Lê Thị <Hoa>", "role": "lab-technician", "place": "vn-2021:24",
         "sees": ""}  # fmt: skip
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One browser, whoever sits there."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def token(self, page: str) -> str:
        found = TOKEN.search(self.client.get(page).text)
        return found[1] if found else ""

    def log_in(self, login: str, at: str = "/login") -> Any:
        fields = {"login": login, "password": PASSWORD, "csrf_token": self.token(at)}
        if "next=" in at:
            fields["next"] = at.partition("next=")[2].replace("%2F", "/")
        return self.client.post("/login", data=fields)

    def send(self, token: str, page: str = "/users", **more: Any) -> Any:
        headers = {"Referer": f"http://localhost{page}"}
        data = TYPED | {"csrf_token": token} | more
        return self.client.post(page, data=data, headers=headers)


@pytest.fixture
def browser(app: Flask, database: Database, clock: Any) -> Browser:
    with database.write() as session:
        for login in ("boss", "other"):
            services.add_user(
                session, login, name=f"Người {login}", role=Role.ADMINISTRATOR,
                password=PASSWORD, place="", sees="*", shortest=12, by="test", now=clock(),
            )  # fmt: skip
    found = Browser(app)
    found.log_in("boss")
    return found


def kept(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(KeptForm.content)))


@pytest.mark.engines
def test_what_was_typed_comes_back_after_the_next_log_in_and_can_then_be_sent(
    browser: Browser, database: Database, clock: Any, settings: Settings
) -> None:
    token = browser.token("/users")
    clock.advance(minutes=settings.idle_minutes + 1)
    sent = browser.send(token, password="never kept", old="nor this")
    assert sent.location == "/login?next=/login/kept"
    assert "được giữ 20 phút" in browser.client.get(sent.location).text
    assert "kept for 20 minutes" in browser.client.get(f"{sent.location}&lang=en").text
    [content] = kept(database)
    assert "Hoa" in content
    assert not [each for each in ("never kept", "nor this", token) if each in content]
    assert browser.log_in("boss", sent.location).location == "/login/kept"
    page = browser.client.get("/login/kept").text
    assert 'value="Lê Thị &lt;Hoa&gt;"' in page
    assert "NOTHING is stored yet" in page
    assert '<meta name="at" content="/users">' in page
    with database.read() as session:
        assert session.scalar(select(User).where(User.login == "hoa")) is None
    fresh = TOKEN.search(page)
    assert fresh is not None
    assert fresh[1] != token
    assert browser.send(fresh[1]).status_code < 400
    with database.read() as session:
        assert session.scalar(select(User.name).where(User.login == "hoa")) == "Lê Thị <Hoa>"


def test_another_account_and_another_browser_see_nothing_of_it(
    browser: Browser, app: Flask, clock: Any, settings: Settings
) -> None:
    token = browser.token("/users")
    clock.advance(minutes=settings.idle_minutes + 1)
    browser.send(token)
    elsewhere = Browser(app)
    elsewhere.log_in("boss")
    assert elsewhere.client.get("/login/kept").location == "/"
    browser.log_in("other", "/login?next=/login/kept")
    answer = browser.client.get("/login/kept")
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Hoa" not in browser.client.get("/").text
    browser.log_in("boss")  # after somebody else was at the screen, it is not given any more
    assert browser.client.get("/login/kept").location == "/"


@pytest.mark.parametrize("why", ["log-out", "no log-in", "token", "site", "secret page", "late"])
def test_nothing_is_kept_of_what_is_not_surely_the_persons_own_form(
    app: Flask, database: Database, clock: Any, settings: Settings, sign_in: Any, why: str
) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    token = client.csrf
    if why == "log-out":
        client.post("/logout")
    if why == "no log-in":
        client = app.test_client()
    if why == "token":
        token = "0" * 40
    clock.advance(minutes=settings.idle_minutes + 1, days=2 if why == "late" else 0)
    headers = {"Sec-Fetch-Site": "cross-site"} if why == "site" else {}
    path = "/account/password" if why == "secret page" else "/users"
    data = TYPED | {"csrf_token": token, "new": "một mật khẩu mới"}
    sent = client.post(path, data=data, headers=headers)
    assert sent.location == "/login?ended=lost"
    assert "KHÔNG được ghi" in client.get(sent.location).text
    assert kept(database) == []


def test_it_is_kept_for_minutes_one_of_an_account_and_no_more_than_a_page(
    browser: Browser, database: Database, clock: Any, settings: Settings
) -> None:
    token = browser.token("/users")
    clock.advance(minutes=settings.idle_minutes + 1)
    assert browser.send(token, name="x" * 70_000).location == "/login?ended=lost"
    browser.send(token, name="Trần Thị Một")
    browser.send(token, name="Trần Thị Hai")
    [content] = kept(database)
    assert "Hai" in content
    assert "Một" not in content
    clock.advance(minutes=21)
    browser.log_in("boss", "/login?next=/login/kept")
    assert browser.client.get("/login/kept").location == "/"
    assert kept(database) == []


def test_a_quiet_server_forgets_it_too(
    browser: Browser, database: Database, clock: Any, settings: Settings
) -> None:
    token = browser.token("/users")
    clock.advance(minutes=settings.idle_minutes + 1)
    browser.send(token)
    work = KeptForms(database, clock)
    assert work.round() <= 300
    assert len(kept(database)) == 1
    clock.advance(minutes=20)
    work.round()
    assert kept(database) == []


def test_a_form_that_outlived_the_log_in_twice_is_given_back_twice(
    browser: Browser, database: Database, clock: Any, settings: Settings
) -> None:
    token = browser.token("/users")
    clock.advance(minutes=settings.idle_minutes + 1)
    browser.send(token)
    browser.log_in("boss", "/login?next=/login/kept")
    for name in ("Hai", "Ba"):
        token = browser.token("/login/kept")
        clock.advance(minutes=settings.idle_minutes + 1)
        headers = {"Referer": "http://localhost/login/kept"}  # no script put the address right
        data = TYPED | {"csrf_token": token, "name": name}
        assert browser.client.post("/users", data=data, headers=headers).status_code == 302
        browser.log_in("boss", "/login?next=/login/kept")
        page = browser.client.get("/login/kept")
        assert (page.status_code, f'value="{name}"' in page.text) == (200, True)
    with database.write() as session:  # as the last release kept it
        row = session.scalars(select(KeptForm)).one()
        row.content = row.content.replace('["/users"]', '["/login/kept"]')
    assert browser.client.get("/login/kept").location == "/"


def test_no_secret_is_asked_for_on_a_page_whose_forms_are_kept(app: Flask) -> None:
    asking = {
        str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
        if re.search(r'type="password"|autocomplete="one-time-code"', path.read_text("utf-8"))
    }
    assert len(asking) >= 5
    for name, text in asking.items():
        for to in re.findall(r'<form[^>]* action="([^"]+)"', text):
            rule = re.search(r"url_for\('([a-z_]+)\.", to)
            rules = app.url_map.iter_rules()
            at = {each.endpoint.partition(".")[0] for each in rules if each.rule == to}
            assert (at or {rule[1] if rule else name}) <= ended.NEVER, (name, to)


def test_it_waits_for_the_second_factor_too(
    browser: Browser, clock: Any, settings: Settings
) -> None:
    secret, _ = enrol(browser.client, clock)
    token = browser.token("/users")
    clock.advance(minutes=settings.idle_minutes + 1)
    browser.send(token)
    second = browser.log_in("boss", "/login?next=/login/kept").location
    assert second == "/login/second?next=/login/kept"
    assert browser.client.get("/login/kept").location.startswith("/login"), "half is not in"
    code, to = code_of(secret, clock), "/login/second"
    assert send(browser.client, second, to, code=code, next="/login/kept").status_code == 302
    assert "Lê Thị &lt;Hoa&gt;" in browser.client.get("/login/kept").text
