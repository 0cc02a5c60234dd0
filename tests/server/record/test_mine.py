"""A person's own page: the secret link and the date of birth, and nobody else's eyes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

import server
from contract.identities import BirthDate, Key, Kind, System
from server.accounts.roles import Role
from server.audit import purposes
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations.declarants import Declarant
from server.lab.words import Call
from server.outcomes.models import Outcome
from server.people import merges
from server.people.cards import draw_card
from server.people.models import Person
from server.people.services import Act, identity, person_of
from server.record import mine
from server.record.mine_models import MyLink
from server.upkeep.lost import AGAIN
from tests.server.record.conftest import NUMBER

CSS = Path(server.__file__).parent / "static/css"


@pytest.fixture
def token(tested: Any, database: Database, now: datetime) -> str:
    with database.write() as session:
        return mine.link_of(session, tested.person, by="user:quan", now=now).token


def opened(client: FlaskClient, token: str, birth: str, ends: str = "") -> TestResponse:
    page = client.get(f"/my/{token}")
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(f"/my/{token}", data={"birth": birth, "ends": ends, "csrf_token": csrf})


def test_the_link_and_the_birth_date_open_the_page(app: Flask, token: str, tested: Any) -> None:
    client = app.test_client()
    assert opened(client, token.lower(), "21/03/1991").status_code == 303
    tested.correct(Call.POSITIVE)
    page = client.get("/my")
    assert page.status_code == 200
    assert "dương tính" in page.text
    assert "Các bản trước" in page.text  # the negative one before it
    assert "Nguyễn Thị Mẫu" not in page.text
    assert token not in page.text
    assert "024191000001" not in page.text


@pytest.mark.parametrize("birth", ["22/03/1991", "1991", "", "x", "1991-03", "31/02/1991"])
def test_another_birth_date_opens_nothing(app: Flask, token: str, birth: str) -> None:
    client = app.test_client()
    assert opened(client, token, birth).status_code == 403
    assert client.get("/my").status_code == 403


def test_a_wrong_link_is_told_as_a_wrong_birth_date_is(app: Flask, token: str) -> None:
    wrong = opened(app.test_client(), "2" * 17, "21/03/1991")
    other = opened(app.test_client(), token, "22/03/1991")
    assert wrong.status_code == other.status_code == 403
    assert wrong.text.count("link-or-birth-wrong") == other.text.count("link-or-birth-wrong")


def test_after_ten_wrong_dates_the_right_one_waits_for_a_day_from_any_address(
    app: Flask, token: str, clock: Any
) -> None:
    for _ in range(10):
        opened(app.test_client(), token, "22/03/1991")
    assert opened(app.test_client(), token, "21/03/1991").status_code == 429
    clock.advance(hours=25)
    assert opened(app.test_client(), token, "21/03/1991").status_code == 303


def test_the_page_closes_after_a_while_and_with_a_new_link(
    app: Flask, token: str, clock: Any, tested: Any, database: Database
) -> None:
    client = app.test_client()
    opened(client, token, "21/03/1991")
    clock.advance(minutes=21)
    assert client.get("/my").status_code == 403
    opened(client, token, "21/03/1991")
    with database.write() as session:
        mine.renew_link(session, tested.person, by="user:hoa", now=clock.at)
    assert client.get("/my").status_code == 403
    assert opened(client, token, "21/03/1991").status_code == 403


def test_whichever_record_the_lost_card_was_of_its_link_ends(
    app: Flask, token: str, tested: Any, database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        camp = make_scene(session).person()
        camp.birth = "1991-03-21"
        lost = mine.link_of(session, camp.id, by="user:quan", now=now).token
        merges.merge(session, tested.person, camp.id, reason="một người", evidence="page",
                     by="user:hoa", now=now)  # fmt: skip
        new = mine.renew_link(session, tested.person, by="user:hoa", now=now)
        ended = select(AuditEntry.subject).where(AuditEntry.action == "my-link.ended")
        assert new.person_id == tested.person
        assert sorted(session.scalars(ended)) == sorted(map(str, (tested.person, camp.id)))
    for each in (lost, token):
        assert opened(app.test_client(), each, "21/03/1991").status_code == 403
    assert opened(app.test_client(), new.token, "21/03/1991").status_code == 303


def test_a_link_that_was_renewed_is_among_what_a_restore_says_has_to_be_done_again(
    token: str, clock: Any, tested: Any, database: Database
) -> None:
    """The lost card's link is as good as before in the backup."""
    listed = select(AuditEntry.action).where(
        AuditEntry.subject == str(tested.person), AuditEntry.action.in_(AGAIN)
    )
    with database.write() as session:
        assert session.scalars(listed).all() == [], "the first link ended none"
        mine.renew_link(session, tested.person, by="user:hoa", now=clock.at)
        assert session.scalars(listed).all() == ["my-link.ended"]


def test_nobody_without_a_known_birth_has_a_page_that_opens(
    app: Flask, database: Database, now: datetime
) -> None:
    with database.write() as session:
        person = Person(id=uuid4(), place="p", created_at=now)
        session.add(person)
        session.flush()
        token = mine.link_of(session, person.id, by="u", now=now).token
    for said in ("", "1991", "01/01/1991"):
        assert opened(app.test_client(), token, said).status_code == 403


@pytest.mark.parametrize("whole", [None, "1991"])
def test_a_year_opens_only_with_the_last_digits_of_a_number_that_was_seen(
    app: Flask, token: str, tested: Any, database: Database, now: datetime, whole: str | None
) -> None:
    act = Act("phone", now, "declaration:1")
    with database.write() as session:
        person = session.get_one(Person, tested.person)
        person.birth, person.birth_year = whole, 1991
        typed = Key(System.INSURANCE, "2499990002", claimed=True)
        phone = Key(System.PHONE, "0900000003", claimed=True)
        session.add_all(identity(person, key, kind=Kind.TYPED, act=act) for key in (typed, phone))
    for birth, ends in (("1991", ""), ("1991", "0002"), ("1990", "0001"), ("", "0001")):
        assert opened(app.test_client(), token, birth, ends).status_code == 403
    for ends in ("0001", "0003"):
        assert opened(app.test_client(), token, "1991", ends).status_code == 303


def test_who_found_a_card_opens_nothing_by_a_phone_that_they_claim_to_be_its_bearers(
    app: Flask, token: str, tested: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        person = session.get_one(Person, tested.person)
        person.birth, person.birth_year, person.sex = None, 1991, None
        own = Key(System.CITIZEN, NUMBER, claimed=True)
        finder = Declarant(person.name or "", BirthDate(1991), None, "0900000009", "", own).as_code(
            *draw_card(person.name or "", 1991, "", now=now)
        )
        since = now + timedelta(minutes=1)
        claimed = person_of(
            session, finder, by="point:x", now=since, evidence="declaration:2", place="p"
        )
        assert claimed is person
    assert opened(app.test_client(), token, "1991", "0009").status_code == 403
    assert opened(app.test_client(), token, "1991", NUMBER[-4:]).status_code == 303


def test_of_whom_too_little_is_known_the_page_says_whom_to_ask(
    app: Flask, database: Database, now: datetime
) -> None:
    with database.write() as session:
        person = Person(id=uuid4(), place="p", birth="1991", birth_year=1991, created_at=now)
        session.add(person)
        session.flush()
        token = mine.link_of(session, person.id, by="u", now=now).token
    refused = opened(app.test_client(), token, "1991", "0001")
    assert refused.status_code == 403
    assert "trạm y tế" in refused.text


def test_every_opening_stands_under_who_looked(
    app: Flask, token: str, tested: Any, database: Database
) -> None:
    client = app.test_client()
    opened(client, token, "22/03/1991")
    opened(client, token, "21/03/1991")
    assert "yourself" in client.get("/my?lang=en").text
    with database.read() as session:
        asked = select(AuditEntry).where(AuditEntry.action == "my-page.opened")
        (entry,) = session.scalars(asked)
        assert (entry.subject, entry.actor) == (str(tested.person), "person")
        assert entry.detail is None


def test_a_person_gets_only_their_own_slip(
    app: Flask, token: str, tested: Any, database: Database, make_scene: Any
) -> None:
    with database.read() as session:
        outcome = session.scalars(select(Outcome)).one().id
    client = app.test_client()
    opened(client, token, "21/03/1991")
    csrf = client.get("/my").text.split('name="csrf_token" value="')[1].split('"')[0]
    paper = client.post(f"/my/slips/{outcome}", data={"csrf_token": csrf})
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert client.post(f"/my/slips/{uuid4()}", data={"csrf_token": csrf}).status_code == 404
    assert app.test_client().post(f"/my/slips/{outcome}").status_code == 403


def test_the_page_says_who_looked_and_is_small(
    app: Flask, token: str, tested: Any, sign_in: Any
) -> None:
    hoa = sign_in(Role.HEALTH_OFFICER, "hoa")
    with app.extensions["database"].write() as session:
        purposes.say(session, "call-back", "", by="user:hoa", now=tested.now)
    hoa.get(f"/people/{tested.person}")
    client = app.test_client()
    opened(client, token, "21/03/1991")
    page = client.get("/my?lang=en")
    told = " ".join(page.text.split("Who looked")[1].split())
    assert "Health officer, Tỉnh Bắc Giang · read the record · Calling for another sample" in told
    assert "yourself · opened this page" in told
    assert "hoa" not in told
    sheets = sum((CSS / f"{each}.css").stat().st_size for each in ("base", "parts", "print"))
    assert len(page.data) + sheets < 50_000


def test_links_are_not_readable_in_the_database(
    token: str, database: Database, tested: Any
) -> None:
    with database.read() as session:
        raw = session.connection().exec_driver_sql("SELECT * FROM my_link").one()
        assert all(token.encode() not in (x if isinstance(x, bytes) else str(x).encode())
                   for x in raw)  # fmt: skip
        assert session.scalars(select(MyLink)).one().token == token
