"""What one phone declared no other sees, and a number that was typed opens nobody's record."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contract.identities import parse
from server.accounts.throttle import WINDOW
from server.db import Database
from server.declarations import phones, queries
from server.declarations.models import Declaration
from server.people.models import Person
from server.people.services import person_of
from server.rows import insert_rows


def test_another_phone_sees_nobody(
    sent: Any, known: Any, phone: FlaskClient, app: Flask, point: str, database: Database
) -> None:
    phone.get(f"/d/{point}")
    which = str(uuid4())
    done = sent(phone, point, id=which).json["next"]
    (person,) = known()
    other = app.test_client()
    assert "M●●" not in other.get(f"/d/{point}").text
    for page in (done, f"/d/{point}?who={person.id}", f"/d/card/{person.id}.png"):
        answer = other.get(page)
        assert answer.status_code == 404
        assert "Mẫu · 1991" not in answer.text
    assert sent(other, point, who=str(person.id)).status_code == 404
    assert other.get(sent(other, point, id=which).json["next"]).status_code == 404


def test_two_phones_without_cookies_are_not_one(
    sent: Any, known: Any, app: Flask, point: str, database: Database
) -> None:
    for _ in range(2):
        sent(app.test_client(use_cookies=False), point, number="")
    assert len({person.person_id for person in known()}) == 2


def test_a_typed_number_of_somebody_else_leads_to_nobody(
    sent: Any, known: Any, phone: FlaskClient, point: str, database: Database, now: Any
) -> None:
    raw = "024191000001||Lê Văn Khác|01011991|Nam|Thôn Kia|01012021".encode()
    with database.write() as session:
        other = person_of(
            session, parse(raw), by="x", now=now, evidence="event:x", place="vn-2021:24"
        ).id
    sent(phone, point, number="024191000001", name="Nguyễn Thị Mẫu")
    (person,) = known()
    assert person.person_id != other


@pytest.mark.parametrize("birth", ["1991", "21/03/1991"])
@pytest.mark.parametrize("numbers", [("024191000001", "024191000002"), ("", "024191000002")])
def test_two_namesakes_on_one_phone_stay_two_persons(
    sent: Any, phone: FlaskClient, point: str, database: Database, now: Any,
    birth: str, numbers: tuple[str, str],
) -> None:  # fmt: skip
    phone.get(f"/d/{point}")
    whose = {}
    for number in numbers:
        which = uuid4()
        sent(phone, point, id=str(which), birth=birth, number=number)
        with database.read() as session:
            whose[number] = session.get_one(Declaration, which).person_id
    assert len(set(whose.values())) == 2
    with database.write() as session:
        for number in filter(None, numbers):
            raw = f"{number}||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu|01012021".encode()
            shown = person_of(
                session, parse(raw), by="x", now=now, evidence="event:x", place="vn-2021:24"
            )
            assert shown.id == whose[number]


def test_who_gave_a_year_alone_is_nobody_known_unless_chosen(
    sent: Any, known: Any, phone: FlaskClient, point: str
) -> None:
    """Without a number two namesakes of one year and one address cannot be told apart."""
    phone.get(f"/d/{point}")
    for birth, people in (("1991", 1), ("1991", 2), ("21/03/1991", 3), ("21/03/1991", 3)):
        sent(phone, point, birth=birth, number="")
        assert len({person.person_id for person in known()}) == people
    sent(phone, point, who=str(known()[0].id))
    assert len(known()) == 3


def test_who_shows_their_own_card_is_known_by_what_they_declared(
    sent: Any, known: Any, phone: FlaskClient, point: str, database: Database, now: Any
) -> None:
    sent(phone, point)
    (declared,) = known()
    with database.write() as session:
        shown = person_of(
            session, parse(declared.card.encode()), by="x", now=now, evidence="event:x",
            place="vn-2021:24",
        )  # fmt: skip
        assert shown.id == declared.person_id
        assert session.query(Person).count() == 1


def test_an_address_that_sends_too_much_waits(app: Flask, database: Database, now: Any) -> None:
    with database.write() as session:
        for _ in range(3):
            phones.note_try(session, "10.0.0.1", most=3, now=now)
        with pytest.raises(phones.TooManyDeclarations):
            phones.note_try(session, "10.0.0.1", most=3, now=now)
        phones.note_try(session, "10.0.0.2", most=3, now=now)
        phones.note_try(session, "10.0.0.1", most=3, now=now + WINDOW)


def test_a_point_that_gets_more_than_any_crowd_could_send_waits(
    sent: Any, phone: FlaskClient, point: str, database: Database, known: Any, now: Any
) -> None:
    sent(phone, point)
    (person,) = known()
    with database.write() as session:
        (one,) = queries.declarations_of(session, person.person_id)
        rows = [{column.name: getattr(one, column.name) for column in Declaration.__table__.columns}
                | {"id": uuid4()} for _ in range(phones.PER_POINT)]  # fmt: skip
        insert_rows(session, Declaration, rows)
    assert sent(phone, point).status_code == 429


def test_a_page_of_another_site_declares_nothing(
    answers: Any, lan: Any, phone: FlaskClient, point: str
) -> None:
    phone.get(f"/d/{point}")
    fields = {"id": str(uuid4()), **answers, **lan}
    assert phone.post(f"/api/v1/declarations/{point}", data=fields).status_code == 422
    assert phone.post(f"/d/{point}", data=fields).status_code == 403


def test_a_declaration_of_a_form_that_is_gone_says_so(
    sent: Any, phone: FlaskClient, point: str
) -> None:
    assert sent(phone, point, form="vn-1999").status_code == 404
    assert sent(phone, point, id="x").status_code == 422
    assert isinstance(UUID(sent(phone, point).json["id"]), UUID)
