"""A box from the team to the laboratory, on the pages, by the hands of several people."""

import re
from typing import Any

import pytest

from contract.boxes import BoxId, BoxLabel
from contract.tubes import TubeId
from server.accounts.roles import Role
from server.db import Database
from server.lab.boxes import queries, services
from server.lab.boxes.custody import Gap, State
from server.lab.services import receive_tube
from server.officers.story import story_of
from server.waiting import boxes as boxes_waiting

BOX = BoxId.mint(12)
TUBES = [TubeId.mint(26, serial) for serial in range(1, 4)]


def alert(page: Any) -> str:
    found = re.search(r'role="alert"[^>]*>(.*?)<', page.text, re.DOTALL)
    return found[1] if found else ""


@pytest.fixture
def people(sign_in: Any, database: Database, make_scene: Any) -> dict[str, Any]:
    with database.write() as session:
        make_scene(session)
    roles = {"an": Role.SWAB_TEAM, "binh": Role.SWAB_TEAM, "lan": Role.LAB_TECHNICIAN}
    return {login: sign_in(role, login) for login, role in roles.items()}


def custody(database: Database) -> Any:
    with database.read() as session:
        return queries.custody_of(session, BOX.text)


def fill(client: Any) -> None:
    for tube in TUBES:
        data = {"box": BoxLabel(BOX, 3).text, "tube": tube.text}  # the label with its count
        assert client.post("/boxes/put-in", data=data).status_code == 302
    data = {"box": BOX.text, "team": "Đội 1", "count": "3"}
    assert client.post("/boxes/pack", data=data).status_code == 302


def test_a_box_goes_from_hand_to_hand_and_is_counted(
    people: dict[str, Any], database: Database, clock: Any
) -> None:
    fill(people["an"])
    counted = {"box": BOX.text, "count": "3"}
    assert people["an"].post("/boxes/give", data=counted).status_code == 302
    same = people["an"].post("/boxes/take", data=counted)
    assert same.status_code == 409
    assert "Người còn lại tự đăng nhập" in alert(same)
    assert people["binh"].post("/boxes/take", data=counted).status_code == 302
    assert custody(database).state is State.IN_TRANSIT
    for tube in TUBES:
        data = {"tube": tube.text, "box": BOX.text}
        assert people["lan"].post("/reception", data=data).status_code == 302
    clock.advance(minutes=1)
    assert people["lan"].post("/reception/count", data=counted).status_code == 302
    assert custody(database).state is State.RECEIVED
    assert custody(database).differences == []
    with database.read() as session:
        told = [fact.state for fact in story_of(session, TUBES[0])]
    way = ["box-put-in", "box-packed", "box-given", "box-taken", "received", "box-counted"]
    assert [state for state in told if state in way] == way


def test_a_count_that_differs_stands_on_a_desk_until_somebody_explains_it(
    people: dict[str, Any], database: Database
) -> None:
    fill(people["an"])
    people["an"].post("/boxes/give", data={"box": BOX.text, "count": "3"})
    people["binh"].post("/boxes/take", data={"box": BOX.text, "count": "2"})
    assert [each.gap for each in custody(database).differences] == [Gap.HAND_OVER]
    with database.read() as session:
        assert boxes_waiting(session, "user:lan").count == 1
    assert "chưa ai xem" in people["lan"].get("/boxes").text
    people["lan"].post("/boxes/own", data={"box": BOX.text})
    with database.read() as session:
        assert boxes_waiting(session, "user:lan").count == 1
        assert boxes_waiting(session, "user:an").count == 0, "it is owned by a colleague"
    said = {"box": BOX.text, "reason": "một ống kẹt dưới đá"}
    people["lan"].post("/boxes/explain", data=said)
    assert custody(database).differences == []
    assert "kẹt dưới đá" in people["lan"].get(f"/boxes?box={BOX.text}").text


def test_the_reception_lists_what_is_missing_and_what_is_too_much(people: dict[str, Any]) -> None:
    fill(people["an"])
    lan = people["lan"]
    other = TubeId.mint(26, 9)
    for tube in (TUBES[0], other):
        lan.post("/reception", data={"tube": tube.text, "box": BOX.text})
    text = lan.get(f"/reception?box={BOX.text}").text
    missing, surplus = text.index("chưa quét"), text.index("Không có trong danh sách")
    assert TUBES[1].grouped in text[missing:surplus]
    assert other.grouped in text[surplus : text.index("Đếm tay")]


def test_a_tube_nobody_can_read_is_rejected_in_its_box(
    people: dict[str, Any], database: Database
) -> None:
    fill(people["an"])
    lan = people["lan"]
    for tube in TUBES[:2]:
        lan.post("/reception", data={"tube": tube.text, "box": BOX.text})
    data = {"box": BOX.text, "reason": "unlabelled"}
    assert lan.post("/reception/unreadable", data=data).status_code == 302
    lan.post("/reception/count", data={"box": BOX.text, "count": "3"})
    assert custody(database).differences == []
    with database.read() as session:
        arrival = queries.arrival_of(session, BOX.text, custody(database))
    assert (arrival.total, arrival.missing) == (3, (TUBES[2],)), "the missing one is the unreadable"


def test_a_box_label_scanned_into_the_tube_field_changes_the_box(people: dict[str, Any]) -> None:
    page = people["lan"].post("/reception", data={"tube": f"]C0{BOX.text}", "box": "H7"})
    assert page.location == f"/reception?box={BOX.text.replace(':', '%3A')}" or BOX.text in (
        page.location
    )


@pytest.mark.parametrize("typed", ["B:0000001261", "B:0000001262.09612"])
def test_a_misread_box_label_is_refused(people: dict[str, Any], typed: str) -> None:
    page = people["an"].post("/boxes/put-in", data={"box": typed, "tube": TUBES[0].text})
    assert page.status_code == 422
    assert "Nhãn hộp đọc sai" in alert(page)


def test_a_tube_is_in_one_box_and_a_closed_box_takes_none(people: dict[str, Any]) -> None:
    an = people["an"]
    fill(an)
    again = an.post("/boxes/put-in", data={"box": "H2", "tube": TUBES[0].text})
    assert again.status_code == 409
    assert BOX.text in alert(again)
    late = an.post("/boxes/put-in", data={"box": BOX.text, "tube": TubeId.mint(26, 8).text})
    assert "đã đóng" in alert(late)
    unknown = an.post("/boxes/put-in", data={"box": "H3", "tube": TubeId.mint(27, 8).text})
    assert "không thuộc lô nào" in alert(unknown)


def test_a_difference_older_than_many_boxes_is_not_forgotten(scene: Any) -> None:
    said = {"by": "user:an", "now": scene.now}
    services.pack(scene.session, "H0", team="Đội 1", count=2, **said)
    services.count(scene.session, "H0", counted=1, **said)
    for number in range(1, 30):
        services.pack(scene.session, f"H{number}", team="Đội 1", count=1, **said)
        services.count(scene.session, f"H{number}", counted=1, **said)
    assert [box.code for box, _ in queries.open_differences(scene.session)] == ["H0"]


def test_a_tube_received_without_a_box_has_no_custody(scene: Any) -> None:
    tube = scene.tube()
    receive_tube(scene.session, tube, box="H1", by="user:lan", now=scene.now)
    told = [fact.state for fact in story_of(scene.session, tube)]
    assert told[-1] == "received"
    assert not [state for state in told if state.startswith("box-")]


def test_other_tubes_in_the_same_number_stand_on_the_desk(scene: Any) -> None:
    session, said = scene.session, {"by": "user:an", "now": scene.now}
    tubes = [scene.tube() for _ in range(4)]
    for tube in tubes[:3]:
        services.put_in(session, BOX.text, tube, **said)
    services.pack(session, BOX.text, team="Đội 1", count=3, **said)
    for tube in tubes[1:]:
        receive_tube(session, tube, box=BOX.text, **said)
    services.count(session, BOX.text, counted=3, by="user:lan", now=scene.now)
    [(_, [found])] = queries.open_differences(session)
    assert (found.gap, found.expected, found.counted) == (Gap.OTHER_TUBES, 1, 1)
    assert boxes_waiting(session, "user:lan").count == 1
    services.explain(session, BOX.text, reason="nhầm hộp", **said)
    assert boxes_waiting(session, "user:lan").count == 0
