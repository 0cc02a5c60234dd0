from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.roles import Role
from server.permissions import Permission
from server.web import requires, signed_in, user

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def app_with_views(app: Flask) -> Flask:
    @app.get("/test/unmarked")
    def unmarked() -> str:
        return "never"

    @app.route("/test/officers", methods=["GET", "POST"])
    @requires(Permission.OUTCOME_READ)
    def officers() -> str:
        return "outcomes"

    @app.route("/test/me", methods=["GET", "POST"])
    @signed_in
    def me() -> str:
        found = user()
        return found.role if found else "nobody"

    return app


def test_a_view_without_a_mark_is_open_to_nobody(app_with_views: Flask, sign_in: SignIn) -> None:
    assert sign_in(Role.ADMINISTRATOR).get("/test/unmarked").status_code == 403


def test_a_guest_is_sent_to_log_in_and_back(app_with_views: Flask) -> None:
    answer = app_with_views.test_client().get("/test/me?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/test/me?a%3D1"


def test_a_role_opens_only_its_own_pages(app_with_views: Flask, sign_in: SignIn) -> None:
    officer, technician = sign_in(Role.HEALTH_OFFICER), sign_in(Role.LAB_TECHNICIAN)
    assert officer.get("/test/officers").status_code == 200
    assert technician.get("/test/officers").status_code == 403
    assert technician.get("/test/me").text == "lab-technician"


def test_a_form_needs_the_token_of_its_log_in(app_with_views: Flask, sign_in: SignIn) -> None:
    me, other = sign_in(Role.HEALTH_OFFICER), sign_in(Role.LAB_TECHNICIAN)
    assert me.post("/test/me").status_code == 200
    assert me.post("/test/me", data={"csrf_token": other.csrf}).status_code == 403
    assert me.post("/test/me", data={"csrf_token": ""}).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(
    app_with_views: Flask, sign_in: SignIn, header: dict[str, str]
) -> None:
    assert sign_in(Role.HEALTH_OFFICER).post("/test/me", headers=header).status_code == 403
