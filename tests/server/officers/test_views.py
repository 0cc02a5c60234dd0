"""What health officers see, held against a small day with everything in it."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from tests.server.officers.a_day import Day


def test_the_summary_counts_everything(officer: Any) -> None:
    found = officer.get("/api/v1/summary").get_json()
    now, intake = found.pop("now"), found.pop("intake")
    assert now.startswith("2026-11-23T01:00:00")
    assert intake["events"] == intake["quarantined"] == intake["alerts_open"] == 0
    assert found == {
        "people": 5,
        "pairings": 6,
        "voided": 1,
        "pools": 1,
        "received": 3,
        "rejected": 1,
        "resulted": 4,
        "verified": 4,
        "released": 3,
        "corrected": 1,
        "outcomes_by_status": {"negative": 1, "resample": 3},
        "delivered": 5,
        "callbacks_open": 3,
        "unmatched": {
            "conflicts_open": 0,
            "result_without_pairing": 1,
            "reception_without_pairing": 0,
            "pool_miscounted": 0,
            "pairing_without_reception": 1,
            "reception_without_result": 0,
            "several_results": 0,
            "result_without_release": 0,
            "outcome_without_delivery": 0,
        },
        "refused_by_reason": {},
        "let_go_by_reason": {},
    }


def test_outcomes_are_given_to_programs_with_every_version(officer: Any, day: Day) -> None:
    rows = officer.get("/api/v1/outcomes").get_json()
    single = [row for row in rows if row["tube"] == day.single.text]
    assert [(row["version"], row["status"], row["current"]) for row in single] == [
        (1, "positive", False),
        (2, "negative", True),
    ]
    assert {row["person"] for row in single} == {str(day.an.id)}
    assert "Lê Văn An" not in str(rows)
    ids = [row["id"] for row in rows]
    for place, last in enumerate(ids, 1):
        further = officer.get(f"/api/v1/outcomes?after={last}").get_json()
        assert [row["id"] for row in further] == ids[place:], "the next page goes on behind it"
    assert officer.get(f"/api/v1/outcomes?after={day.an.id}").status_code == 422
    assert all(row["delivered"] for row in rows)
    assert not [row for row in rows if row["tube"] == day.stray.text]
    pool = [row for row in rows if row["tube"] == day.pool.text]
    assert {(row["status"], row["reason"]) for row in pool} == {("resample", "pool-positive")}


def test_the_overview_shows_the_day_and_what_is_stuck(officer: Any) -> None:
    page = officer.get("/overview").text
    assert "23/11/2026" in page
    assert "Có kết quả, không có người" in page
    assert "<svg" in page
    assert 'style="' not in page


def test_another_day_is_empty(officer: Any) -> None:
    yesterday = date(2026, 11, 23) - timedelta(days=1)
    assert "chưa có lần ghép nào" in officer.get(f"/overview?date={yesterday}").text
    assert officer.get("/overview?date=hôm-qua").status_code == 422


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=Lê Văn An", {"Lê Văn An"}),
        ("q=binh", {"Trần Thị Bình"}),
        ("q=do minh", {"Đỗ Minh Châu"}),
        ("status=resample", {"Trần Thị Bình", "Đỗ Minh Châu", "Ngô Quý"}),
        ("place=vn-2021:25", set()),
        ("place=vn-2021:24&status=negative", {"Lê Văn An"}),
        ("date=2026-11-22", set()),
        ("q=không ai cả", set()),
        ("q=%25", set()),
    ],
)
def test_outcomes_are_found(officer: Any, query: str, names: set[str]) -> None:
    page = officer.get(f"/outcomes?{query}").text
    assert set(re.findall(r'<a href="/people/[^"]+">([^<]+)</a>', page)) == names


def test_a_tube_is_found_by_its_last_digits(officer: Any, day: Day) -> None:
    page = officer.get(f"/outcomes?q={day.pool.text[-6:]}").text
    assert "Trần Thị Bình" in page
    assert "Lê Văn An" not in page
    assert "Trần Thị Bình" in officer.get(f"/outcomes?q={day.pool.grouped}").text


def test_a_record_keeps_both_versions(officer: Any, day: Day) -> None:
    page = officer.get(f"/people/{day.an.id}").text
    assert "Lê Văn An" in page
    assert page.index("âm tính") < page.index("dương tính")
    assert "đã thay thế" in page
    assert day.undone.grouped not in page


def test_who_opens_a_record_or_takes_all_outcomes_leaves_a_trace(
    officer: Any, day: Day, database: Database
) -> None:
    officer.get(f"/people/{day.an.id}")
    officer.get("/api/v1/outcomes")
    with database.read() as session:
        read = select(AuditEntry).where(AuditEntry.actor == "user:hoa").order_by(AuditEntry.id)
        traces = [(each.action, each.subject) for each in session.scalars(read)]
    assert traces[1:] == [("person.read", str(day.an.id)), ("outcomes.exported", "all")]


def test_a_tubes_story_tells_every_step_in_order(officer: Any, day: Day) -> None:
    page = officer.get(f"/tubes/{day.single}").text
    words = ["Đăng ký trong lô", "Ghép tại ban-1", "Nhập kết quả", "Sửa kết quả", "nhầm hàng"]
    assert [word for word in words if word not in page] == []
    assert "Hồ sơ, bản 2: Âm tính" in page
    assert "Đã vào hồ sơ khai báo (bản 1)" in page


@pytest.mark.parametrize("tube", ["stray", "lost", "leak", "undone", "pool"])
def test_every_tube_has_a_story(officer: Any, day: Day, tube: str) -> None:
    assert officer.get(f"/tubes/{getattr(day, tube)}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/tubes/270000000101", "/tubes/NEVER-SEEN", "/people/00000000-0000-0000-0000-000000000000"],
)
def test_what_is_not_known_is_not_found(officer: Any, path: str) -> None:
    assert officer.get(path).status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", ["/overview", "/outcomes", "/unmatched", "/callbacks"])
def test_pages_stand_in_both_languages(officer: Any, path: str, language: str) -> None:
    page = officer.get(f"{path}?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize("role", [Role.SWAB_TEAM, Role.LAB_TECHNICIAN, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["/overview", "/outcomes", "/api/v1/summary", "/api/v1/outcomes"])
def test_others_see_none_of_it(sign_in: Any, role: Role, path: str) -> None:
    assert sign_in(role).get(path).status_code == 403
