"""What people elsewhere did, and where people of ours were elsewhere, is not told here."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from contract import specimens
from contract.identities import parse
from contract.identities.base import Sex
from server import takeouts
from server.accounts.roles import Role
from server.audit.services import record
from server.db import Database
from server.declarations.models import CheckIn
from server.people.services import person_of
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
OFFICER, ADMINISTRATOR = Role.HEALTH_OFFICER, Role.ADMINISTRATOR


@pytest.fixture
def two(database: Database, now: datetime) -> tuple[Furnished, Furnished]:
    with database.write() as session:
        here = Furnished(session, f"{HERE}.07", "ODAY", 26, now)
        return here, Furnished(session, ELSEWHERE, "XAXOI", 27, now)


@pytest.mark.engines
def test_the_call_list_tells_no_point_and_no_sample_of_elsewhere(
    sign_in: SignIn, database: Database, two: tuple[Furnished, Furnished], now: datetime
) -> None:
    here, there = two
    with database.write() as session:
        here.session = there.session = session
        session.add(CheckIn(
            id=uuid4(), person_id=here.ids["person_id"], source="keeper", point="Bệnh viện Xa",
            point_id=there.ids["point_id"], place=ELSEWHERE, at=now, trusted=True, answers="{}",
            recorded_at=now,
        ))  # fmt: skip
    asked = {"form": "csv", "reason": "Gọi lấy lại mẫu hôm nay"}
    for sees, told in (("", False), ("*", True)):
        mine = sign_in(OFFICER, f"officer{sees}", place=HERE, sees=sees)
        pages = [mine.get(path).text for path in ("/callbacks", "/callbacks/paper")]
        for page in (*pages, mine.post("/callbacks/export", data=asked).text):
            assert "ODAY chợ" in page
            assert ("Bệnh viện Xa" in page) is told


def test_a_code_that_is_known_elsewhere_answers_as_an_unknown_one(
    sign_in: SignIn, database: Database, two: tuple[Furnished, Furnished], now: datetime
) -> None:
    codes = [
        specimens.citizen_card(
            specimens.Specimen("Vũ Thị Quét", date(1990, 5, 1), Sex.FEMALE, serial=serial)
        )
        for serial in (77, 78)
    ]
    with database.write() as session:
        person_of(session, parse(codes[0]), by="x", now=now, evidence="event:x", place=ELSEWHERE)
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    every = sign_in(OFFICER, "every", place=HERE, sees="*")
    answers = [mine.post("/outcomes/find", data={"q": code.decode()}) for code in codes]
    assert {answer.status_code for answer in answers} == {422}
    assert all("chưa có trong hồ sơ" in answer.text for answer in answers)
    desk = "/desks/pairing_without_reception?q="
    numbers = [parse(code).primary.value for code in codes]
    known, unknown = (mine.get(desk + each).text.replace(each, "SỐ") for each in numbers)
    assert known == unknown
    assert every.post("/outcomes/find", data={"q": codes[0].decode()}).status_code == 302


def test_lists_that_others_took_out_elsewhere_are_not_told_here(
    sign_in: SignIn, database: Database, now: datetime
) -> None:
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    for login, place, sees in (
        ("xa", ELSEWHERE, ""),
        ("ben", f"{HERE}.07", ""),
        ("tinh", HERE, "*"),
    ):
        sign_in(OFFICER, login, place=place, sees=sees)
    with database.write() as session:
        for login in ("here", "xa", "ben", "tinh"):
            asking = takeouts.Asking(f"F1 của người ở {login}", "csv", f"user:{login}", OFFICER)
            takeouts.take_out(session, "trace", 1, asking, now=now)
    page = mine.get("/traces").text
    assert [name for name in ("here", "xa", "ben", "tinh") if f"F1 của người ở {name}" in page] == [
        "here", "ben"
    ]  # fmt: skip
    assert "F1 của người ở xa" in sign_in(OFFICER, "tinh", sees="*").get("/traces").text


def entries() -> list[tuple[str, str, str, bool]]:
    """Return actor, action, subject of entries, and whether who sees HERE alone is shown them."""
    return [
        ("user:xa", "person.read", "person-of-xa", False),
        ("user:ben", "person.read", "person-of-ben", True),
        ("user:tinh", "person.read", "person-of-tinh", False),
        ("user:tinh", "user.moved", "user:ben", True),
        ("user:tinh", "user.moved", "user:xa", False),
        ("station:tram-27", "tube.paired", "tube-of-xa", False),
        ("station:tram-26", "tube.paired", "tube-of-ben", True),
        ("partner:cdc-27", "person.resolved", "asked-by-xa", False),
        ("partner:cdc-26", "person.resolved", "asked-by-ben", True),
        ("user:tinh", "station.revoked", "tram-26", True),
        ("user:tinh", "partner.revoked", "cdc-27", False),
        ("nobody", "user.log-in-refused", "user:ben", True),
        ("system", "delivery.sent-again", "17", False),
    ]


@pytest.mark.engines
def test_the_trail_tells_what_those_in_scope_did_and_what_was_done_to_them(
    sign_in: SignIn, database: Database, two: Any, now: datetime
) -> None:
    mine = sign_in(ADMINISTRATOR, "here", place=HERE, sees="")
    every = sign_in(Role.AUDITOR, "every", place=HERE, sees="*")
    for login, place, sees in (
        ("xa", ELSEWHERE, ""),
        ("ben", f"{HERE}.07", ""),
        ("tinh", HERE, "*"),
    ):
        sign_in(OFFICER, login, place=place, sees=sees, opens_names=False)
    with database.write() as session:
        for number, (actor, action, subject, _) in enumerate(entries()):
            at = now + timedelta(seconds=number)
            record(session, action, subject, by=actor, now=at, detail=f"việc-{number};")
    for query in ("", "?about=user:", "?about=user:xa", "?about=tube", "?about=station."):
        page, whole = (client.get(f"/audit{query}").text for client in (mine, every))
        for number, (_, _, _, seen) in enumerate(entries()):
            told = f"việc-{number};" in whole
            assert (f"việc-{number};" in page) is (told and seen), (query, number)
    assert "việc-0;" in every.get("/audit?about=user:xa").text
