"""The keeper's page: a card is looked at, confirmed under a masked name, and checked in once."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from contract.cards import SignedCard, sign_card
from contract.identities import parse
from contract.signing import private_key
from labels.symbols import qr
from server.accounts.roles import Role
from server.db import Database
from server.declarations import queries
from server.declarations.keeper_links import end_links, give_link
from server.declarations.kinds import PointKind
from server.declarations.models import CheckIn
from server.declarations.points import PointWish, add_point
from server.declarations.targets import days
from server.people.cards import draw_card
from server.people.models import Identity, Person
from server.people.services import Act, identity, person_of

CARD = "024191000001|123456789|Nguyễn Thị Mẫu|23051991|Nữ|Thôn Mẫu, Việt Yên|01012021"


@pytest.fixture
def point(database: Database, now: Any) -> str:
    with database.write() as session:
        wish = PointWish(PointKind.MARKET, "Chợ Mẫu", "vn-2021:24.222.07")
        return add_point(session, wish, by="user:quan", now=now).id


@pytest.fixture
def keeper(sign_in: Any) -> FlaskClient:
    client: FlaskClient = sign_in(Role.SWAB_TEAM)
    return client


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page))


def shown(database: Database) -> list[CheckIn]:
    with database.read() as session:
        return list(session.query(CheckIn).order_by(CheckIn.at))


def test_a_card_is_confirmed_and_checked_in_once(
    keeper: FlaskClient, point: str, database: Database
) -> None:
    path = f"/points/{point}/keeper"
    look = keeper.post(path, data={"code": CARD}).text
    assert "N●●●●● Thị M●● · 1991" in look
    assert "Nguyễn" not in look
    assert "024191000001" not in look
    yes = {**fields(look), "symptoms": "yes"}
    for _ in range(2):
        assert keeper.post(path, data=yes).status_code == 303
    (made,) = shown(database)
    assert (made.source, made.point_id) == ("keeper", point)
    with database.read() as session:
        assert made.person_id is not None
        (declared,) = queries.declarations_of(session, made.person_id)
        assert (declared.symptoms, declared.exposed, declared.source) == (True, None, "keeper")
        assert days.differences(session) == set()
    page = keeper.get(path).text
    assert "N●●●●● Thị M●●" in page
    assert "Hôm nay: 1" in page


def test_a_mistake_is_taken_back_and_its_declaration_no_longer_counts(
    keeper: FlaskClient, point: str, database: Database
) -> None:
    path = f"/points/{point}/keeper"
    keeper.post(
        path, data={**fields(keeper.post(path, data={"code": CARD}).text), "symptoms": "no"}
    )
    (made,) = shown(database)
    keeper.post(path, data={"undo": str(made.id)})
    assert "Hôm nay: 0" in keeper.get(path).text
    with database.read() as session:
        assert made.person_id is not None
        assert queries.last_declaration(session, made.person_id) is None
        assert days.differences(session) == set()
    assert keeper.post(path, data={"undo": str(uuid4())}).status_code == 404


@pytest.mark.parametrize(
    "code", ["", "260000000182", "hello", "G:END", "P1:FORGED", "024191000001"]
)
def test_what_is_nobodys_card_is_refused(keeper: FlaskClient, point: str, code: str) -> None:
    assert keeper.post(f"/points/{point}/keeper", data={"code": code}).status_code == 422


def test_our_own_card_shows_its_bearer_and_a_forged_one_nobody(
    keeper: FlaskClient, point: str, database: Database, now: Any
) -> None:
    number, payload = draw_card("Trần Văn Hai", 1980, "M", now=now)
    with database.write() as session:
        person_of(session, parse(payload.encode()), by="x", now=now, evidence="event:x",
                  place="vn-2021:24")  # fmt: skip
    path = f"/points/{point}/keeper"
    for code in (payload, number.payload):
        assert "T●●● Văn H●● · 1980" in keeper.post(path, data={"code": code}).text
    forged = sign_card(SignedCard(number, "Lê Giả", 1990, "M", now.date()), private_key(b"x" * 32))
    assert keeper.post(path, data={"code": forged}).status_code == 422


@pytest.mark.parametrize(
    ("plate", "kept", "shows"),
    [
        ("https://luongxanh.drvn.gov.vn/xe/LX0000777", "luongxanh.drvn.gov.vn/xe/LX0000777", 1),
        ("98B-123.45", "98B12345", 0),
        ("https://xe.drvn.gov.vn/98b12345", "xe.drvn.gov.vn/98b12345", 0),
    ],
)
def test_a_vehicles_pass_shows_its_linked_driver_and_a_plate_of_the_street_nobody(
    keeper: FlaskClient, point: str, database: Database, now: Any, plate: str, kept: str, shows: int
) -> None:
    path = f"/points/{point}/keeper"
    look = keeper.post(path, data={"code": plate}).text
    assert "Tài xế này?" not in look
    keeper.post(path, data={**fields(look), "symptoms": "vehicle"})
    (alone,) = shown(database)
    assert (alone.person_id, alone.vehicle) == (None, kept)
    with database.write() as session:
        driver = person_of(session, parse(CARD.encode()), by="x", now=now, evidence="event:x",
                           place="vn-2021:24")  # fmt: skip
        key = parse(plate.encode()).primary
        session.add(identity(driver, key, kind=parse(plate.encode()).kind,
                             act=Act("user:hoa", now, "decision:x")))  # fmt: skip
        known = driver.id
    look = keeper.post(path, data={"code": plate}).text
    assert ("Tài xế này?" in look) == shows
    assert ("N●●●●● Thị M●● · 1991" in look) == shows
    assert ("1991" in look) == shows
    keeper.post(path, data={**fields(look), "symptoms": "no" if shows else "vehicle"})
    assert {made.person_id for made in shown(database)} == ({None, known} if shows else {None})


def test_a_look_is_for_this_point_and_for_ten_minutes(
    keeper: FlaskClient, point: str, database: Database, now: Any, clock: Any
) -> None:
    with database.write() as session:
        wish = PointWish(PointKind.MARKET, "Chợ Kia", "vn-2021:24.222.07")
        other = add_point(session, wish, by="user:quan", now=now).id
    held = fields(keeper.post(f"/points/{point}/keeper", data={"code": CARD}).text)
    yes = {**held, "symptoms": "no"}
    assert keeper.post(f"/points/{other}/keeper", data=yes).status_code == 422
    clock.advance(minutes=11)
    assert keeper.post(f"/points/{point}/keeper", data=yes).status_code == 422
    assert keeper.post(f"/points/{point}/keeper", data={**yes, "held": "AAAA"}).status_code == 422
    assert shown(database) == []


def opened(browser: FlaskClient, point: str, link: str) -> tuple[int, str | None]:
    """Hand over the secret of a link, as its page does; return the answer and where it leads."""
    door = fields(browser.get(f"/k/{point}/open").text)
    answer = browser.post(f"/k/{point}/open", data={**door, "link": link})
    return answer.status_code, answer.location


def test_a_shop_needs_no_account_but_its_link(
    app: Flask, point: str, database: Database, now: Any, clock: Any
) -> None:
    with database.write() as session:
        token = give_link(session, point, by="user:quan", now=now)
    shop, stranger = app.test_client(), app.test_client()
    assert opened(shop, point, f"https://x.example/k/{point}/open#{token}") == (303, f"/k/{point}")
    page = shop.get(f"/k/{point}")
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    csrf = fields(page.text)
    look = shop.post(f"/k/{point}", data={**csrf, "code": CARD}).text
    shop.post(f"/k/{point}", data={**fields(look), "symptoms": "no"})
    assert len(shown(database)) == 1
    assert shop.get(f"/k/{point}").status_code == 200
    assert stranger.get(f"/k/{point}").status_code == 404
    with database.write() as session:
        end_links(session, point, by="user:quan", now=now)
    assert shop.get(f"/k/{point}").status_code == 404
    assert opened(stranger, point, token)[0] == 404
    assert stranger.get(f"/k/{point}/{token}").status_code == 404  # a secret in an address is none
    assert stranger.get(f"/points/{point}/keeper").location.startswith("/login")


def test_a_frame_of_the_phones_camera_is_read(keeper: FlaskClient, point: str) -> None:
    rows = qr(CARD, ecc="m")
    picture = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + 4, y + 4), 0)
    frame = BytesIO()
    picture.resize((picture.width * 5, picture.height * 5), 0).save(frame, "PNG")
    headers = {"X-CSRF-Token": keeper.csrf}  # type: ignore[attr-defined]
    answer = keeper.post(f"/points/{point}/keeper/frame", data=frame.getvalue(), headers=headers)
    assert answer.json == {"codes": [CARD]}


def test_only_those_who_may_check_people_in(sign_in: Any, point: str) -> None:
    for role, status in ((Role.LAB_TECHNICIAN, 403), (Role.ADMINISTRATOR, 403),
                         (Role.HEALTH_OFFICER, 200)):  # fmt: skip
        assert sign_in(role).get(f"/points/{point}/keeper").status_code == status


def test_the_seal_tells_nothing(keeper: FlaskClient, point: str, database: Database) -> None:
    held = fields(keeper.post(f"/points/{point}/keeper", data={"code": CARD}).text)["held"]
    assert "Mẫu" not in held
    with database.read() as session:
        assert session.query(Person).count() == 0  # a look meets nobody


def test_the_list_of_today_begins_at_midnight_in_vietnam(
    keeper: FlaskClient, point: str, clock: Any, sign_in: Any
) -> None:
    path = f"/points/{point}/keeper"
    keeper.post(
        path, data={**fields(keeper.post(path, data={"code": CARD}).text), "symptoms": "no"}
    )
    clock.advance(days=1)
    assert "Hôm nay: 0" in sign_in(Role.SWAB_TEAM).get(path).text


def test_a_card_made_by_phone_stays_claimed_when_a_keeper_pastes_it(
    keeper: FlaskClient, point: str, database: Database, now: Any
) -> None:
    number, payload = draw_card("Trần Văn Hai", 1980, "M", now=now)
    with database.write() as session:
        code = parse(payload.encode())
        made = replace(code, keys=tuple(replace(key, claimed=True) for key in code.keys))
        person = person_of(
            session, made, by="phone", now=now, evidence="x:1", place="vn-2021:24"
        ).id
    path = f"/points/{point}/keeper"
    for text in (payload, number.payload):
        yes = {**fields(keeper.post(path, data={"code": text}).text), "symptoms": "no"}
        assert keeper.post(path, data=yes).status_code == 303
    assert {each.person_id for each in shown(database)} == {person}
    with database.read() as session:
        links = session.query(Identity).where(Identity.system == "card").all()
        assert [(each.person_id, each.claimed) for each in links] == [(person, True)]
