"""Matched outcomes: found by anything, page by page; kept, taken out; names for a reason only."""

import re
from csv import reader
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlencode
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from contract import specimens
from contract.identities import parse
from contract.identities.base import Sex
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE, Within
from server.audit.models import AuditEntry
from server.audit.takeout_models import TakeOut
from server.config import Settings
from server.db import Database
from server.officers import search
from server.officers.models import SavedView
from server.officers.wishes import Wish, sealed
from server.people.services import person_of
from server.sampling.models import Pairing
from server.upkeep import keys_cli

PEOPLE = ["Trần Thị Bình", "Đỗ Văn An", "=cmd Ân", "Lê Ánh", "Phạm Bình Minh"]
REASON = "Gửi trạm y tế Hồng Thái"


@pytest.fixture
def samples(database: Database, make_scene: Any) -> dict[str, Any]:
    with database.write() as session:
        scene = make_scene(session)
        return {name: scene.pair(scene.tube(), scene.person(name)) for name in PEOPLE}


@pytest.fixture
def officer(samples: dict[str, Any], sign_in: Any) -> Any:
    return sign_in(Role.HEALTH_OFFICER, "hoa")


def names_on(page: str) -> list[str]:
    return re.findall(r'<a href="/people/[^"]+">([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("bình", {"Trần Thị Bình", "Phạm Bình Minh"}),
        ("minh BINH", {"Phạm Bình Minh"}),
        ("Bình Trần", {"Trần Thị Bình"}),
        ("an", {"Đỗ Văn An", "=cmd Ân"}),
        ("van", {"Đỗ Văn An"}),
        ("Bì", set()),
    ],
)
def test_a_name_is_found_by_its_parts_and_stands_sealed_in_the_address(
    officer: Any, typed: str, names: set[str]
) -> None:
    answer = officer.post("/outcomes/find", data={"q": typed})
    assert answer.status_code == 302
    assert unquote(answer.location).startswith("/outcomes?q=~"), "two letters may be in any seal"
    assert set(names_on(officer.get(answer.location).text)) == names


def test_a_scanned_card_leads_to_its_bearer_and_an_unknown_one_is_said_to_be(
    officer: Any, database: Database, now: Any
) -> None:
    one = specimens.Specimen("Vũ Thị Quét", date(1990, 5, 1), Sex.FEMALE, serial=77)
    raw = specimens.citizen_card(one)
    asked = {"q": raw.decode()}
    assert "chưa có trong hồ sơ" in officer.post("/outcomes/find", data=asked).text
    with database.write() as session:
        known = person_of(
            session, parse(raw), by="x", now=now, evidence="event:x", place="vn-2021:24"
        )
        which = known.id
    answer = officer.post("/outcomes/find", data=asked)
    assert answer.location == f"/outcomes?person={which}"
    assert one.number not in answer.location


def test_every_row_stands_on_one_page_and_pages_follow_each_other(
    database: Database, make_scene: Any, now: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person = scene.person("Ngô Thị Trang")
        for step in range(2 * search.PAGE + 7):
            session.add(
                Pairing(
                    id=uuid4(),
                    tube=scene.tube(),
                    person_id=person.id,
                    station="ban-1",
                    operator="",
                    person_kind="citizen-card",
                    order="person-first",
                    paired_at=now - timedelta(minutes=step // 3),
                    trusted=True,
                    place=person.place,
                    took_ms=1,
                    manual=False,
                    received_at=now,
                )
            )
    for wish in (Wish(), Wish(sort="at"), Wish(q="trang"), Wish(q="trang", sort="-tube")):
        with database.read() as session:
            pages, after = [], None
            while not pages or after:
                found = search.find(session, _from(wish, after), ANYWHERE)
                pages.append([row.id for row in found.rows])
                after = found.after
        assert [len(page) for page in pages] == [search.PAGE, search.PAGE, 7]
        assert len({each for page in pages for each in page}) == 2 * search.PAGE + 7


def _from(wish: Wish, after: Any) -> Wish:
    return replace(wish, after=after)


def test_a_list_stands_in_the_order_of_vietnamese_given_names(officer: Any) -> None:
    assert names_on(officer.get("/outcomes?q=binh&sort=name").text) == [
        "Trần Thị Bình", "Phạm Bình Minh",
    ]  # fmt: skip
    assert names_on(officer.get("/outcomes?box=H1&sort=name").text) == []
    assert "xếp theo giờ" in officer.get("/outcomes?sort=name").text


def test_another_district_sees_nothing_of_it(
    samples: dict[str, Any], sign_in: Any, database: Database
) -> None:
    other = sign_in(Role.HEALTH_OFFICER, "xa", place="vn-2021:24.213", sees="")
    assert names_on(other.get("/outcomes?q=binh").text) == []
    assert names_on(other.get("/outcomes?place=vn-2021:24.222").text) == []
    with database.read() as session:
        assert search.find(session, Wish(), Within.of(["vn-2021:24.222"])).rows


def test_names_are_covered_until_a_reason_is_said(
    samples: dict[str, Any], sign_in: Any, database: Database
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "che", opens_names=False)
    assert "Trần Thị Bình" not in officer.get("/outcomes").text
    vague = {"why": "other", "note": "x", "back": "/outcomes"}
    assert officer.post("/names/open", data=vague).location == "/outcomes"
    assert "Trần Thị Bình" not in officer.get("/outcomes").text
    officer.post("/names/open", data={"why": "trace", "back": "//elsewhere"})
    assert "Trần Thị Bình" in officer.get("/outcomes").text
    with database.read() as session:
        told = select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.actor == "user:che")
        trail = [tuple(row) for row in session.execute(told)]
    assert trail[0] == ("names.opened", "trace")
    assert trail[1][0] == "outcomes.read"
    assert "trace" in trail[1][1]
    officer.post("/names/close")
    assert "Trần Thị Bình" not in officer.get("/outcomes").text


def test_a_search_is_kept_and_shared_with_the_same_role_and_place(
    officer: Any, sign_in: Any
) -> None:
    said = {"q": "Bình", "title": "Các Bình", "shared": "on"}
    officer.post("/outcomes/views", data=said)
    assert "Các Bình" in officer.get("/outcomes").text
    colleague = sign_in(Role.HEALTH_OFFICER, "bạn")
    page = colleague.get("/outcomes").text
    kept = re.search(r'href="(/outcomes\?q=[^"]+)">Các Bình', page)
    assert kept
    assert "B%C3%ACnh" not in kept[1]
    assert len(names_on(colleague.get(kept[1]).text)) == 2
    elsewhere = sign_in(Role.HEALTH_OFFICER, "khác", place="vn-2021:25")
    assert "Các Bình" not in elsewhere.get("/outcomes").text
    assert officer.post("/outcomes/views", data={"title": "Không lọc gì"}).status_code == 422


def _kept_link(officer: Any, title: str) -> str:
    kept = re.search(rf'href="(/outcomes\?[^"]+)">{title}', officer.get("/outcomes").text)
    assert kept
    return unescape(kept[1])


def test_a_saved_search_for_a_name_outlives_the_key_and_an_old_address_says_it_does_not(
    officer: Any, database: Database, settings: Settings
) -> None:
    said = {"q": "Bình", "begin": "2026-11-23", "title": "Các Bình"}
    officer.post("/outcomes/views", data=said)
    before = _kept_link(officer, "Các Bình")
    assert len(names_on(officer.get(before).text)) == 2
    keys_cli.rotate(database, settings.vault_path, 0)
    after = _kept_link(officer, "Các Bình")
    assert "begin=2026-11-23" in after
    assert "q=~" in unquote(after), "still sealed in the address"
    assert len(names_on(officer.get(after).text)) == 2
    refused = officer.get(before)
    assert refused.status_code == 422
    assert "hãy tìm lại từ đầu" in refused.text
    assert not names_on(refused.text), "a filter that is lost never becomes everyone"
    assert officer.post("/outcomes/views", data={"q": "~AAAA", "title": "x"}).status_code == 422


def test_a_search_saved_with_a_seal_inside_opens_while_the_key_is_there_and_then_says_so(
    officer: Any, database: Database, settings: Settings
) -> None:
    officer.post("/outcomes/views", data={"q": "Bình", "title": "Các Bình"})
    with database.write() as session:
        session.scalars(select(SavedView)).one().query = urlencode({"q": sealed("Bình")})
    assert len(names_on(officer.get(_kept_link(officer, "Các Bình")).text)) == 2
    keys_cli.rotate(database, settings.vault_path, 0)
    assert officer.get(_kept_link(officer, "Các Bình")).status_code == 422
    assert officer.get("/outcomes").status_code == 200, "the page with its list stays open"


def test_an_export_needs_a_reason_is_marked_harmless_and_logged(
    officer: Any, database: Database
) -> None:
    assert officer.post("/outcomes/export", data={"form": "csv"}).status_code == 422
    asked = {"form": "csv", "reason": REASON, "begin": "2026-11-23"}
    answer = officer.post("/outcomes/export", data=asked)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(reader(answer.data.decode("utf-8-sig").splitlines()))
    assert {row[0] for row in rows[2:-1]} == {*PEOPLE} - {"=cmd Ân"} | {"'=cmd Ân"}
    assert all(REASON in row[-1] and "từ: 2026-11-23" in row[-1] for row in rows[2:])
    at = rows[1].index("Lấy mẫu · Sampled")
    assert {row[at][:16] for row in rows[2:-1]} == {"2026-11-23 08:00"}
    book = load_workbook(
        BytesIO(officer.post("/outcomes/export", data={**asked, "form": "xlsx"}).data)
    )
    assert REASON in (book.worksheets[0].oddFooter.center.text or "")
    assert "user:hoa" in [row[0].value for row in book.worksheets[1].rows]
    with database.read() as session:
        kept = session.scalars(select(TakeOut)).all()
    assert [(each.subject, each.people, each.reason) for each in kept] == [
        ("outcomes", 5, REASON)
    ] * 2


@pytest.mark.parametrize("role", [Role.SWAB_TEAM, Role.LAB_TECHNICIAN, Role.ADMINISTRATOR])
def test_nobody_else_searches_or_takes_lists_out(sign_in: Any, role: Role) -> None:
    client = sign_in(role)
    for path in ("find", "frame", "export", "views"):
        assert client.post(f"/outcomes/{path}", data={"q": "x"}).status_code == 403
