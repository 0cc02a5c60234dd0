"""Other systems' programs: a token that ends, scopes that hold, and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts import partners
from server.accounts.roles import Role
from server.db import Database
from server.permissions import Scope
from server.web import actor, partner

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def asking(app: Flask) -> FlaskClient:
    @app.get("/api/test/results")
    @partner(Scope.FHIR_READ)
    def results() -> str:
        return actor()

    return app.test_client()


@pytest.fixture
def token(database: Database, now: datetime) -> str:
    with database.write() as session:
        return partners.add_partner(
            session, "cdc", label="CDC tỉnh", scopes=[Scope.FHIR_READ], place="vn-2021:24",
            by="user:quan", now=now,
        )  # fmt: skip


def ask(client: FlaskClient, token: str) -> Any:
    return client.get("/api/test/results", headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_what_its_scopes_say(asking: FlaskClient, token: str) -> None:
    answer = ask(asking, token)
    assert (answer.status_code, answer.text) == (200, "partner:cdc")


@pytest.mark.parametrize("wrong", ["", "gmp_", "gmp_" + "x" * 43, "x" * 500])
def test_no_other_token_opens_anything(asking: FlaskClient, token: str, wrong: str) -> None:
    assert ask(asking, wrong).status_code == 401
    assert asking.get("/api/test/results").json["code"] == "token-refused"


def test_another_scope_is_not_enough(asking: FlaskClient, database: Database, now: Any) -> None:
    with database.write() as session:
        other = partners.add_partner(
            session, "gtvt", label="Sở GTVT", scopes=[Scope.RESOLVE], place="vn-2021:24",
            by="user:quan", now=now,
        )  # fmt: skip
    assert ask(asking, other).json["code"] == "scope-missing"


def test_a_token_ends(asking: FlaskClient, token: str, clock: Any, database: Database) -> None:
    clock.advance(days=340)
    with database.read() as session:
        assert [each.id for each in partners.ending_soon(session, now=clock())] == ["cdc"]
    assert ask(asking, token).status_code == 200
    clock.at += timedelta(days=26)
    assert ask(asking, token).status_code == 401


def test_a_new_token_ends_the_old_one_and_revoking_ends_both(
    asking: FlaskClient, token: str, sign_in: SignIn
) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    page = administrator.post("/partners/cdc/token").text
    fresh = page.split('id="partner-token">')[1].split("<")[0]
    assert (ask(asking, token).status_code, ask(asking, fresh).status_code) == (401, 200)
    assert fresh not in administrator.get("/partners").text
    administrator.post("/partners/cdc/revoke")
    assert ask(asking, fresh).status_code == 401


def test_only_administrators_let_partners_in(sign_in: SignIn) -> None:
    form = {"partner": "bhxh", "label": "BHXH", "place": "vn-2021:24", "scope": "resolve"}
    assert sign_in(Role.HEALTH_OFFICER).post("/partners", data=form).status_code == 403
    administrator = sign_in(Role.ADMINISTRATOR)
    assert "gmp_" in administrator.post("/partners", data=form).text
    assert administrator.post("/partners", data=form).status_code == 409
    assert administrator.post("/partners", data=form | {"scope": "all"}).status_code == 422
