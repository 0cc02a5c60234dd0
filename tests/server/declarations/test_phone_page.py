"""The page behind a poster: declared once however often it is sent, and asked again briefly."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from contract.cards import read_card
from server.accounts.roles import Role
from server.db import Database
from server.declarations import queries
from server.declarations.points import close_point
from server.people.queries import keys_of


def size_of(client: FlaskClient, path: str) -> int:
    with client.get(path) as answer:
        return len(answer.data)


def test_a_plain_form_declares_and_gives_a_card(
    answers: Any, lan: Any, known: Any, phone: FlaskClient, point: str, database: Database
) -> None:
    page = phone.get(f"/d/{point}").text
    fields = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    answer = phone.post(f"/d/{point}", data={**answers, **lan, **fields})
    assert answer.status_code == 303
    done = phone.get(answer.location).text
    assert "Đã nhận tờ khai" in done
    (person,) = known()
    card = read_card(person.card)
    assert (card.name, card.birth_year, card.sex) == ("Nguyễn Thị Mẫu", 1991, "F")
    assert phone.get(f"/d/card/{person.id}.png").data.startswith(b"\x89PNG")
    assert phone.get(f"/d/card/{person.id}.pdf").data.startswith(b"%PDF")
    with database.read() as session:
        (made,) = queries.declarations_of(session, person.person_id)
        (check_in,) = queries.check_ins_of(session, person.person_id)
        assert (made.symptoms, made.exposed, made.point_id) == (False, False, point)
        assert (check_in.point_id, check_in.declaration_id, check_in.source) == (
            point, made.id, "phone",
        )  # fmt: skip
        claimed = {key.system: key.claimed for key in keys_of(session, person.person_id)}
        assert claimed["cccd"]
        assert claimed["card"]


def test_an_officer_reads_the_answers_in_the_words_of_the_form(
    sent: Any, known: Any, phone: FlaskClient, point: str, sign_in: Any
) -> None:
    phone.get(f"/d/{point}")
    sent(
        phone,
        point,
        **{"q.symptoms": ["fever", "cough"], "q.travel": "yes", "note.travel": "Hà Nội"},
    )
    (person,) = known()
    page = sign_in(Role.HEALTH_OFFICER).get(f"/people/{person.person_id}").text
    for words in ("Sốt, Ho", "có (Hà Nội)", "Trong 21 ngày qua", "Chợ Mẫu"):
        assert words in page
    assert sign_in(Role.ADMINISTRATOR).get(f"/people/{person.person_id}").status_code == 403


def test_sending_it_twice_is_sending_it_once(
    sent: Any, known: Any, phone: FlaskClient, point: str, database: Database
) -> None:
    phone.get(f"/d/{point}")
    which = str(uuid4())
    first, again = (sent(phone, point, id=which) for _ in range(2))
    assert first.json == again.json
    (person,) = known()
    with database.read() as session:
        assert len(queries.declarations_of(session, person.person_id)) == 1


def test_what_was_kept_without_a_network_has_the_time_it_was_declared(
    sent: Any, phone: FlaskClient, point: str, database: Database, now: Any
) -> None:
    which = uuid4()
    sent(phone, point, id=str(which), waited_ms="7200000")
    with database.read() as session:
        made = queries.declaration(session, which)
        assert made is not None
        assert made.at == now - timedelta(hours=2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"consent": ""}, "consent"),
        ({"q.symptoms": ""}, "q.symptoms"),
        ({"q.travel": "yes"}, "q.travel"),
        ({"name": "Mẫu"}, "name"),
        ({"birth": "2091"}, "birth"),
        ({"sex": "?"}, "sex"),
        ({"phone": "12"}, "phone"),
        ({"number": "024091000001"}, "number"),
        ({"number": "024190000001"}, "number"),
        ({"number": "12345"}, "number"),
        ({"behalf": ""}, "behalf"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    sent: Any,
    known: Any,
    phone: FlaskClient,
    point: str,
    database: Database,
    wrong: dict[str, str],
    field: str,
) -> None:
    answer = sent(phone, point, **wrong)
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {field}
    assert known() == []


def test_a_plain_form_with_a_gap_keeps_what_was_said(
    answers: Any, lan: Any, phone: FlaskClient, point: str
) -> None:
    page = phone.get(f"/d/{point}").text
    fields = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    assert "checked" not in page  # no answer and no consent is given for anybody
    answer = phone.post(f"/d/{point}", data={**answers, **lan, **fields, "consent": ""})
    assert answer.status_code == 422
    assert "Chưa đồng ý" in answer.text
    assert "Nguyễn Thị Mẫu" in answer.text
    assert fields["id"] in answer.text


def test_next_time_only_what_changes_is_asked(
    sent: Any, known: Any, phone: FlaskClient, point: str, database: Database
) -> None:
    phone.get(f"/d/{point}")
    sent(phone, point)
    sent(phone, point, name="Trần Văn Hai", number="", sex="M", behalf="other")
    sent(phone, point)  # the same number is the same person
    first, second = sorted(known(), key=lambda each: each.on_behalf)
    page = phone.get(f"/d/{point}").text
    assert "N●●●●● Thị M●● · 1991" in page
    assert "Nguyễn Thị Mẫu" not in page
    again = phone.get(f"/d/{point}?who={first.id}").text
    assert 'name="q.symptoms"' in again
    assert 'name="birth"' not in again
    answer = sent(phone, point, who=str(second.id), **{"q.symptoms": "fever"})
    assert "Bạn có dấu hiệu" in phone.get(answer.json["next"]).text
    with database.read() as session:
        assert len(queries.declarations_of(session, second.person_id)) == 2


def test_a_closed_or_unknown_point_says_what_to_do(
    sent: Any, phone: FlaskClient, point: str, database: Database, now: Any, clock: Any
) -> None:
    with database.write() as session:
        close_point(session, point, by="user:quan", now=now)
    clock.advance(days=1)
    answer = phone.get(f"/d/{point}")
    assert answer.status_code == 409
    assert "Chợ Mẫu hiện không hoạt động" in answer.text
    assert sent(phone, point).status_code == 409
    unknown = phone.get("/d/K7M3Q9XX")
    assert unknown.status_code == 404
    assert "Mã điểm" in unknown.text
    assert phone.get("/d?code=k7m3 q9xx").location.endswith("/d/K7M3Q9XX")


def test_the_page_is_light_enough_for_a_cheap_phone(phone: FlaskClient, point: str) -> None:
    """All that a first visit loads, before compression."""
    for language in ("vi", "en"):
        page = phone.get(f"/d/{point}?lang={language}")
        parts = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
        assert len(parts) == 2
        whole = len(page.data) + sum(size_of(phone, part) for part in parts)
        assert whole + size_of(phone, "/d/worker.js") <= 50_000
        assert not re.search(r"<style|<script>|javascript:|\bon[a-z]+=", page.text)
