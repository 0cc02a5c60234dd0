"""The overview has the numbers of the day, its filters hold, and every picture is a file too."""

import csv
import re
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from itertools import product
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from server.accounts.models import User
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations.zones import services as zones
from server.figures import folding, recount
from server.figures.models import cells
from server.officers.overview.page import ON_WALL, PANELS
from server.report_cli import make_right
from tests.server.officers.a_day import Day

PAGES = ["/overview", "/wall", "/quality", "/reports"]


def rows_of(client: Any, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"))))


def figures(page: str) -> list[str]:
    return re.findall(r"<dd>([\d.,]+)", page)


def test_the_five_numbers_are_those_of_the_day(officer: Any) -> None:
    assert figures(officer.get("/overview").text) == ["5", "2", "2", "2", "3"]


def test_the_flow_says_where_tubes_wait(officer: Any) -> None:
    flow = rows_of(officer, "/overview/flow.csv")
    assert [row[1:3] for row in flow[1:6]] == [
        ["4", ""], ["2", "1"], ["2", "0"], ["2", "0"], ["2", "0"],
    ]  # fmt: skip
    assert "1 ống bị loại" in officer.get("/overview").text


def test_positivity_is_by_people_and_has_its_interval(officer: Any) -> None:
    head, *rows = rows_of(officer, "/overview/positivity.csv")
    assert head[:3] == ["Nơi", "Người có kết quả", "Dương tính"]
    assert [row[1:] for row in rows] == [["1", "0", "0.0", "0.0", "79.35"]]


def test_pools_stand_beside_single_samples(officer: Any) -> None:
    _, pools, single = rows_of(officer, "/overview/pools.csv")
    assert pools[1:] == ["1", "2", "2.0", "0", "1", "0", "0"]
    assert single[1:] == ["3", "3", "1.0", "1", "0", "0", "2"]


def test_what_is_stuck_is_a_link(officer: Any) -> None:
    page = officer.get("/overview").text
    assert 'href="/unmatched#result_without_pairing"' in page
    assert 'href="/callbacks"' in page


FILTERED = {
    "": "5",
    "date=2026-11-22": "0",
    "station=ban-1": "5",
    "station=ban-2": "0",
    "place=vn-2021:24.222": "5",
    "place=vn-2021:25": "0",
    "lab=vn-2021:24": "0",
    "operator=x": "0",
    "point=ABCD1234": "0",
}


def test_the_address_holds_the_filter(officer: Any) -> None:
    found = {query: figures(officer.get(f"/overview?{query}").text)[0] for query in FILTERED}
    assert found == FILTERED
    page = officer.get("/overview?station=ban-2&days=14").text
    assert "<option selected>ban-2</option>" in page
    assert "station=ban-2" in page.split("flow.csv?")[1].split('"')[0]


def test_a_zone_is_a_filter_too(officer: Any, database: Database, now: Any) -> None:
    act = zones.Act("user:hoa", now, "ổ dịch")
    found = {}
    with database.write() as session:
        for place in ("vn-2021:24.222", "vn-2021:24.213"):
            drawn = zones.draw_zone(
                session, f"Vùng {place}", "red", [place], since=now.date(), act=act
            )
            found[place] = drawn.id
    seen = {
        place: figures(officer.get(f"/overview?zone={zone}").text)[0]
        for place, zone in found.items()
    }
    assert seen == {"vn-2021:24.222": "5", "vn-2021:24.213": "0"}
    assert "Vùng vn-2021:24.213" in officer.get("/overview").text


def test_an_officer_sees_only_their_place(officer: Any, database: Database) -> None:
    with database.write() as session:
        session.execute(update(User).where(User.login == "hoa").values(place="vn-2021:25", sees=""))
    assert figures(officer.get("/overview").text)[0] == "0"
    assert rows_of(officer, "/overview/groups.csv")[1:] == []
    assert "Không có gì kẹt" in officer.get("/overview").text
    assert set(figures(officer.get("/wall").text)) == {"0"}
    book = load_workbook(BytesIO(officer.get("/reports/report.xlsx").data))
    said = {row[0]: row[1:3] for row in book.worksheets[0].iter_rows(values_only=True) if row[0]}
    assert said["Người được lấy mẫu"] == (0, 0)


def test_every_picture_is_a_file_too(officer: Any) -> None:
    for key in [*PANELS, "silent"]:
        head, *rows = rows_of(officer, f"/overview/{key}.csv")
        assert head
        assert all(len(row) == len(head) for row in rows), key


def test_there_are_no_other_files(officer: Any) -> None:
    assert officer.get("/overview/names.csv").status_code == 404
    assert officer.get("/reports/report.doc").status_code == 404


def test_pages_stand_in_both_languages_without_a_name(officer: Any) -> None:
    for path, language in product(PAGES, ["vi", "en"]):
        page = officer.get(f"{path}?lang={language}")
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
        assert len(page.data) < 100_000
        assert "Lê Văn An" not in page.text
        assert 'style="' not in page.text


def test_the_wall_goes_on_without_a_script(officer: Any) -> None:
    page = officer.get("/wall?slide=1").text
    assert len(re.findall('<section class="slide"[^>]* hidden>', page)) == len(ON_WALL) - 1
    assert "slide=2" in page
    assert "slide=0" in officer.get(f"/wall?slide={len(ON_WALL) - 1}").text


def test_others_see_none_of_it(sign_in: Any) -> None:
    for role in (Role.SWAB_TEAM, Role.LAB_TECHNICIAN):
        client = sign_in(role)
        for path in [*PAGES, "/reports/report.pdf", "/overview/flow.csv"]:
            assert client.get(path).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_days_are_iso_in_files_and_as_people_write_them_on_pages(
    officer: Any, day: Day, language: str
) -> None:
    page = officer.get(f"/overview?lang={language}").text
    assert f'<time datetime="2026-11-23">{"23/11" if language == "vi" else "23 Nov"}</time>' in page
    for key in ("trend", "turnaround"):
        head, *rows = rows_of(officer, f"/overview/{key}.csv")
        assert [row[0] for row in rows][-2:] == ["2026-11-22", "2026-11-23"]
    assert head[-2:] == ["p50 (min)", "p90 (min)"]
    assert all(not cell or float(cell) >= 0 for row in rows for cell in row[1:])  # a dot, no unit


def test_a_workbook_holds_what_the_csv_does_as_numbers_and_days(officer: Any) -> None:
    tables = ("overview/trend", "overview/groups", "quality/rates", "targets", "targets/coverage")
    for path in (f"/{each}" for each in tables):
        book = load_workbook(BytesIO(officer.get(f"{path}.xlsx").data))
        sheet = [[each or 0 for each in row] for row in book.worksheets[0].values]
        told = [[_number(cell) for cell in row] for row in rows_of(officer, f"{path}.csv")]
        assert [[_number(_iso(cell)) for cell in row] for row in sheet] == told, path
        assert not any(
            isinstance(each, str) and each[:1].isdigit() for row in sheet for each in row
        )


def _iso(cell: Any) -> str:
    return f"{cell:%Y-%m-%d}" if isinstance(cell, datetime) else str(cell)


def _number(text: str) -> float | str:
    return float(text or 0) if text.replace(".", "", 1).isdigit() or not text else text


def test_quality_counts_per_thousand(officer: Any, day: Day) -> None:
    head, row = rows_of(officer, "/quality/rates.csv")
    found = dict(zip(head, row, strict=True))
    assert found["Trạm"] == "ban-1"
    assert (found["Người"], found["Giây/người"]) == ("5", "4.2")
    assert found["hủy lần ghép"] == "166.7"
    assert found["sửa kết quả"] == "200.0"  # its mark stays on the page


def test_the_report_is_the_recount(officer: Any, database: Database, now: Any) -> None:
    with database.write() as session:
        session.execute(cells.update().values(people=77))
    assert make_right(database, now.date(), now) == 1
    assert recount.differences(database) == []
    book = load_workbook(BytesIO(officer.get("/reports/report.xlsx").data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    said = {row[0]: row[1:3] for row in rows if row[0]}
    assert said["Người được lấy mẫu"] == (5, 5)
    assert said["— trong mẫu gộp"] == (2, 2)
    assert said["Bị loại"] == (1, 1)
    assert said["Âm tính"] == (1, 1)
    assert said["Chờ lấy lại mẫu đơn"] == (3, 3)
    assert said["Chưa tới phòng xét nghiệm"] == (None, 1)


def test_a_later_day_has_what_was_before_only_in_the_sum(officer: Any) -> None:
    book = load_workbook(BytesIO(officer.get("/reports/report.xlsx?date=2026-11-24").data))
    said = {row[0]: row[1:3] for row in book.worksheets[0].iter_rows(values_only=True) if row[0]}
    assert said["Người được lấy mẫu"] == (0, 5)


def test_taking_the_report_leaves_a_trace(officer: Any, database: Database) -> None:
    assert officer.get("/reports/report.pdf").data.startswith(b"%PDF")
    with database.read() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.action == "report.taken"))
        assert [(each.actor, each.subject, each.detail) for each in found] == [
            ("user:hoa", "2026-11-23", "pdf")
        ]


def test_what_is_not_counted_yet_is_said(officer: Any, day: Day, database: Database) -> None:
    assert "đang đếm thêm" not in officer.get("/overview").text
    with database.write() as session:
        day.scene.session = session
        day.scene.now += timedelta(minutes=1)
        day.scene.pair(day.scene.tube(), day.scene.person("Người Mới"))
    assert "đang đếm thêm" in officer.get("/overview").text
    folding.fold_all(database)
    page = officer.get("/overview").text
    assert "đang đếm thêm" not in page
    assert figures(page)[0] == "6"
