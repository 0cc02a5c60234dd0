"""The pages of runs, assays and a tube's results, as two technicians use them; no names there."""

import re
from typing import Any

import pytest
from flask import Flask

from server.accounts.roles import Role
from server.db import Database
from server.lab import runs, wells
from server.lab.results import Finding, enter_result, verify_result
from server.lab.words import Call
from server.outcomes.services import release

NEGATIVE, POSITIVE = ("", "", "25.1"), ("24.10", "25.3", "26")
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
TICKET = re.compile(r'name="result"[^>]*value="([0-9a-f-]{36}\.[0-9a-f]+)"')
NAMES = ("Lê Văn", "Chị Máy", "Trần Thị Kín")


class Plate:
    """Tubes of named people on a good plate and a spoilt one, and a tube that two labs dispute."""

    def __init__(self, scene: Any, record: Any, paired: Any) -> None:
        self.good = [paired(scene) for _ in range(3)]
        self.bad, self.pool, self.disputed = paired(scene), paired(scene, 90, 3), paired(scene)
        tubes = {**dict.fromkeys([*self.good, self.pool], NEGATIVE), self.bad: POSITIVE}
        run = record(scene, tubes, plate="K-7")
        self.run = run.id
        self.spoilt = record(scene, {self.good[0]: NEGATIVE}, ntc="33", plate="K-8").id
        for lab, call in (("A", Call.NEGATIVE), ("B", Call.POSITIVE)):
            finding = Finding(call)
            result = enter_result(
                scene.session, self.disputed, finding, by="user:lan", now=scene.now, lab=lab
            )
            verify_result(scene.session, result.id, by="user:mai", now=scene.now)
            release(scene.session, [result.id], by="user:mai", now=scene.now)


@pytest.fixture
def plate(database: Database, make_scene: Any, record: Any, paired: Any) -> Plate:
    with database.write() as session:
        return Plate(make_scene(session), record, paired)


@pytest.fixture
def lan(sign_in: Any, plate: Plate) -> Any:
    return sign_in(Role.LAB_TECHNICIAN, "lan")


@pytest.fixture
def minh(sign_in: Any, plate: Plate) -> Any:
    return sign_in(Role.LAB_TECHNICIAN, "minh")


def seen(page: Any) -> str:
    return SEEN.findall(page.text)[0]


def confirm(client: Any, database: Database, plate: Plate, **changes: str) -> Any:
    """Send the page's form as it stands, but for *changes*."""
    path = f"/runs/{plate.run}"
    with database.read() as session:
        tested = wells.tubes_of(session, session.get_one(runs.Run, plate.run))
    fields = {f"call:{each.tube}": each.suggestion.call.value for each in tested}
    data = {"seen": seen(client.get(path)), **fields, **changes}
    return client.post(f"{path}/confirm", data=data, follow_redirects=True)


def test_a_plate_goes_from_suggestions_to_release(
    lan: Any, minh: Any, plate: Plate, database: Database
) -> None:
    page = lan.get(f"/runs/{plate.run}").text
    assert page.count('<select name="call:') == 5
    assert 'class="problem"' in page
    assert "Đã nhập 5 kết quả" in confirm(lan, database, plate).text
    assert "Duyệt chứng</button>" not in lan.get(f"/runs/{plate.run}").text
    shown = minh.get(f"/runs/{plate.run}")
    minh.post(f"/runs/{plate.run}/verify", data={"seen": seen(shown)})
    tickets = TICKET.findall(minh.get("/verify").text)
    assert len(tickets) == 5
    assert minh.post("/verify", data={"result": tickets}).status_code == 409
    clean = re.findall(r'type="checkbox" name="result" value="([^"]+)"', minh.get("/verify").text)
    assert len(clean) == 4
    assert minh.post("/verify", data={"result": clean}).status_code == 302
    [single] = TICKET.findall(minh.get("/verify").text)
    assert minh.post("/verify", data={"result": single}).status_code == 302
    out = TICKET.findall(minh.get("/release").text)
    assert minh.post("/release", data={"result": out}).status_code == 302


def test_what_waits_for_its_controls_is_shown_and_not_offered_for_release(
    lan: Any, minh: Any, plate: Plate, database: Database
) -> None:
    confirm(lan, database, plate)
    clean = re.findall(r'type="checkbox" name="result" value="([^"]+)"', minh.get("/verify").text)
    minh.post("/verify", data={"result": clean})
    page = minh.get("/release").text
    assert TICKET.findall(page) == []
    assert page.count("chứng của lượt chạy chưa có người thứ hai duyệt") == len(clean) == 4
    minh.post(f"/runs/{plate.run}/verify", data={"seen": seen(minh.get(f"/runs/{plate.run}"))})
    page = minh.get("/release").text
    assert len(TICKET.findall(page)) == 4
    assert "chưa có người thứ hai duyệt" not in page


def test_a_call_changed_without_a_note_stays_to_be_confirmed(
    lan: Any, plate: Plate, database: Database
) -> None:
    page = confirm(lan, database, plate, **{f"call:{plate.bad}": "inconclusive"}).text
    assert "Đã nhập 4 kết quả" in page
    assert "hãy ghi vì sao" in page
    assert page.count('<select name="call:') == 1


def test_a_run_with_bad_controls_offers_only_its_withdrawal(lan: Any, plate: Plate) -> None:
    path = f"/runs/{plate.spoilt}"
    page = lan.get(path)
    assert "chứng âm lên đường cong" in page.text
    assert '<select name="call:' not in page.text
    refused = lan.post(
        f"{path}/confirm", data={"seen": seen(page), f"call:{plate.bad}": "negative"}
    )
    assert refused.status_code == 409
    assert lan.post(f"{path}/withdraw", data={"seen": seen(page)}).status_code == 422
    done = lan.post(f"{path}/withdraw", data={"seen": seen(page), "reason": "NTC lên"})
    assert done.status_code == 302
    assert lan.post(f"{path}/withdraw", data={"seen": seen(page), "reason": "x"}).status_code == 409


def test_two_verifiers_at_once_and_the_second_is_told(
    lan: Any, minh: Any, sign_in: Any, plate: Plate, database: Database
) -> None:
    confirm(lan, database, plate)
    mai = sign_in(Role.LAB_TECHNICIAN, "mai")
    first, second = (TICKET.findall(each.get("/verify").text) for each in (minh, mai))
    assert minh.post("/verify", data={"result": first[0]}).status_code == 302
    refused = mai.post("/verify", data={"result": second[0]})
    assert refused.status_code == 409
    assert "đã được duyệt" in refused.text
    stale = mai.post("/verify", data={"result": second[1][:-4] + "0000"})
    assert (stale.status_code, "đã thay đổi sau khi trang này mở" in stale.text) == (409, True)
    run = f"/runs/{plate.run}"
    tabs = [seen(each.get(run)) for each in (minh, mai)]
    assert minh.post(f"{run}/verify", data={"seen": tabs[0]}).status_code == 302
    assert mai.post(f"{run}/verify", data={"seen": tabs[1]}).status_code == 409


def test_a_recall_by_page_asks_why_and_tells_the_history(lan: Any, minh: Any, plate: Plate) -> None:
    page = lan.get(f"/results/of/{plate.disputed}")
    result = re.findall(r"/results/([0-9a-f-]{36})/recall", page.text)[0]
    data = {"seen": seen(page), "again": "rerun"}
    assert lan.post(f"/results/{result}/recall", data=data).status_code == 422
    data["reason"] = "nhầm ống lúc tách"
    after = lan.post(f"/results/{result}/recall", data=data, follow_redirects=True).text
    assert "nhầm ống lúc tách" in after
    assert "chờ chạy lại" in after
    assert plate.disputed.grouped in lan.get("/results").text
    assert minh.get("/several-results").text.count('name="keep"') == 0


def test_a_dispute_is_decided_by_who_entered_none(lan: Any, minh: Any, plate: Plate) -> None:
    assert "người khác quyết định" in lan.get("/several-results").text
    page = minh.get("/several-results").text
    keep = re.findall(r'name="keep" value="([^"]+)"', page)
    [over] = re.findall(r'name="over" value="([^"]+)"', page)
    [path] = re.findall(r'action="(/several-results/[^"]+)"', page)
    data = {"keep": keep[0], "over": over, "reason": "nơi B chạy lại âm tính"}
    assert lan.post(path, data=data).status_code == 409
    assert minh.post(path, data={**data, "over": keep[0]}).status_code == 409
    assert minh.post(path, data=data).status_code == 302
    assert minh.post(path, data=data).status_code == 409


def test_a_refused_decision_is_not_chosen_again_over_results_that_it_was_not_about(
    minh: Any, plate: Plate
) -> None:
    page = minh.get("/several-results").text
    keep = re.findall(r'name="keep" value="([^"]+)"', page)[0]
    [over] = re.findall(r'name="over" value="([^"]+)"', page)
    [path] = re.findall(r'action="(/several-results/[^"]+)"', page)
    again = minh.post(path, data={"keep": keep, "over": over, "reason": ""}).text
    assert " checked" in again
    again = minh.post(path, data={"keep": keep, "over": keep, "reason": ""}).text
    assert " checked" not in again
    assert "đã có thay đổi" in again


def test_an_assay_is_edited_by_writing_its_next_version(lan: Any, plate: Plate) -> None:
    path = "/assays/sars-cov-2-n-orf1ab"
    text = re.findall(r"<textarea[^>]*>(.*?)</textarea>", lan.get(path).text, re.DOTALL)[0]
    text = text.replace("&#34;", '"').replace("&lt;", "<")
    new = text.replace("detected_to = 37.0", "detected_to = 36.0", 1)
    assert lan.post(path, data={"definition": new, "note": ""}).status_code == 422
    assert lan.post(path, data={"definition": "x = 1", "note": "x"}).status_code == 422
    other = new.replace("sars-cov-2-n-orf1ab", "other")
    assert lan.post(path, data={"definition": other, "note": "x"}).status_code == 422
    page = lan.post(path, data={"definition": new, "note": "kit mới"}, follow_redirects=True).text
    assert "kit mới" in page
    assert "36.0" in page
    assert "bản 1" in lan.get(f"/runs/{plate.run}").text


def test_no_page_of_the_bench_names_anybody(lan: Any, app: Flask, plate: Plate) -> None:
    known = {"run_id": plate.run, "tube": plate.bad, "code": "sars-cov-2-n-orf1ab"}
    pages = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not view.__module__.startswith(("server.lab", "server.home")):
            continue
        if "GET" not in (rule.methods or ()) or not rule.arguments <= known.keys():
            continue
        answer = lan.get(rule.rule and app.url_map.bind("x").build(rule.endpoint, {
            name: known[name] for name in rule.arguments
        }))  # fmt: skip
        assert answer.status_code in {200, 302, 403, 404}, rule.rule
        assert not [name for name in NAMES if name in answer.text], rule.rule
        pages += answer.status_code == 200
    assert pages >= 9
    officer = lan.get("/people")
    assert officer.status_code in {403, 404}


@pytest.mark.parametrize("role", [Role.SWAB_TEAM, Role.HEALTH_OFFICER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["/runs", "/assays", "/several-results"])
def test_only_technicians_open_the_bench(sign_in: Any, role: Role, path: str) -> None:
    assert sign_in(role).get(path).status_code == 403
