"""Zones and points of elsewhere are told to nobody with a part of a record; requests to all."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts.roles import Role
from server.db import Database
from server.declarations.models import CheckIn, Point
from server.declarations.zones import services as zones
from server.people import merges
from server.record import requests
from server.record.request_models import DataRequest
from server.record.request_words import KINDS
from server.record.requests import Kind
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
OFFICER = Role.HEALTH_OFFICER


@pytest.fixture
def two(database: Database, now: datetime) -> tuple[Furnished, Furnished]:
    """Two places; somebody of elsewhere was here yesterday and there today, in red zones both."""
    with database.write() as session:
        here = Furnished(session, f"{HERE}.07", "ODAY", 26, now)
        there = Furnished(session, ELSEWHERE, "XAXOI", 27, now)
        for place, name in ((here, "Vùng ở đây"), (there, "Vùng ở xa")):
            zones.draw_zone(session, name, "red", [place.ids["point_id"]], since=date(2026, 11, 1),
                            act=zones.Act("u", now, "r"))  # fmt: skip
        for place, days in ((here, 1), (there, 0)):
            point = session.get_one(Point, place.ids["point_id"])
            session.add(CheckIn(id=uuid4(), person_id=there.person.id, source="keeper",
                                point=point.name, point_id=point.id, place=point.place,
                                at=now - timedelta(days=days), trusted=True, answers="{}",
                                recorded_at=now))  # fmt: skip
    return here, there


def test_who_sees_a_part_sees_the_zone_of_that_part(
    two: tuple[Furnished, Furnished], sign_in: SignIn, database: Database, now: datetime
) -> None:
    here, there = two
    page = f"/people/{there.ids['person_id']}"
    part = sign_in(OFFICER, "day", place=HERE, sees="").get(page).text
    assert ("Vùng ở đây" in part, "Vùng ở xa" in part) == (True, False)
    whole = sign_in(OFFICER, "xa", place=ELSEWHERE, sees="").get(page).text
    assert ("Vùng ở đây" in whole, "Vùng ở xa" in whole) == (False, True)
    with database.write() as session:
        own, other = here.ids["person_id"], there.ids["person_id"]
        merges.merge(session, own, other, reason="x", evidence="page", by="u", now=now)
    merged = sign_in(OFFICER, "both", place=HERE, sees="*").get(f"/people/{own}").text
    assert "Vùng ở xa" in merged  # the other record is the same person's


def test_a_point_of_elsewhere_answers_as_one_that_there_is_not(
    two: tuple[Furnished, Furnished], sign_in: SignIn, database: Database
) -> None:
    here, there = two
    mine = sign_in(OFFICER, "day", place=HERE, sees="")
    code = there.ids["point_id"]
    answer, absent = mine.get(f"/zones?point={code}"), mine.get("/zones?point=ZZZZZZZZ")
    assert (answer.status_code, absent.status_code) == (404, 404)
    assert answer.text.replace(code, "") == absent.text.replace("ZZZZZZZZ", "")
    assert mine.get(f"/zones?point={here.ids['point_id']}").status_code == 200
    swab = sign_in(Role.SWAB_TEAM, "swab", place=HERE, sees="")
    assert "ODAY chợ" not in sign_in(OFFICER, "xa", place=ELSEWHERE, sees="").get(_zone(here)).text
    assert "ODAY chợ" in swab.get(_zone(here)).text


def _zone(of: Furnished) -> str:
    return f"/zones/{of.ids['zone_id']}"  # of its whole place, so its points are not its parts


def test_every_kind_of_request_is_entered_at_the_counter_and_told_in_the_story(
    two: tuple[Furnished, Furnished], sign_in: SignIn, database: Database, now: datetime
) -> None:
    person = two[0].ids["person_id"]
    officer = sign_in(OFFICER, "day", place=HERE, sees="")
    page = officer.get(f"/people/{person}").text
    assert all(f'<option value="{kind}">' in page for kind in Kind)
    officer.post(f"/people/{person}/requests", data={"kind": "withdraw", "wish": "thôi"})
    with database.write() as session:
        asked = select(DataRequest.id).where(DataRequest.kind == Kind.WITHDRAW)
        officer_asked = session.scalars(asked).one()
        for kind in (Kind.CORRECT, Kind.DELETE):
            requests.ask(session, person, kind, wish="", source="page", due=now, by="person",
                         now=now)  # fmt: skip
    done = {"answer": "done", "reason": "đã rút"}
    assert officer.post(f"/requests/{officer_asked}/answer", data=done).status_code == 302
    story = officer.get(f"/people/{person}/story")
    assert story.status_code == 200
    assert all(f"Yêu cầu {KINDS[kind][0]}" in story.text for kind in Kind)
    assert "Trả lời yêu cầu rút đồng ý" in story.text
