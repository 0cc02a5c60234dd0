"""The desks of doubt, as officers work on them; and what a shift came to."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from contract import events
from server.accounts.roles import Role
from server.db import Database
from server.people.models import IdentityQuestion
from server.sampling import services, shifts
from server.sampling.decision_models import Decision, Matter, SlipGroup
from server.sampling.models import Pairing
from server.sampling.shift_models import StationOperator

ELSEWHERE = "vn-2021:30.288"
SignIn = Callable[..., FlaskClient]


def head(now: Any, seq: int) -> dict[str, Any]:
    return {"id": uuid4(), "station": "ban-1", "epoch": "0" * 16, "seq": seq,
            "prev": events.NO_EVENT, "at": now, "trusted": True, "boot": "b", "mono": seq,
            "operator": "tag-lan"}  # fmt: skip


@pytest.fixture
def day(database: Database, make_scene: Any) -> list[UUID]:
    """Six pairs a minute apart, the last one typed; an operator; a slip suspected; a shift."""
    with database.write() as session:
        scene = make_scene(session)
        ids = []
        for at in range(6):
            event = events.TubePaired(
                **head(scene.now + timedelta(minutes=at), at + 1), tube=scene.tube().text,
                person="", person_kind="citizen-card", tag="0" * 16, order="person-first",
                took_ms=900, manual=at == 5,
            )  # fmt: skip
            bearer = scene.person(f"Người Số {at}")
            pairing = services.record_pairing(session, event, bearer, place="p", now=scene.now)
            ids.append(pairing.id)
        tubes = tuple(str(tube) for tube in session.scalars(select(Pairing.tube)))
        lan = scene.person("Trần Thị Lan")
        session.add(
            StationOperator(station="ban-1", tag="tag-lan", person_id=lan.id, seen_at=scene.now)
        )
        suspected = events.SlipSuspected(
            **head(scene.now, 8), reason="tube-skipped", tubes=tubes[:3]
        )
        shifts.record_suspicion(session, suspected, now=scene.now)
        ended = events.ShiftEnded(
            **head(scene.now + timedelta(hours=1), 9), began=scene.now, people=30, used=30,
            void=1, issued=100, returned=68, scan_ms=3100, pace_ms=42_000, rereads=4, manual=1,
            refusals={"tube-used": 2},
        )  # fmt: skip
        shifts.record_shift(session, ended, now=scene.now)
        shifts.record_shift(session, ended, now=scene.now)
    return ids


def undo(database: Database, which: UUID) -> None:
    """Let its station take a pairing back."""
    with database.write() as session:
        made = session.get_one(Pairing, which)
        event = events.PairingVoided(
            **head(made.paired_at, 30), pairing=made.id, tube=made.tube.text, reason="undo"
        )
        services.record_void(session, event, now=made.paired_at)


def seen_on(client: FlaskClient) -> str:
    found = re.search(r'name="seen" value="(\w+)"', client.get("/slips").text)
    assert found
    return found[1]


def test_a_shift_shows_what_it_came_to_and_what_does_not_add_up(
    sign_in: SignIn, day: list[UUID]
) -> None:
    page = sign_in(Role.HEALTH_OFFICER).get("/shifts?date=2026-11-23&lang=en").text
    for said in ("Trần Thị Lan", "1 off", "3.1 s", "tube-used 2", "120"):
        assert said in page
    assert (
        "No shift ended" in sign_in(Role.ADMINISTRATOR).get("/shifts?date=2026-11-24&lang=en").text
    )
    assert sign_in(Role.LAB_TECHNICIAN).get("/shifts").status_code == 403


def test_a_suspicion_becomes_a_group_that_is_held_and_released_with_a_reason(
    sign_in: SignIn, database: Database, day: list[UUID]
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    page = client.get("/slips").text
    assert "bỏ qua một ống" in page
    assert "Trần Thị Lan" in page
    with database.read() as session:
        event_id = session.scalars(select(shifts.SlipSuspicion)).one().event_id
    address = f"/slips/suspicions/{event_id}/decide"
    assert client.post(address, data={"slipped": "yes"}).status_code == 422
    client.post(address, data={"slipped": "yes", "reason": "hỏi đội"})
    assert client.post(address, data={"slipped": "no", "reason": "x"}).status_code == 409
    assert "giữ 3 lần ghép" in client.get("/slips").text
    with database.read() as session:
        group = session.scalars(select(SlipGroup)).one().id
    said = {"wrong": str(day[1]), "reason": "gọi hỏi"}
    assert client.post(f"/slips/{group}/decide", data=said).status_code == 422  # saw no page
    behind = seen_on(client)
    undo(database, day[2])
    answer = client.post(f"/slips/{group}/decide", data={**said, "seen": behind})
    assert (answer.status_code, "vừa thay đổi" in answer.text) == (409, True)
    client.post(f"/slips/{group}/decide", data={**said, "seen": seen_on(client)})
    page = client.get("/slips").text
    assert "Không có nhóm nào bị giữ" in page
    with database.read() as session:
        assert sorted(session.scalars(select(Decision.matter))) == ["slip", "suspicion"]


def test_a_typed_pair_is_looked_at_once_and_a_wrong_one_flags_its_neighbour(
    sign_in: SignIn, database: Database, day: list[UUID]
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    assert "Người Số 5" in client.get("/manual").text
    assert "Ghép bằng tay" in client.get("/").text
    client.post(f"/manual/{day[5]}/look", data={"right": "no", "reason": "sổ trang 4"})
    assert "đã được xem" in client.get("/manual").text
    assert "Người Số 4" in client.get("/slips").text
    again = client.post(f"/manual/{day[5]}/look", data={"right": "yes", "reason": "x"})
    assert again.status_code == 409


def test_who_denies_a_tube_is_believed_from_its_own_page(
    sign_in: SignIn, database: Database, day: list[UUID]
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    with database.read() as session:
        tube = session.get_one(Pairing, day[3]).tube
    page = client.get(f"/tubes/{tube}").text
    assert "Các ống bên cạnh" in page
    assert "đã ghép" in page
    client.post(f"/pairings/{day[3]}/deny", data={"reason": "tôi không lấy mẫu"})
    assert "lần ghép đã hủy" in client.get(f"/tubes/{tube}").text
    assert "giữ 2 lần ghép" in client.get("/slips").text


def test_one_person_twice_is_decided_with_the_sequence_before_the_eyes(
    sign_in: SignIn, database: Database, make_scene: Any, day: list[UUID]
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        scene.serial = 50
        person = session.get_one(Pairing, day[5]).person
        event = events.TubePaired(
            **head(scene.now + timedelta(minutes=7), 20), tube=scene.tube().text, person="",
            person_kind="citizen-card", tag="0" * 16, order="person-first", took_ms=900,
        )  # fmt: skip
        services.record_pairing(session, event, person, place="p", now=scene.now)
        matter = session.scalars(select(Matter)).one().id
    client = sign_in(Role.HEALTH_OFFICER)
    page = client.get("/matters").text
    assert "Một người, hai ống" in page
    assert "bị giữ" in page
    bad = client.post(f"/matters/{matter}/decide", data={"verdict": "void-stands", "reason": "x"})
    assert bad.status_code == 422
    client.post(f"/matters/{matter}/decide", data={"verdict": "both-hold", "reason": "lấy lại"})
    assert "Không có lần ghép nào đáng ngờ" in client.get("/matters").text


def test_two_records_in_doubt_are_named_to_those_who_see_them_and_an_answer_lets_them_go(
    sign_in: SignIn, database: Database, make_scene: Any, day: list[UUID]
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        scene.serial = 50
        here, there = session.get_one(Pairing, day[5]).person, scene.person("NGUOI SO 5")
        there.place = ELSEWHERE
        asked = uuid4()
        session.add(
            IdentityQuestion(id=asked, kind="two-persons", person_id=here.id, other_id=there.id,
                             system="cccd", evidence="event:1", opened_at=scene.now)
        )  # fmt: skip
        event = events.TubePaired(
            **head(scene.now + timedelta(minutes=7), 20), tube=scene.tube().text, person="",
            person_kind="citizen-card", tag="0" * 16, order="person-first", took_ms=900,
            place=ELSEWHERE,
        )  # fmt: skip
        services.record_pairing(session, event, there, place=ELSEWHERE, now=scene.now)
    elsewhere = sign_in(Role.HEALTH_OFFICER, "xa", sees=ELSEWHERE).get("/matters").text
    assert "NGUOI SO 5" in elsewhere
    assert "Người Số 5" not in elsewhere
    assert "người ở nơi khác" in elsewhere
    client = sign_in(Role.HEALTH_OFFICER)
    page = client.get("/matters").text
    for said in ("Hai hồ sơ, có thể một người", "Người Số 5", "NGUOI SO 5", "bị giữ"):
        assert said in page
    client.post(f"/identities/persons/{asked}/answer", data={"same": "no"})
    assert "Không có lần ghép nào đáng ngờ" in client.get("/matters").text
