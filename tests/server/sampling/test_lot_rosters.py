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
from server.sampling import roster_seats, rosters
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.models import Pairing
from server.sampling.roster_cells import Reason
from server.sampling.roster_import import Guest, read
from server.sheets import rows_of_text

SignIn = Callable[..., FlaskClient]
PEOPLE = "Họ tên;năm sinh;giới tính\nNguyễn Thị Mẫu;1991;Nữ\n\nLê Văn An;1988\nĐỗ Minh Châu\n"


def guests(text: str) -> list[Guest]:
    return [row.guest for row in read(rows_of_text(text), year=2026).taken]


@pytest.mark.parametrize(
    "text",
    [PEOPLE, "\ufeff" + PEOPLE, PEOPLE.replace(";", "\t"), PEOPLE.replace(";", ","),
     PEOPLE.replace("Lê Văn An", '"Lê Văn An"'), PEOPLE.replace("\n", ";;\r\n")],
)  # fmt: skip
def test_a_list_is_read_as_offices_type_it(text: str) -> None:
    assert [(each.name, each.birth_year, each.sex) for each in guests(text)] == [
        ("Nguyễn Thị Mẫu", 1991, "F"), ("Lê Văn An", 1988, ""), ("Đỗ Minh Châu", None, ""),
    ]  # fmt: skip


def test_a_list_has_at_most_five_thousand_people() -> None:
    found = read([["Lê Văn An", str(1900 + at % 100)] for at in range(5001)], year=2026)
    assert (found.rows, len(found.taken)) == (5001, 100)  # the others stand there twice
    born = [f"{at % 28 + 1}/{at // 28 % 12 + 1}/{1950 + at // 336}" for at in range(5001)]
    many = [["Lê Văn An", each] for each in born]
    assert [row.reason for row in read(many, year=2026).refused] == [Reason.TOO_MANY]


def make(session: Session, scene: Any, series: int = 30) -> Roster:
    return rosters.make_roster(
        session, guests(PEOPLE), title="Nhà máy A", series=series, place="p",
        station=None, by="user:quantri", now=scene.now,
    )  # fmt: skip


def test_an_assignment_is_never_a_pairing_and_shows_who_came(session: Session, scene: Any) -> None:
    roster = make(session, scene)
    assert session.scalars(select(Pairing)).all() == []
    scene.pair(TubeId.mint(30, 1), scene.person("NGUYEN THI MAU", 1991))
    scene.pair(TubeId.mint(30, 2), scene.person("Trần Thị Bình", 1970))
    scene.void(scene.pair(TubeId.mint(30, 3), scene.person("Đỗ Minh Châu")))
    seats = roster_seats.seats(session, roster)
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
    staged = client.post("/rosters", data=form, content_type="multipart/form-data")
    shown = client.get(staged.location).text
    assert "Làm sẵn 3 ống" in shown
    assert client.get("/lots").text.count("L-2026-") == 0
    made = client.post(f"{staged.location}/make")
    assert client.get(staged.location).location == made.location
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
        assert set(session.scalars(asked)) == {
            "roster.made", "roster.read", "roster.read-in", "roster.draft-read", "roster.printed"
        }  # fmt: skip


def test_five_thousand_people_come_as_one_file(sign_in: SignIn, database: Database) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    lines = "".join(
        f"Nguyễn Thị Mẫu;{at % 28 + 1:02d}/{at // 28 % 12 + 1:02d}/{1920 + at // 336};Nữ\n"
        for at in range(5000)
    )
    form = {"title": "Cả xã", "series": "26", "file": (BytesIO(lines.encode()), "xa.csv")}
    staged = client.post("/rosters", data=form, content_type="multipart/form-data")
    assert "5.000" in client.get(staged.location).text
    made = client.post(f"{staged.location}/make")
    assert made.status_code == 302
    page = client.get(f"{made.location}?page=25")
    assert page.text.count("Nguyễn Thị Mẫu") == 200
    assert "25 / 25" in page.text


def test_officers_see_rosters_and_swab_teams_do_not(sign_in: SignIn) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    assert client.get("/rosters").status_code == 200
    assert client.post("/rosters", data={"title": "x"}).status_code == 403
    assert sign_in(Role.SWAB_TEAM).get("/rosters").status_code == 403
