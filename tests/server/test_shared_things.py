"""What a form names besides a place: stations, rows of a list, settings that all places share."""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from contract.identities import Key, System
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations.kinds import PointKind
from server.declarations.models import CheckIn, Point, PointStation
from server.declarations.targets.words import AREAS
from server.people import merges
from server.people.models import Identity, IdentityQuestion, Person
from server.people.queries import value_blind
from server.sampling.models import Lot
from server.sampling.roster_models import RosterDraft
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
ADMINISTRATOR, OFFICER = Role.ADMINISTRATOR, Role.HEALTH_OFFICER
PLATE = "98C-123.45"
STAYS = {"days_before": "2", "days_after": "1", "least": "0"}
GOALS = {f"{area}_{end}": "50" for area in AREAS for end in ("low", "high")}


@pytest.fixture
def two(database: Database, now: datetime) -> tuple[Furnished, Furnished]:
    with database.write() as session:
        here = Furnished(session, f"{HERE}.07", "ODAY", 26, now)
        there = Furnished(session, ELSEWHERE, "XAXOI", 27, now)
    return here, there


def count(database: Database, model: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_is_given_to_a_station_of_another_place(
    sign_in: SignIn, database: Database, two: tuple[Furnished, Furnished]
) -> None:
    here, there = two
    mine = sign_in(ADMINISTRATOR, "here", place=HERE, sees="")
    people = {"title": "Ca sáng", "people": "Nguyễn Thị Mẫu;1990;Nữ", "series": "31"}
    forms = [
        ("/lots", {"series": "31", "count": "9"}, Lot),
        ("/rosters", people, RosterDraft),
        (f"/points/{here.ids['point_id']}/stations", {}, PointStation),
    ]
    for path, form, model in forms:
        before = count(database, model)
        for station in (there.station, "tram-nowhere"):
            answer = mine.post(path, data={**form, "station": station})
            assert answer.status_code == 404, path
        assert count(database, model) == before
        assert mine.post(path, data={**form, "station": here.station}).status_code == 302, path
    lot = mine.post("/lots", data={"series": "31", "count": "9"}).location
    assert mine.post(f"{lot}/issue", data={"station": there.station}).status_code == 404
    assert mine.post(f"{lot}/issue", data={"station": here.station}).status_code == 302


def test_a_list_of_points_makes_those_of_ones_own_places(
    sign_in: SignIn, database: Database
) -> None:
    mine = sign_in(ADMINISTRATOR, "here", place=HERE, sees="")
    rows = f"Loại;Tên;Nơi\nchợ;Chợ Ở Đây;{HERE}.07\nchợ;Chợ Xa Xôi;{ELSEWHERE}"
    page = mine.post("/points/import", data={"rows": rows}).text
    assert "không thuộc địa bàn" in page
    with database.read() as session:
        assert list(session.scalars(select(Point.name))) == ["Chợ Ở Đây"]


def test_what_all_places_share_is_set_by_who_sees_everywhere(
    sign_in: SignIn, two: tuple[Furnished, Furnished]
) -> None:
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    every = sign_in(OFFICER, "all", place=HERE, sees="*")
    stays = STAYS | {f"stay_{kind}": "60" for kind in PointKind}
    goals = GOALS | {"silent_days": "3"}
    for path, form in (("/targets/goals", goals), ("/traces/settings", stays)):
        assert mine.post(path, data=form).status_code == 404
        assert every.post(path, data=form).status_code == 302
        for who, offered in ((mine, False), (every, True)):
            page = who.get(path.replace("goals", "settings")).text.partition(f'action="{path}"')[2]
            assert ("<button>" in page.partition("</form>")[0]) is offered
    registrar = sign_in(ADMINISTRATOR, "registrar", place=HERE, sees="")
    text = (files("server.declarations") / "forms" / "vn-2021-1.toml").read_text()
    form = {"text": text.replace("vn-2021-1", "vn-2026-1")}
    assert registrar.post("/points/forms", data=form).status_code == 404
    assert "<textarea" not in registrar.get("/points/forms").text


def test_who_checked_in_here_is_seen_here_and_no_more_of_them(
    sign_in: SignIn, database: Database, two: tuple[Furnished, Furnished], now: datetime
) -> None:
    _, there = two
    page = f"/people/{there.ids['person_id']}"
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    assert mine.get(page).status_code == 404
    with database.write() as session:
        session.add(
            CheckIn(id=uuid4(), person_id=there.ids["person_id"], source="keeper", point="Chợ Đình",
                    place=f"{HERE}.07", at=now, trusted=True, answers="{}", recorded_at=now)
        )  # fmt: skip
    shown = mine.get(page)
    assert shown.status_code == 200
    assert "Chợ Đình" in shown.text
    assert there.tubes[0].grouped not in shown.text


def test_who_sees_one_record_in_part_joins_it_with_no_other(
    sign_in: SignIn, database: Database, two: tuple[Furnished, Furnished], now: datetime
) -> None:
    here, there = two
    own, foreign, asked = here.ids["person_id"], there.ids["person_id"], uuid4()
    with database.write() as session:
        session.add(
            CheckIn(id=uuid4(), person_id=foreign, source="keeper", point="Chợ", place=HERE, at=now,
                    trusted=True, answers="{}", recorded_at=now)
        )  # fmt: skip
        session.add(IdentityQuestion(id=asked, kind="two-persons", person_id=own, other_id=foreign,
                                     system="cccd", evidence="x", opened_at=now))  # fmt: skip
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    both = sign_in(OFFICER, "both", place=HERE, sees=f"{HERE} {ELSEWHERE}")
    path = f"/identities/persons/{asked}/answer"
    assert path not in mine.get("/identities").text
    for answer in ("yes", "no"):
        assert mine.post(path, data={"same": answer}).status_code == 404
    with database.read() as session:
        assert merges.together(session, own) == [own]
        assert session.get_one(IdentityQuestion, asked).answered_at is None
    assert path in both.get("/identities").text
    assert both.post(path, data={"same": "yes"}).status_code == 302
    with database.read() as session:
        assert merges.are_one(session, own, foreign)
    assert mine.get(f"/people/{foreign}").status_code == 200  # it is one person's of here now


def test_a_number_is_taken_from_no_record_of_another_place(
    sign_in: SignIn, database: Database, two: tuple[Furnished, Furnished], now: datetime
) -> None:
    here, there = two
    key = Key(System.VEHICLE, "98C12345")
    with database.write() as session:
        owner = session.get_one(Person, there.ids["person_id"])
        session.add(
            Identity(id=uuid4(), person_id=owner.id, system="vehicle", value=key.value,
                     value_blind=value_blind(key), claimed=False, kind="vehicle-pass",
                     evidence="x", linked_at=now, linked_by="u")
        )  # fmt: skip
    form = {"number": PLATE, "reason": "đã xem xe", "take": "on"}
    numbers = f"/people/{here.ids['person_id']}/numbers"
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    assert mine.post(numbers, data=form).status_code == 409
    with database.read() as session:
        live = select(Identity.person_id).where(Identity.value_blind == value_blind(key))
        assert list(session.scalars(live)) == [there.ids["person_id"]]
        asked = select(AuditEntry.actor).where(AuditEntry.action == "identity.link-refused")
        assert list(session.scalars(asked)) == ["user:here"]  # that somebody has it was told
    every = sign_in(OFFICER, "all", place=HERE, sees="*")
    assert every.post(numbers, data=form).status_code == 302
