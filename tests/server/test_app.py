import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from server.accounts.roles import GRANTS, Role
from server.app import create_app
from server.config import Settings
from server.db import Database
from server.permissions import Permission
from server.web import Access, access_of, signed_in
from server.worklist import DESKS

SignIn = Callable[..., FlaskClient]
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")
SAMPLES = {
    "tube": "260000000182", "uuid": "00000000-0000-4000-8000-000000000000", "int": "1",
    "default": "nothing", "string": "nothing", "path": "css/base.css",
}  # fmt: skip


def views(app: Flask) -> Iterator[tuple[str, str, Access | Permission | None]]:
    """Yield method, path and mark of every view but the static files."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
                yield method, path_of(rule), access_of(app.view_functions[rule.endpoint])


def path_of(rule: Rule) -> str:
    return re.sub(r"<(?:(\w+)(?:\((\w*)[^)]*\))?:)?\w+>", sample, rule.rule)


def sample(part: re.Match[str]) -> str:
    return part[2] if part[1] == "any" else SAMPLES[part[1] or "default"]


def test_every_view_says_who_may_call_it(app: Flask) -> None:
    assert [path for _, path, access in views(app) if access is None] == []


def test_a_guest_gets_nothing_but_the_door(app: Flask) -> None:
    for method, path, access in views(app):
        if isinstance(access, Permission) or access is Access.SIGNED_IN:
            answer = app.test_client().open(path, method=method)
            assert answer.status_code == (401 if path.startswith("/api/") else 302), path


def test_an_unsigned_request_gets_nothing_where_stations_sign(app: Flask) -> None:
    for method, path, access in views(app):
        if access is Access.STATION:
            answer = app.test_client().open(path, method=method)
            assert answer.status_code == 401, path


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_only_what_the_table_grants(app: Flask, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for method, path, access in views(app):
        if isinstance(access, Permission) and access not in GRANTS[role]:
            assert client.open(path, method=method).status_code == 403, f"{method} {path}"


def test_technicians_get_no_names_and_administrators_no_health_data() -> None:
    health = {
        Permission.OUTCOME_READ, Permission.PERSON_READ, Permission.STORY_READ,
        Permission.SUMMARY_READ, Permission.CALLBACK_WRITE, Permission.CONFLICT_DECIDE,
    }  # fmt: skip
    for role in (Role.SWAB_TEAM, Role.LAB_TECHNICIAN, Role.ADMINISTRATOR):
        assert not GRANTS[role] & health
    assert not GRANTS[Role.ADMINISTRATOR] & {Permission.RESULT_WRITE, Permission.RESULT_RELEASE}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", list(Role))
def test_every_desk_opens_on_an_empty_day(sign_in: SignIn, role: Role, language: str) -> None:
    client = sign_in(role)
    for desk in DESKS:
        if desk.permission in GRANTS[role]:
            page = client.get(f"{desk.path}?lang={language}")
            assert page.status_code == 200, desk.path
            assert f'<html lang="{language}">' in page.text
            assert "<h1" in page.text
            assert not re.search(
                r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", page.text
            )


def test_what_is_not_there_is_said_in_the_callers_own_form(sign_in: SignIn) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    page, api = officer.get("/nowhere"), officer.get("/api/v1/nowhere")
    assert (page.status_code, api.status_code) == (404, 404)
    assert 'role="alert"' in page.text
    assert api.json["code"] == "http-404"
    assert api.json["message_en"]


def test_a_body_beyond_the_limit_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/stations/enrol", data=b"a" * 5_000_000)
    assert (answer.status_code, answer.json["code"]) == (413, "http-413")


def test_pages_are_not_kept_by_browsers_and_not_framed(sign_in: SignIn) -> None:
    headers = sign_in(Role.HEALTH_OFFICER).get("/").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_database_that_does_not_answer_is_said_so_and_asks_to_come_again(
    settings: Settings, database: Database
) -> None:
    gone = Settings(data=settings.data, database="sqlite:////nowhere/at/all.sqlite")
    body = {"code": "x", "public_key": "A" * 43}
    answer = create_app(gone).test_client().post("/api/v1/stations/enrol", json=body)
    assert (answer.status_code, answer.json["code"]) == (503, "database-away")
    assert answer.headers["Retry-After"]


def test_an_error_of_ours_is_a_sentence_not_a_trace(app: Flask, sign_in: SignIn) -> None:
    @app.get("/test/broken")
    @signed_in
    def broken() -> str:
        raise RuntimeError("a detail for the log only")

    app.testing = False
    page = sign_in(Role.HEALTH_OFFICER).get("/test/broken")
    assert page.status_code == 500
    assert "báo quản trị viên" in page.text
    assert "a detail for the log" not in page.text


def test_while_the_database_is_away_no_page_is_opened_for_a_form(
    settings: Settings, database: Database
) -> None:
    gone = Settings(data=settings.data, database="sqlite:////nowhere/at/all.sqlite")
    browser = create_app(gone).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
    form = {"login": "lan", "password": "một câu dài", "csrf_token": token[1] if token else ""}
    page = browser.post("/login", data=form, headers={"Referer": "http://localhost/login"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "<dd>lan</dd>" in page.text
