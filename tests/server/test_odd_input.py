"""What nobody types, but somebody sends: a sentence or a page, never a trace."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from server import forms
from server.accounts.roles import Role
from server.web import public

DAYS = ("0001-01-01", "9999-12-31", "1999-12-31", "not-a-day")


@pytest.fixture
def officer(sign_in: Any, app: Flask) -> FlaskClient:
    app.testing = False  # an error of ours is a 500 here, as it is for people
    client: FlaskClient = sign_in(Role.HEALTH_OFFICER)
    return client


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("page", ["/overview", "/outcomes"])
def test_a_day_that_cannot_be_is_refused(officer: FlaskClient, page: str, day: str) -> None:
    assert officer.get(page, query_string={"date": day}).status_code == 422


@pytest.mark.parametrize("step", ["again", "aside"])
def test_a_number_beyond_every_delivery_is_no_delivery(officer: FlaskClient, step: str) -> None:
    for number in (2**63 - 1, 10**30):
        answer = officer.post(f"/deliveries/{number}/{step}", data={"reason": "x"})
        assert answer.status_code == 404


@pytest.mark.parametrize("text", ["\0", "a\0b", "\u202e", "%", "9" * 300, "😀", "'; --"])
def test_any_text_may_be_looked_for(officer: FlaskClient, text: str) -> None:
    for field in ("q", "status", "place"):
        assert officer.get("/outcomes", query_string={field: text}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Hộp  1\t\u00a0A ", "Hộp 1 A"),
        ("Ho\u0323\u0302p", "Hộp"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie: x"),
        ("\u202eabc\u2066\0\u200b", "abc"),
        ("\0", ""),
    ],
)
def test_a_field_is_kept_in_one_way_of_writing_it(typed: str, kept: str) -> None:
    assert forms.optional_text({"box": typed}, "box", longest=20) == kept


def test_a_sheet_of_cards_is_not_kept_by_browsers_either(sign_in: Any) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    batch = client.post("/cards", data={"people": "Nguyễn Thị Mẫu;1991;Nữ"}).location
    for kind in ("cards.pdf", "cards.json"):
        assert client.get(f"{batch}/{kind}").headers["Cache-Control"] == "no-store"


def test_a_list_of_twenty_thousand_codes_is_one_form(sign_in: Any) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    codes = "\n".join("x" * 40 for _ in range(20_001))
    answer = client.post("/lots", data={"codes": codes, "place": "x"})
    assert answer.status_code == 422  # read, and refused for what is in it


def test_what_two_people_did_at_once_is_said_so(app: Flask) -> None:
    @app.get("/twice")
    @public
    def twice() -> str:
        raise IntegrityError("INSERT", {}, ValueError(str(uuid4())))

    answer = app.test_client().get("/twice")
    assert answer.status_code == 409
    assert "Có người vừa làm việc này" in answer.text
