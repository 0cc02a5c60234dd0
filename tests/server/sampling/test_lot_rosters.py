"""Rosters: tubes that stand ready for people known beforehand, and who came."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.errors import BadInput
from server.people.roster import Row
from server.sampling import roster_lists, rosters
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.models import Pairing

SignIn = Callable[..., FlaskClient]
PEOPLE = "Họ tên;năm sinh;giới tính\nNguyễn Thị Mẫu;1991;Nữ\n\nLê Văn An;1988\nĐỗ Minh Châu\n"


@pytest.mark.parametrize(
    "text",
    [PEOPLE, "\ufeff" + PEOPLE, PEOPLE.replace(";", "\t"), PEOPLE.replace(";", ","),
     PEOPLE.replace("Lê Văn An", '"Lê Văn An"'), PEOPLE.replace("\n", ";;\r\n")],
)  # fmt: skip
def test_a_list_is_read_as_offices_type_it(text: str) -> None:
    assert roster_lists.people_of(text) == [
        Row("Nguyễn Thị Mẫu", 1991, "F"), Row("Lê Văn An", 1988, ""), Row("Đỗ Minh Châu", None, ""),
    ]  # fmt: skip


def test_a_wrong_line_is_named_by_its_number_in_the_list() -> None:
    with pytest.raises(BadInput) as caught:
        roster_lists.people_of("Họ tên;năm sinh\nLê Văn An;88\n")
    assert "Dòng 2" in caught.value.vi


def test_a_list_has_at_most_five_thousand_people() -> None:
    with pytest.raises(BadInput, match="5000"):
        roster_lists.people_of("Lê Văn An;1988\n" * 5001)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_spreadsheets_save_it(coding: str) -> None:
    assert len(roster_lists.people_of(roster_lists.text_of(PEOPLE.encode(coding)))) == 3


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", "Lê".encode("cp1258")])
def test_what_is_no_text_is_said(content: bytes) -> None:
    with pytest.raises(BadInput, match="CSV UTF-8"):
        roster_lists.text_of(content)


def make(session: Session, scene: Any, series: int = 30) -> Roster:
    return rosters.make_roster(
        session, roster_lists.people_of(PEOPLE), title="Nhà máy A", series=series, place="p",
        station=None, by="user:quantri", now=scene.now,
    )  # fmt: skip


def test_an_assignment_is_never_a_pairing_and_shows_who_came(session: Session, scene: Any) -> None:
    roster = make(session, scene)
    assert session.scalars(select(Pairing)).all() == []
    scene.pair(TubeId.mint(30, 1), scene.person("NGUYEN THI MAU", 1991))
    scene.pair(TubeId.mint(30, 2), scene.person("Trần Thị Bình", 1970))
    scene.void(scene.pair(TubeId.mint(30, 3), scene.person("Đỗ Minh Châu")))
    seats = rosters.seats(session, roster)
    assert [str(seat.presence) for seat in seats] == ["came", "other", "absent"]
    assert [seat.entry.tube for seat in seats] == [TubeId.mint(30, at) for at in (1, 2, 3)]


def test_a_roster_takes_tubes_for_one_person_each(session: Session, scene: Any) -> None:
    with pytest.raises(BadInput, match="one person"):
        make(session, scene, series=91)


def test_names_of_a_roster_are_unreadable_in_the_database_and_absent_from_the_trail(
    session: Session, scene: Any
) -> None:
    roster = make(session, scene)
    stored = session.connection().exec_driver_sql("SELECT name FROM roster_entry").scalars().all()
    assert all("Mẫu".encode() not in bytes(name) for name in stored)
    trail = session.scalars(select(AuditEntry)).all()
    assert all("Mẫu" not in f"{entry.subject}{entry.detail}" for entry in trail)
    assert roster.entries[0].name == "Nguyễn Thị Mẫu"


def test_a_roster_is_handed_in_printed_and_watched_from_the_page(
    sign_in: SignIn, database: Database
) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    form = {"title": "Nhà máy A, ca sáng", "series": "26", "people": PEOPLE}
    made = client.post("/rosters", data=form, content_type="multipart/form-data")
    page = client.get(made.location).text
    assert "Nguyễn Thị Mẫu" in page
    assert "chưa in" in page
    paper = client.post(f"{made.location}/labels", data={"stock": "L7651"})
    assert paper.data.startswith(b"%PDF")
    assert "đã in 1 lần" in client.get(made.location).text
    assert "đã in 1 lần" in client.get("/lots/L-2026-0001").text
    assert "Không có ai ở mục này" in client.get(f"{made.location}?show=came").text
    assert "did not come yet" in client.get(f"{made.location}?lang=en").text
    with database.read() as session:
        assert len(session.scalars(select(RosterEntry)).all()) == 3
        asked = select(AuditEntry.action).where(AuditEntry.action.startswith("roster."))
        assert set(session.scalars(asked)) == {"roster.made", "roster.read"}


def test_five_thousand_people_come_as_one_file(sign_in: SignIn, database: Database) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    lines = "".join(f"Nguyễn Thị Mẫu Số {at};19{at % 90 + 10};Nữ\n" for at in range(5000))
    form = {"title": "Cả xã", "series": "26", "file": (BytesIO(lines.encode()), "xa.csv")}
    made = client.post("/rosters", data=form, content_type="multipart/form-data")
    assert made.status_code == 302
    page = client.get(f"{made.location}?page=25")
    assert "Mẫu Số 4999" in page.text
    assert "25 / 25" in page.text


def test_officers_see_rosters_and_swab_teams_do_not(sign_in: SignIn) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    assert client.get("/rosters").status_code == 200
    assert client.post("/rosters", data={"title": "x"}).status_code == 403
    assert sign_in(Role.SWAB_TEAM).get("/rosters").status_code == 403
