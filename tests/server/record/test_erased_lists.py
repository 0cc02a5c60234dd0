"""Whoever is erased at their wish stands on no list of doses any more, nor beside their tube."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from server.accounts.roles import Role
from server.db import Database
from server.people.models import Person
from server.record import doses, requests, vaccinations
from server.record.vaccination_models import VaccinationImport
from server.sampling import rosters
from server.sampling.lot_models import RosterEntry
from server.sampling.roster_import import Guest
from server.sampling.roster_models import RosterMatch
from tests.server.record.test_vaccinations import GOOD, HEAD, TODAY, row

pytestmark = pytest.mark.engines
OTHER = row(name="Trần Văn Khác", number="024191000002")


def listed(database: Database, now: datetime, *rows: list[str], enter: bool) -> UUID:
    with database.write() as session:
        read = doses.read([HEAD, *rows], today=TODAY)
        made = vaccinations.stage(session, read, title="t", place="vn-2021:24", by="u", now=now)
        if enter:
            vaccinations.confirm(session, made.id, by="user:hoa", now=now)
        return made.id


def erase(database: Database, person: UUID, now: datetime) -> None:
    with database.write() as session:
        wish = requests.ask(session, person, requests.Kind.DELETE, wish="xóa", source="page",
                            due=now, by="person", now=now)  # fmt: skip
        requests.delete(session, wish.id, keep_days=0, reason="đã hỏi", by="user:hoa", now=now)


def names_on(database: Database, made: UUID) -> tuple[list[str], list[tuple[int, str]]]:
    with database.read() as session:
        read = vaccinations.reading_of(session.get_one(VaccinationImport, made))
    return [each.guest.name for each in read.given], [
        (each.line, each.reason) for each in read.refused
    ]


@pytest.mark.parametrize("then", ["entered", "staged"])
def test_a_list_of_doses_loses_their_row_and_nobody_elses(
    tested: Any, database: Database, now: datetime, then: str
) -> None:
    made = listed(database, now, GOOD, OTHER, row(on=""), enter=then == "entered")
    erase(database, tested.person, now)
    assert names_on(database, made) == (["Trần Văn Khác"], [(2, "erased"), (4, "erased")])
    if then == "staged":
        with database.write() as session:
            vaccinations.confirm(session, made, by="user:hoa", now=now)
            assert "Nguyễn Thị Mẫu" not in session.scalars(select(Person.name)).all()


def test_a_refused_row_of_somebody_whose_name_only_holds_theirs_stays(
    tested: Any, database: Database, now: datetime
) -> None:
    others = [row(name=name, on="") for name in ("Trần Văn Toàn", "Lê Thị Lan", "Hoàng Anh")]
    made = listed(database, now, row(name="An", on=""), *others, enter=False)
    with database.write() as session:
        session.get_one(Person, tested.person).name = "An"
    before = names_on(database, made)[1]
    erase(database, tested.person, now)
    assert names_on(database, made)[1] == [(2, "erased"), *before[1:]]


def test_who_was_set_right_since_leaves_the_list_by_their_number(
    tested: Any, database: Database, now: datetime, sign_in: Any
) -> None:
    made = listed(database, now, GOOD, OTHER, enter=True)
    with database.write() as session:
        session.get_one(Person, tested.person).name = "Nguyễn Thị Mẫn"
    erase(database, tested.person, now)
    page = sign_in(Role.HEALTH_OFFICER, "hoa").get(f"/vaccinations/{made}").text
    assert "Nguyễn Thị Mẫu" not in page
    assert "đã xóa theo yêu cầu" in page


def test_a_sampling_list_says_nothing_more_beside_their_tube(
    tested: Any, database: Database, now: datetime
) -> None:
    guests = [
        Guest("Nguyễn Thị Mẫu", 1991, "F", "1991-03-21", "cccd", "024191000001", "0900000001"),
        Guest("Trần Văn Khác", 1960, "M"),
    ]
    with database.write() as session:
        roster = rosters.make_roster(session, guests, title="t", series=30, place="p", station=None,
                                     by="u", now=now)  # fmt: skip
        for entry in roster.entries:
            session.add(RosterMatch(tube=entry.tube, person_id=tested.person, points=90, parts="",
                                    state="open"))  # fmt: skip
    erase(database, tested.person, now)
    with database.read() as session:
        first, second = session.scalars(select(RosterEntry).order_by(RosterEntry.position))
    assert (first.name, first.birth, first.number, first.phone) == ("", None, None, None)
    assert (first.birth_year, second.name) == (1991, "Trần Văn Khác")
