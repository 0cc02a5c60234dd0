"""The technicians' pages, driven as a scanner and two pairs of hands drive them."""

import re
from typing import Any

import pytest

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.db import Database

TUBE = TubeId.mint(26, 7)
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
TICK = re.compile(r'name="result"[^>]*value="([0-9a-f-]{36}\.[0-9a-f]+)"')


@pytest.fixture
def lan(sign_in: Any, database: Database, make_scene: Any) -> Any:
    with database.write() as session:
        make_scene(session)
    return sign_in(Role.LAB_TECHNICIAN, "lan")


@pytest.fixture
def minh(sign_in: Any) -> Any:
    return sign_in(Role.LAB_TECHNICIAN, "minh")


def alert(page: Any) -> str:
    found = re.search(r'role="alert"[^>]*>(.*?)<', page.text, re.DOTALL)
    return found[1] if found else ""


def test_a_scanned_tube_is_received_and_the_box_stays(lan: Any) -> None:
    page = lan.post("/reception", data={"tube": TUBE.text, "box": "H7"}, follow_redirects=True)
    assert page.status_code == 200
    assert "Đã nhận ống 2600 0000 07" in page.text
    assert 'name="box" value="H7"' in page.text


@pytest.mark.parametrize("typed", ["]C1{}", " {} ", "{0:.4} {0:.8}"])
def test_what_readers_put_around_a_tube_does_no_harm(lan: Any, typed: str) -> None:
    text = f"{TUBE.text[:4]} {TUBE.text[4:]}" if " {0" in typed else typed.format(TUBE.text)
    assert lan.post("/reception", data={"tube": text, "box": "H7"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("260000000700", "đọc sai"),
        ("xin chào", "không phải mã ống"),
        ("", "không phải mã ống"),
        (TubeId.mint(27, 1).text, "không thuộc lô nào"),
        ("MAKER-00017", "không thuộc lô nào"),
    ],
)
def test_a_bad_scan_says_what_is_wrong_and_waits_for_the_next(
    lan: Any, typed: str, says: str
) -> None:
    page = lan.post("/reception", data={"tube": typed, "box": "H7"})
    assert page.status_code in {409, 422}
    assert says in alert(page)
    assert "autofocus" in page.text
    assert 'value="H7"' in page.text


def test_a_leaking_tube_is_rejected(lan: Any) -> None:
    data = {"tube": TUBE.text, "reason": "leaking"}
    page = lan.post("/reception/reject", data=data, follow_redirects=True)
    assert "Ống bị rò" in page.text
    assert lan.post("/reception", data={"tube": TUBE.text, "box": "H1"}).status_code == 409
    data["reason"] = "ugly"
    assert lan.post("/reception/reject", data=data).status_code == 422


def test_a_colleague_verifies_and_ones_own_are_not_offered(lan: Any, minh: Any) -> None:
    lan.post("/results", data={"tube": TUBE.text, "call": "positive", "ct_n": "24,1"})
    assert TICK.findall(lan.get("/verify").text) == []
    [result] = TICK.findall(minh.get("/verify").text)
    assert "24,1" in minh.get("/verify").text
    refused = lan.post("/verify", data={"result": result})
    assert (refused.status_code, "người khác" in alert(refused)) == (409, True)
    page = minh.post("/verify", data={"result": result}, follow_redirects=True)
    assert "Đã duyệt 1 kết quả" in page.text


@pytest.mark.parametrize(
    "wrong", [{"ct_n": "abc"}, {"ct_n": "51"}, {"ct_orf": "-1"}, {"call": "maybe"}, {"call": ""}]
)
def test_a_result_that_cannot_be_is_not_taken_and_stays_in_the_form(
    lan: Any, wrong: dict[str, str]
) -> None:
    data = {"tube": TUBE.text, "call": "positive", "ct_n": "24.1", "note": "khay A", **wrong}
    page = lan.post("/results", data=data)
    assert page.status_code == 422
    assert 'value="khay A"' in page.text
    assert alert(page)


def test_a_correction_needs_a_reason_and_shows_the_old_result(lan: Any, minh: Any) -> None:
    lan.post("/results", data={"tube": TUBE.text, "call": "positive"})
    [wrong] = TICK.findall(minh.get("/verify").text)
    path = f"/results/{wrong.split('.')[0]}/correct"
    seen = SEEN.findall(minh.get(path).text)[0]
    assert minh.post(path, data={"call": "negative", "reason": " "}).status_code == 422
    said = {"call": "negative", "reason": "nhầm hàng", "seen": seen}
    lan.post("/reception", data={"tube": TUBE.text, "box": "H7"})
    stale = minh.post(path, data=said)
    assert (stale.status_code, "đã thay đổi" in alert(stale)) == (409, True)
    said["seen"] = SEEN.findall(minh.get(path).text)[0]
    minh.post(path, data=said)
    assert "nhầm hàng" in lan.get("/verify").text
    assert "đã có bản sửa" in lan.get(path).text
    said = {"call": "invalid", "reason": "x", "seen": said["seen"]}
    assert lan.post(path, data=said).status_code == 409


def test_the_form_offers_the_targets_of_the_assay_that_was_chosen(lan: Any, minh: Any) -> None:
    page = lan.get("/results?assay=sars-cov-2-e-rdrp").text
    assert re.findall(r'class="ct" name="(\w+)"', page) == ["ct_e", "ct_rdrp", "ct_rp"]
    data = {"tube": TUBE.text, "call": "positive", "ct_rdrp": "24,1", "ct_n": "30"}
    lan.post("/results", data={**data, "assay": "sars-cov-2-e-rdrp"})
    [result] = TICK.findall(minh.get("/verify").text)
    page = minh.get(f"/results/{result.split('.')[0]}/correct").text
    assert re.findall(r'class="ct" name="(\w+)"', page) == ["ct_e", "ct_rdrp", "ct_rp"]
    assert "RdRP <b>24,1</b>" in page
    assert "<b>30</b>" not in page, "a field that the form does not have says nothing"


def test_nothing_ticked_is_said_so(minh: Any, lan: Any) -> None:
    assert "Chưa chọn" in alert(minh.post("/verify"))
    assert minh.post("/verify", data={"result": "nonsense"}).status_code == 422


def test_a_result_that_is_not_there_is_not_found(lan: Any) -> None:
    assert lan.get("/results/00000000-0000-0000-0000-000000000000/correct").status_code == 404


@pytest.mark.parametrize("role", [Role.SWAB_TEAM, Role.HEALTH_OFFICER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["/reception", "/results", "/verify"])
def test_only_technicians_work_at_the_bench(sign_in: Any, role: Role, path: str) -> None:
    assert sign_in(role).get(path).status_code == 403


def test_an_old_result_is_found_by_its_tube(lan: Any) -> None:
    lan.post("/results", data={"tube": TUBE.text, "call": "positive"})
    assert "/correct" in lan.get(f"/results?tube={TUBE.grouped}").text
    assert (
        "Kết quả của ống" in lan.post("/results", data={"tube": TUBE.text, "call": "invalid"}).text
    )
    assert lan.get("/results?tube=260000000700").status_code == 422


def test_what_is_refused_never_comes_back_under_another_assay(lan: Any) -> None:
    data = {"tube": TUBE.text, "call": "positive", "ct_rdrp": "31.5", "assay": "sars-cov-2-e-rdrp",
            "csrf_token": "of yesterday"}  # fmt: skip
    page = lan.post("/results", data=data, headers={"Referer": "http://localhost/results"})
    assert page.status_code == 403
    assert 'name="assay" value="sars-cov-2-e-rdrp"' in page.text
    assert re.search(r'name="ct_rdrp" value="31.5"', page.text)
    data["assay"] = "of-last-year"
    page = lan.post("/results", data=data, headers={"Referer": "http://localhost/results"})
    assert 'name="assay"' not in page.text
    assert "<dd>31.5</dd>" in page.text
