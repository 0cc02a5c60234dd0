"""The registrar's pages of points: made, found, imported, printed, and who may."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook

from server.accounts.roles import Role
from server.db import Database
from server.declarations.keeper_links import check_link, give_link
from server.declarations.points import get_point
from server.errors import NotFound

MARKET = {"kind": "market", "name": "Chợ Mẫu", "place": "vn-2021:24.222.07", "opens": "6h30"}
LIST = [
    ["SỞ Y TẾ", "", ""],
    ["Loại", "Tên điểm", "Nơi", "Biển số", "Tuyến"],
    ["Chợ", "Chợ Mẫu", "Huyện Việt Yên", "", ""],
    ["Xe khách", "Xe 01", "vn-2021:24", "98B-123.45", "Bắc Giang – Hà Nội"],
    ["Xe khách", "Xe 02", "vn-2021:24", "", ""],
    ["Rạp phim", "Rạp", "vn-2021:24", "", ""],
    ["Chợ", "Chợ Kia", "Tỉnh Bắc Ninh", "", ""],
    ["Chợ", "CHỢ MẪU", "vn-2021:24.222", "", ""],
]


@pytest.fixture
def registrar(sign_in: Any) -> FlaskClient:
    client: FlaskClient = sign_in(Role.ADMINISTRATOR)
    return client


def code_of(answer: Any) -> str:
    return str(answer.location.rsplit("/", 1)[1])


def test_a_point_is_made_changed_and_closed(registrar: FlaskClient, database: Database) -> None:
    code = code_of(registrar.post("/points", data=MARKET))
    assert "06:30" in registrar.get(f"/points/{code}").text
    registrar.post(f"/points/{code}", data={**MARKET, "name": "Chợ Mới", "latitude": "21,27"})
    page = registrar.get("/points?kind=market&place=vn-2021:24&open=1&q=cho moi").text
    assert "Chợ Mới" in page
    assert "Huyện Việt Yên, Tỉnh Bắc Giang" in page
    registrar.post(f"/points/{code}/close")
    with database.read() as session:
        point = get_point(session, code)
        assert (point.latitude, point.active_until is None) == (21.27, False)
    assert f"/points/{code}/" not in registrar.get("/points?place=vn-2025:24").text


def test_a_list_from_excel_says_of_each_row_what_became_of_it(registrar: FlaskClient) -> None:
    book = Workbook()
    for row in LIST:
        book.active.append(row)  # type: ignore[union-attr]
    content = BytesIO()
    book.save(content)
    content.seek(0)
    page = registrar.post("/points/import", data={"file": (content, "diem.xlsx")}).text
    assert "Xe 01" in page
    for reason in ("Xe cần biển số", "Rạp phim", "là tên của nhiều nơi", "Đã có: điểm"):
        assert reason in page
    assert registrar.post("/points/import", data={"rows": "a;b\n1;2"}).status_code == 422


def test_the_poster_carries_the_points_address(registrar: FlaskClient) -> None:
    code = code_of(registrar.post("/points", data=MARKET))
    answer = registrar.get(f"/points/{code}/poster.pdf")
    assert answer.data.startswith(b"%PDF")
    assert f"http://localhost/d/{code}" in registrar.get(f"/points/{code}").text


def test_a_station_is_placed_at_a_point(
    registrar: FlaskClient, database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        make_scene(session)
    code = code_of(registrar.post("/points", data=MARKET))
    registrar.post(f"/points/{code}/stations", data={"station": "ban-1"})
    assert "<li>ban-1 · Bàn 1</li>" in registrar.get(f"/points/{code}").text
    nowhere = registrar.post(f"/points/{code}/stations", data={"station": "ban-9"})
    assert nowhere.status_code == 404


@pytest.mark.parametrize("role", [Role.LAB_TECHNICIAN, Role.SWAB_TEAM, Role.HEALTH_OFFICER])
def test_only_the_registrar_changes_points(sign_in: Any, role: Role) -> None:
    client = sign_in(role)
    assert client.post("/points", data=MARKET).status_code == 403
    assert client.get("/points").status_code == (403 if role is Role.LAB_TECHNICIAN else 200)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "x"}, {"place": "24"}, {"opens": "25:00"}, {"latitude": "99"}, {"latitude": "nan"}],
)
def test_what_no_point_can_be_is_refused(registrar: FlaskClient, wrong: dict[str, str]) -> None:
    assert registrar.post("/points", data={**MARKET, **wrong}).status_code == 422


def test_a_keepers_link_opens_one_point_until_it_ends(
    registrar: FlaskClient, database: Database, now: Any
) -> None:
    codes = [code_of(registrar.post("/points", data={**MARKET, "name": n})) for n in ("A", "B")]
    with database.write() as session:
        old = give_link(session, codes[0], by="user:quan", now=now)
        token = give_link(session, codes[0], by="user:quan", now=now)
        assert check_link(session, codes[0], token, now=now)
        for code, said, at in (
            (codes[0], old, now),
            (codes[1], token, now),
            (codes[0], token, now + timedelta(days=91)),
        ):
            with pytest.raises(NotFound):
                check_link(session, code, said, now=at)
    page = registrar.post(f"/points/{codes[0]}/link").text
    assert f"/k/{codes[0]}/open#" in page
    registrar.post(f"/points/{codes[0]}/link/end")
    assert "Thu hồi liên kết" not in registrar.get(f"/points/{codes[0]}").text


def test_a_new_version_of_the_form_is_asked_from_its_day_on(registrar: FlaskClient) -> None:
    text = """id = "vn-2026-1"
use = "full"
look_back_days = 14
questions = [{ id = "fever", kind = "yes-no", flag = "symptoms", vi = "Sốt?", en = "Fever?" }]
consent = { id = "c2", vi = ["Đồng ý"], en = ["Agree"] }
"""
    later = {"text": text, "begins": "2026-12-01"}
    assert registrar.post("/points/forms", data=later).status_code == 302
    assert "Đang hỏi: vn-2021-1" in registrar.get("/points/forms").text
    assert registrar.post("/points/forms", data=later).status_code == 409
    registrar.post("/points/forms", data={"text": text.replace("2026-1", "2026-2")})
    assert "Đang hỏi: vn-2026-2" in registrar.get("/points/forms").text
    assert registrar.post("/points/forms", data={"text": "id = 1"}).status_code == 422
