"""Whose code is this: answered to partners by their scope, and never an aid to guessing."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from contract.identities import Key, Kind, System
from server.audit.models import AuditEntry
from server.config import Settings
from server.db import Database
from server.declarations.models import RecordEntry
from server.people import merges
from server.people.cards import draw_card
from server.people.models import Identity
from server.people.services import Act, identity
from server.permissions import Scope

MakeToken = Callable[..., str]
NUMBER = "024191000001"
CARD = f"{NUMBER}||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Hồng Thái, Bắc Giang|14082021"
ANOTHER = CARD.replace("Nguyễn Thị Mẫu", "Trần Văn Giả")
STRANGER = CARD.replace(NUMBER, "024191000999")
NAMELESS = f"{NUMBER}||||||"
BOTH = (Scope.RESOLVE, Scope.RESOLVE_STATUS)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data=settings.data, database=settings.database, background=False,
                    resolve_per_minute=20, resolve_misses_per_hour=4)  # fmt: skip


def ask(app: Flask, token: str, code: str | bytes) -> TestResponse:
    said = {"code": code} if isinstance(code, str) else {"code_base64": b64encode(code).decode()}
    return app.test_client().post(
        "/api/v1/resolve", json=said, headers={"Authorization": f"Bearer {token}"}
    )


def test_a_partner_learns_the_same_key_each_time_and_another_partner_another(
    app: Flask, tested: Any, partner_token: MakeToken
) -> None:
    one, other = partner_token("gtvt", Scope.RESOLVE), partner_token("bhxh", Scope.RESOLVE)
    first, again = ask(app, one, CARD), ask(app, one, CARD.encode())
    assert first.status_code == 200
    assert first.json == again.json
    assert set(first.json) == {"person", "kind"}
    assert first.json["kind"] == "citizen-card"
    assert str(tested.person) not in first.text
    assert ask(app, other, CARD).json["person"] != first.json["person"]


def test_the_status_has_the_last_test_until_it_expires(
    app: Flask, tested: Any, partner_token: MakeToken, clock: Any, now: datetime
) -> None:
    token = partner_token("gtvt", *BOTH)
    test = ask(app, token, CARD).json["status"]["last_test"]
    assert (test["status"], test["valid"]) == ("negative", True)
    assert datetime.fromisoformat(test["expires_at"]) == now + timedelta(hours=72)
    clock.advance(hours=72)
    assert ask(app, token, CARD).json["status"]["last_test"]["valid"] is False


def test_a_sample_is_as_old_as_its_newest_version_says(
    app: Flask, tested: Any, partner_token: MakeToken, database: Database, now: datetime
) -> None:
    earlier = now - timedelta(hours=30)
    with database.write() as session:
        (entry,) = session.scalars(select(RecordEntry))
        again = {column.name: getattr(entry, column.name) for column in entry.__table__.columns}
        again |= {"id": uuid4(), "version": 2, "key": f"{entry.key[:-1]}2", "sampled_at": earlier}
        session.add(RecordEntry(**again))
    test = ask(app, partner_token("gtvt", *BOTH), CARD).json["status"]["last_test"]
    assert datetime.fromisoformat(test["sampled_at"]) == earlier
    assert datetime.fromisoformat(test["expires_at"]) == earlier + timedelta(hours=72)


def test_of_another_place_a_partner_gets_the_key_and_no_status(
    app: Flask, tested: Any, partner_token: MakeToken
) -> None:
    status = ask(app, partner_token("xa", *BOTH, place="vn-2021:27"), CARD).json["status"]
    assert status == {"last_test": None, "last_declaration": None, "zone": None}


def test_nothing_tells_an_unknown_number_from_one_of_another_name(
    app: Flask, tested: Any, partner_token: MakeToken, nameless: Callable[..., UUID]
) -> None:
    token = partner_token("gtvt", *BOTH)
    nameless("024191000555")
    answers = [
        ask(app, token, said)
        for said in (STRANGER, ANOTHER, CARD.replace("1991", "1962"),
                     CARD.replace(NUMBER, "024191000555"))
    ]  # fmt: skip
    assert {(each.status_code, each.text) for each in answers} == {(404, answers[0].text)}
    assert answers[0].json["code"] == "not-known"


def test_a_claimed_number_and_a_card_made_by_phone_give_no_status(
    app: Flask, tested: Any, partner_token: MakeToken, database: Database, now: datetime
) -> None:
    number, payload = draw_card("Nguyễn Thị Mẫu", 1991, "F", now=now)
    with database.write() as session:
        (link,) = session.scalars(select(Identity).where(Identity.person_id == tested.person))
        link.person.name, link.person.birth_year = "Nguyễn Thị Mẫu", 1991
        link.claimed = True
        card = Key(System.CARD, number.text, claimed=True)
        act = Act("phone", now, "declaration:1")
        session.add(identity(link.person, card, kind=Kind.PERSONAL_CARD, act=act))
    token = partner_token("gtvt", *BOTH)
    for code in (CARD, payload, number.payload):
        assert set(ask(app, token, code).json) == {"person", "kind"}


def test_who_asks_in_vain_too_often_must_wait(
    app: Flask, tested: Any, partner_token: MakeToken, clock: Any
) -> None:
    token = partner_token("gtvt", Scope.RESOLVE)
    for _ in range(4):
        assert ask(app, token, STRANGER).status_code == 404
    late = ask(app, token, CARD)
    assert (late.status_code, late.json["code"]) == (429, "asked-too-often")
    clock.advance(hours=1, seconds=1)
    assert ask(app, token, CARD).status_code == 200


def test_every_answer_is_in_the_trail_and_no_code_is(
    app: Flask, tested: Any, partner_token: MakeToken, database: Database
) -> None:
    token = partner_token("gtvt", *BOTH)
    ask(app, token, CARD)
    ask(app, token, STRANGER)
    with database.read() as session:
        found = select(AuditEntry).where(AuditEntry.actor == "partner:gtvt")
        entries = [(each.action, each.subject) for each in session.scalars(found)]
        whole = " ".join(str(each.detail) for each in session.scalars(select(AuditEntry)))
    assert entries == [("person.resolved", str(tested.person)), ("code.not-known", "gtvt")]
    assert NUMBER not in whole


def test_merged_records_have_one_key(
    app: Flask, tested: Any, partner_token: MakeToken, nameless: Callable[..., UUID],
    database: Database, now: datetime,
) -> None:  # fmt: skip
    token = partner_token("gtvt", *BOTH)
    other = nameless("024191000555", name="Nguyễn Thị Mẫu", birth_year=1991)
    second = CARD.replace(NUMBER, "024191000555")
    apart = [ask(app, token, each).json["person"] for each in (CARD, second)]
    with database.write() as session:
        merges.merge(session, tested.person, other, reason="x", evidence="t", by="u", now=now)
    one, same = ask(app, token, CARD).json, ask(app, token, second).json
    assert apart[0] != apart[1]
    assert one["person"] == same["person"]
    assert same["status"]["last_test"]["status"] == "negative"


@pytest.mark.parametrize("body", ['{"code": ""}', '{"code_base64": "%%"}', "[]", "", '{"x": 1}'])
def test_what_is_no_question_is_said_so(app: Flask, partner_token: MakeToken, body: str) -> None:
    token = partner_token("gtvt", Scope.RESOLVE)
    answer = app.test_client().post(
        "/api/v1/resolve", data=body, headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json["code"]) == (422, "bad-input")


@pytest.mark.parametrize("said", [f"TYPED:cccd|{NUMBER}", "260000000182"])
def test_typed_numbers_and_tubes_are_no_codes_of_people(
    app: Flask, tested: Any, partner_token: MakeToken, said: str
) -> None:
    assert ask(app, partner_token("gtvt", *BOTH), said).status_code == 422
