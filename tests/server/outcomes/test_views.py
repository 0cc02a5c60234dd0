"""The gate, the calls and the desks, as pages."""

import re
from typing import Any

import pytest

from contract.boxes import BoxId, BoxLabel
from server.accounts.roles import Role
from server.db import Database
from server.delivery.channels import Refused
from server.delivery.worker import run_once
from server.lab.services import Finding, enter_result, receive_tube, verify_result
from server.lab.words import Call
from server.outcomes.desks import Desk

TICK = re.compile(r'name="result"[^>]*value="([0-9a-f-]{36}\.[0-9a-f]+)"')
LAN, MINH = "user:lan", "user:minh"


class Day:
    """A positive pool of two, a good single tube, and a result that belongs to nobody."""

    def __init__(self, scene: Any) -> None:
        self.pool, self.single = scene.tube(90), scene.tube()
        scene.serial += 50  # what is nobody's holds those beside it
        self.stray = scene.tube()
        self.members = [scene.person("Lê Văn An"), scene.person("Trần Thị Bình")]
        for member in self.members:
            scene.pair(self.pool, member)
        scene.pair(self.single, scene.person("Đỗ Minh Châu"))
        calls = {self.pool: Call.POSITIVE, self.single: Call.NEGATIVE, self.stray: Call.POSITIVE}
        for tube, call in calls.items():
            receive_tube(scene.session, tube, box="H1", by=LAN, now=scene.now)
            result = enter_result(scene.session, tube, Finding(call), by=LAN, now=scene.now)
            verify_result(scene.session, result.id, by=MINH, now=scene.now)


@pytest.fixture
def day(database: Database, make_scene: Any) -> Day:
    with database.write() as session:
        return Day(make_scene(session))


def test_what_is_held_is_shown_with_its_reason_and_cannot_be_ticked(day: Day, sign_in: Any) -> None:
    page = sign_in(Role.LAB_TECHNICIAN, "minh").get("/release").text
    assert len(TICK.findall(page)) == 2
    assert day.stray.grouped in page
    assert "chưa ghép với người nào" in page


def test_a_word_at_a_desk_is_a_tube_only_where_a_lot_has_it(
    database: Database, make_scene: Any, sign_in: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube, other = scene.tube(), scene.tube()
        receive_tube(session, tube, box="THUNG-07", by=LAN, now=scene.now)
        receive_tube(session, other, box=BoxId.mint(12).text, by=LAN, now=scene.now)
    lan = sign_in(Role.LAB_TECHNICIAN, "lan")
    label = BoxLabel(BoxId.mint(12), 96).text
    for word, found in (("THUNG-07", tube), ("thung-07", tube), (label, other)):
        page = lan.get("/desks/reception_without_pairing", query_string={"q": word})
        assert page.status_code == 200, word
        assert [each for each in (tube, other) if each.grouped in page.text] == [found], word
    assert lan.get("/desks/reception_without_pairing?q=ban-1").status_code == 200


def test_who_entered_releases_nothing(day: Day, sign_in: Any) -> None:
    assert TICK.findall(sign_in(Role.LAB_TECHNICIAN, "lan").get("/release").text) == []


def test_technicians_see_no_names(day: Day, sign_in: Any) -> None:
    lan = sign_in(Role.LAB_TECHNICIAN, "lan")
    for path in ("/release", "/verify", "/results", "/reception"):
        assert "Trần Thị Bình" not in lan.get(path).text


def test_a_released_positive_pool_calls_its_members(day: Day, sign_in: Any) -> None:
    minh = sign_in(Role.LAB_TECHNICIAN, "minh")
    minh.post("/release", data={"result": TICK.findall(minh.get("/release").text)})
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    page = officer.get("/callbacks").text
    assert "Trần Thị Bình" in page
    assert "Mẫu gộp dương tính" in page
    done = re.findall(r"/callbacks/[0-9a-f-]{36}/done", page)
    assert officer.post(done[0], data={"note": ""}).status_code == 422
    page = officer.post(done[0], data={"note": "hẹn 14:00"}, follow_redirects=True).text
    assert "hẹn 14:00" in page
    assert officer.post(done[0], data={"note": "nữa"}).status_code == 409


def test_the_desks_show_what_does_not_match(day: Day, sign_in: Any) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    page = officer.get("/unmatched").text
    assert "Có kết quả, không có người" in page
    page = officer.get("/desks/result_without_pairing").text
    assert f'href="/tubes/{day.stray}"' in page


def test_a_scanned_tube_leads_to_its_row_ticked_and_is_explained(day: Day, sign_in: Any) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    page = officer.get(f"/desks/pairing_without_reception?q={day.stray}", follow_redirects=True)
    assert "Ống này đang ở bàn khác" in page.text
    [item] = re.findall(r'name="item" value="([^"]+)" checked', page.text)
    where = f"/desks/result_without_pairing?tube={day.stray}"
    data = {"item": item, "act": "explain", "note": "ống thử máy"}
    assert officer.post(where, data=data).status_code == 302
    assert 'name="item"' not in officer.get("/desks/result_without_pairing").text
    page = officer.get(where + "&explained=1").text
    assert "ống thử máy" in page
    officer.post(where + "&explained=1", data={"item": item, "act": "reopen"})
    assert 'name="item"' in officer.get("/desks/result_without_pairing").text


def test_technicians_work_at_desks_and_see_no_names_there(day: Day, sign_in: Any) -> None:
    lan = sign_in(Role.LAB_TECHNICIAN, "lan")
    page = lan.get("/desks/result_without_release").text
    items = re.findall(r'name="item" value="([^"]+)"', page)
    assert len(items) == 2
    data = {"item": items, "act": "take"}
    page = lan.post("/desks/result_without_release", data=data, follow_redirects=True).text
    assert "Đã làm với 2 dòng" in page
    assert "Trần Thị Bình" not in page
    assert lan.get("/desks/result_without_release?q=012345678901").status_code == 200


@pytest.mark.parametrize("path", ["/desks/nothing", "/desks/conflicts_open?after=x%20y"])
def test_odd_addresses_are_answered_in_a_sentence(sign_in: Any, path: str) -> None:
    assert sign_in(Role.HEALTH_OFFICER).get(path).status_code in (200, 404)


def test_every_desk_is_a_page_in_both_languages(day: Day, sign_in: Any) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    for desk in Desk:
        for language in ("vi", "en"):
            assert officer.get(f"/desks/{desk}?lang={language}").status_code == 200


def test_limits_are_set_by_officers_alone(sign_in: Any) -> None:
    data = {"late": "1,5", "escalate": "3"}
    where = "/unmatched/limits/conflicts_open"
    assert sign_in(Role.LAB_TECHNICIAN).post(where, data=data).status_code == 403
    officer = sign_in(Role.HEALTH_OFFICER)
    assert 'value="1.5"' in officer.post(where, data=data, follow_redirects=True).text
    assert officer.post(where, data={"late": "9", "escalate": "x"}).status_code == 422


def test_a_dead_delivery_is_seen_and_sent_again(
    day: Day, sign_in: Any, database: Database, now: Any
) -> None:
    class Closed:
        def deliver(self, subject: str, key: str, payload: str) -> str:
            raise Refused("hồ sơ đã đóng")

    minh = sign_in(Role.LAB_TECHNICIAN, "minh")
    minh.post("/release", data={"result": TICK.findall(minh.get("/release").text)})
    run_once(database, {"declarations": Closed()}, now)
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    page = officer.get("/desks/outcome_without_delivery").text
    assert "hồ sơ đã đóng" in page
    again = re.findall(r"/deliveries/\d+/again", page)
    aside = re.findall(r"/deliveries/\d+/aside", page)
    assert len(again) == 3
    assert "Sẽ gửi lại" in officer.post(again[0], follow_redirects=True).text
    assert officer.post(again[0]).status_code == 409
    assert officer.post(aside[1], data={"reason": "đã báo miệng"}).status_code == 302
    assert (
        len(
            re.findall(
                r"/deliveries/\d+/again", officer.get("/desks/outcome_without_delivery").text
            )
        )
        == 1
    )


def test_when_everything_matches_the_page_says_so(sign_in: Any) -> None:
    page = sign_in(Role.HEALTH_OFFICER).get("/unmatched").text
    assert page.count("không có gì chờ") == len(Desk)


@pytest.mark.parametrize("path", ["/callbacks", "/callbacks/paper"])
def test_names_are_for_officers(sign_in: Any, path: str) -> None:
    for role in (Role.LAB_TECHNICIAN, Role.ADMINISTRATOR, Role.SWAB_TEAM):
        assert sign_in(role).get(path).status_code == 403
