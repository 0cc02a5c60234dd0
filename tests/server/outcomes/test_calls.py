"""People are called until they were sampled again, or until somebody gives them up for a reason."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from contract.identities import Key, System
from contract.tubes import TubeId
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.audit.names_shown import briefly
from server.db import Database
from server.declarations.models import CheckIn
from server.errors import BadInput
from server.lab.models import Result
from server.lab.services import (
    Finding,
    correct_result,
    enter_result,
    receive_tube,
    reject_tube,
    verify_result,
)
from server.lab.words import Call, Rejection
from server.outcomes import call_list, calls
from server.outcomes.calls import How
from server.outcomes.models import Callback
from server.outcomes.services import release
from server.people.models import Identity
from server.people.queries import value_blind

HOA, LAN, MINH = "user:hoa", "user:lan", "user:minh"
TAKEN = {"form": "csv", "reason": "Gọi lấy lại mẫu hôm nay"}


def resampled(scene: Any, person: Any, call: Call = Call.NEGATIVE) -> Any:
    """A further sample of *person*, with its result out."""
    tube = scene.tube()
    scene.pair(tube, person)
    receive_tube(scene.session, tube, box="H2", by=LAN, now=scene.now)
    out(scene, enter_result(scene.session, tube, Finding(call), by=LAN, now=scene.now))
    return tube


def out(scene: Any, result: Any) -> None:
    verify_result(scene.session, result.id, by=MINH, now=scene.now)
    release(scene.session, [result.id], by=MINH, now=scene.now)


def rejected(scene: Any, person: Any) -> Any:
    tube = scene.tube()
    scene.pair(tube, person)
    reject_tube(scene.session, tube, Rejection.LEAKING, by=LAN, now=scene.now)
    return tube


def waiting(scene: Any) -> list[Any]:
    return [each.callback.tube for each in call_list.open_calls(scene.session)]


def test_a_call_ends_by_itself_when_a_new_sample_says_something(scene: Any, now: datetime) -> None:
    person = scene.person()
    rejected(scene, person)
    scene.now = now + timedelta(hours=5)
    scene.pair(scene.tube(), person)
    [call] = call_list.open_calls(scene.session)
    assert call.paired_at == scene.now
    resampled(scene, person)
    assert waiting(scene) == []
    [ended] = call_list.ended_calls(scene.session)
    assert ended.callback.ended == "resampled"


def test_it_ends_likewise_when_the_new_sample_was_first(scene: Any, now: datetime) -> None:
    person, tube = scene.person(), scene.tube()
    scene.pair(tube, person)
    scene.now, scene.serial = now + timedelta(hours=5), 40  # what lies behind an empty tube is held
    resampled(scene, person)
    reject_tube(scene.session, tube, Rejection.EMPTY, by=LAN, now=scene.now)
    assert waiting(scene) == []


def test_an_earlier_sample_and_a_doubtful_one_end_nothing(scene: Any, now: datetime) -> None:
    person = scene.person()
    resampled(scene, person)
    scene.now = now + timedelta(hours=1)
    first = rejected(scene, person)
    scene.now = now + timedelta(hours=2)
    second = resampled(scene, person, Call.INCONCLUSIVE)
    assert set(waiting(scene)) == {first, second}


def test_a_new_sample_taken_back_calls_the_person_again(scene: Any, now: datetime) -> None:
    person = scene.person()
    first = rejected(scene, person)
    scene.now = now + timedelta(hours=5)
    pairing = scene.pair(scene.tube(), person)
    receive_tube(scene.session, pairing.tube, box="H2", by=LAN, now=scene.now)
    result = enter_result(
        scene.session, pairing.tube, Finding(Call.NEGATIVE), by=LAN, now=scene.now
    )
    out(scene, result)
    assert waiting(scene) == []
    scene.void(pairing)
    assert waiting(scene) == [first]


def test_attempts_put_the_next_one_off(scene: Any, now: datetime) -> None:
    rejected(scene, scene.person())
    [call] = call_list.open_calls(scene.session)
    each = call.callback
    calls.attempt(scene.session, each.id, How.NO_ANSWER, note="", by=HOA, now=now)
    assert each.due_at == now + calls.TRY_AGAIN
    with pytest.raises(BadInput):
        calls.attempt(scene.session, each.id, How.APPOINTMENT, note="", by=HOA, now=now)
    when = now + timedelta(days=1)
    calls.attempt(
        scene.session, each.id, How.APPOINTMENT, note="đến trạm", appointment=when, by=HOA, now=now
    )
    assert each.due_at == when + calls.AFTER_APPOINTMENT
    [call] = call_list.open_calls(scene.session)
    assert {one.how for one in call.attempts} == {"no-answer", "appointment"}


def test_who_was_given_up_is_taken_up_again(scene: Any, now: datetime) -> None:
    tube = rejected(scene, scene.person())
    [call] = call_list.open_calls(scene.session)
    calls.finish(scene.session, call.callback.id, note="đã về quê", by=HOA, now=now)
    assert waiting(scene) == []
    calls.reopen(scene.session, call.callback.id, by=HOA, now=now)
    assert waiting(scene) == [tube]
    with pytest.raises(calls.CallbackDone):
        calls.reopen(scene.session, call.callback.id, by=HOA, now=now)


@pytest.mark.engines
@pytest.mark.parametrize(("call", "open_ones"), [(Call.NEGATIVE, 0), (Call.INCONCLUSIVE, 1)])
def test_who_need_not_be_called_or_is_called_already_is_not_taken_up_again(
    scene: Any, now: datetime, call: Call, open_ones: int
) -> None:
    tube = resampled(scene, scene.person(), Call.INVALID)
    [given] = call_list.open_calls(scene.session)
    calls.finish(scene.session, given.callback.id, note="đã về quê", by=HOA, now=now)
    [before] = scene.session.scalars(select(Result).where(Result.tube == tube))
    scene.now = now + timedelta(hours=1)
    out(scene, correct_result(
        scene.session, before.id, Finding(call), reason="đọc nhầm", by=LAN, now=scene.now
    ))  # fmt: skip
    with pytest.raises(calls.CallbackDone):
        calls.reopen(scene.session, given.callback.id, by=HOA, now=scene.now)
    assert len(waiting(scene)) == open_ones


@pytest.fixture
def listed(database: Database, make_scene: Any, now: datetime) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person = scene.person("=Lê Văn An")
        person.address = "Tổ 3, phường Mẫu"
        session.add(Identity(
            id=uuid4(), person_id=person.id, system=System.PHONE, value="0900000001",
            value_blind=value_blind(Key(System.PHONE, "0900000001")), claimed=True, kind="list",
            evidence="list:1", linked_at=now, linked_by=HOA,
        ))  # fmt: skip
        session.add(CheckIn(
            id=uuid4(), person_id=person.id, source="station", station="ban-1", point="Nhà máy A",
            place="p", at=now, trusted=True, answers="{}", recorded_at=now,
        ))  # fmt: skip
        rejected(scene, person)


def test_the_list_says_how_to_reach_people(listed: None, sign_in: Any) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    taken = officer.post("/callbacks/export", data=TAKEN).text
    pages = [officer.get(path).text for path in ("/callbacks", "/callbacks/paper")]
    for page in (*pages, taken):
        for fact in ("Lê Văn An", "0900000001", "Tổ 3, phường Mẫu", "Nhà máy A"):
            assert fact in page
    assert ",'=Lê Văn An," in taken
    assert officer.post("/callbacks/export", data={"form": "csv"}).status_code == 422


def test_a_phone_typed_on_a_phones_page_stands_last_and_says_so(
    listed: None, sign_in: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        known = session.scalars(select(Identity).where(Identity.system == System.PHONE)).one()
        session.add(Identity(
            id=uuid4(), person_id=known.person_id, system=System.PHONE, value="0900000002",
            value_blind=value_blind(Key(System.PHONE, "0900000002")), claimed=True, kind="card",
            evidence="declaration:1", linked_at=now + timedelta(days=1), linked_by="point:1",
        ))  # fmt: skip
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    pages = [officer.get(path).text for path in ("/callbacks", "/callbacks/paper")]
    for page in (*pages, officer.post("/callbacks/export", data=TAKEN).text):
        first, _, rest = page.partition("0900000002")
        assert "0900000001" in first
        assert "chưa xác nhận" not in first
        assert "xác nhận" in rest or "not confirmed" in rest


def test_taking_the_list_out_is_noted(listed: None, sign_in: Any, database: Database) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    officer.post("/callbacks/export", data=TAKEN)
    officer.get("/callbacks/paper")
    with database.read() as session:
        noted = select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.actor == HOA)
        told = {(action, briefly(detail)[1]) for action, detail in session.execute(noted)}
        assert told >= {
            ("list.taken-out", "callbacks 1 csv"),
            ("callbacks.printed", "1 people"),
        }


def test_an_appointment_is_noted_on_the_page(listed: None, sign_in: Any) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    [where] = re.findall(r"/callbacks/[0-9a-f-]{36}/tried", officer.get("/callbacks").text)
    data = {"how": "appointment", "appointment": "2026-11-24T14:00", "note": "đến trạm"}
    page = officer.post(where, data=data, follow_redirects=True).text
    assert "Hẹn giờ" in page
    assert "14:00" in page
    assert officer.post(where, data={"how": "appointment"}).status_code == 422


def test_a_list_that_was_cut_says_so_on_paper_and_in_each_row_of_the_file(
    listed: None, sign_in: Any, database: Database, now: datetime
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    assert "còn dài hơn" not in officer.get("/callbacks/paper").text
    with database.write() as session:
        one = session.scalars(select(Callback)).one()
        same = {"person_id": one.person_id, "reason": one.reason, "place": one.place,
                "opened_at": now, "due_at": now}  # fmt: skip
        tubes = (TubeId.mint(27, serial) for serial in range(1, call_list.AT_MOST + 1))
        session.execute(insert(Callback), [{"id": uuid4(), "tube": tube, **same} for tube in tubes])
    assert "Danh sách còn dài hơn" in officer.get("/callbacks/paper").text
    taken = officer.post("/callbacks/export", data=TAKEN).text.splitlines()
    assert len(taken) == call_list.AT_MOST + 3, "mark, heads, rows, mark"
    assert all("more follow" in line for line in (taken[0], *taken[2:]))
