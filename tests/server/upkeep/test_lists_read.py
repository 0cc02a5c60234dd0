"""Who opened a list of names is in the report of a breach, with the people who stood on it."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from contract import identities, specimens
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.people.services import person_of
from server.record.vaccination_models import VaccinationImport
from server.sampling.lot_models import RosterEntry
from server.upkeep import breach

SignIn = Callable[..., FlaskClient]
HERE = "vn-2021:24.222"
(AN,) = specimens.people(1, Random(5))
ROW = f"{AN.name};{AN.birth:%d/%m/%Y};{AN.number}"


@pytest.fixture
def an(database: Database, now: Any) -> UUID:
    with database.write() as session:
        code = identities.parse(specimens.citizen_card(AN))
        return person_of(session, code, by="x", now=now, evidence="event:1", place=HERE).id


def reached(database: Database, clock: Any, client: FlaskClient, path: str) -> dict[UUID, set[str]]:
    """Open a page a minute later; return who is in the report, and by what."""
    clock.advance(minutes=1)
    assert AN.name in client.get(path).text
    with database.read() as session:
        made = breach.report(session, "user:doc", clock(), clock() + timedelta(seconds=1))
    return {person: each.actions for person, each in made.persons.items()}


@pytest.mark.engines
def test_a_draft_of_a_list_and_then_its_roster_leave_a_trace(
    sign_in: SignIn, database: Database, make_scene: Any, clock: Any, an: UUID
) -> None:
    mine = sign_in(Role.REGISTRAR, "doc", place=HERE, sees="")
    rows = f"Họ tên;Ngày sinh;CCCD\n{ROW}\nTrần Thị Kín;1985;\n"
    draft = mine.post("/rosters", data={"people": rows, "title": "Lớp", "series": "31"}).location
    assert reached(database, clock, mine, draft) == {an: {"roster.draft-read"}}
    roster = mine.post(f"{draft}/make", data={}).location
    with database.write() as session:
        scene = make_scene(session)
        kin = scene.person("Trần Thị Kín", 1985)
        without = select(RosterEntry.tube).where(RosterEntry.number.is_(None))
        scene.pair(session.scalars(without).one(), kin)
    assert reached(database, clock, mine, roster) == {
        an: {"roster.read"}, kin.id: {"roster.read"}
    }  # fmt: skip
    clock.advance(minutes=1)
    assert mine.post(f"{roster}/labels", data={}).status_code == 200
    with database.read() as session:
        made = breach.report(session, "user:doc", clock(), clock() + timedelta(seconds=1))
    assert {an, kin.id} == set(made.persons)  # short names stand on the labels


def test_a_list_of_vaccinations_leaves_a_trace(
    sign_in: SignIn, database: Database, clock: Any, an: UUID
) -> None:
    mine = sign_in(Role.HEALTH_OFFICER, "doc", place=HERE, sees="")
    rows = f"Họ tên;Năm sinh;CCCD;Ngày tiêm;Vắc xin\n{ROW};01/06/2021;AZ"
    path = mine.post("/vaccinations", data={"people": rows, "title": "tiêm"}).location
    assert reached(database, clock, mine, path) == {an: {"vaccinations.read"}}
    mine.post(f"{path}/confirm", data={})
    assert reached(database, clock, mine, path) == {an: {"vaccinations.read"}}
    with database.read() as session:
        details = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "vaccinations.read")
        )
        assert set(details) == {"1 taken, 0 refused"}  # the trail tells nobody who is on record


def test_of_a_list_of_doses_that_was_kept_long_enough_stays_who_got_one(
    sign_in: SignIn, database: Database, clock: Any, an: UUID
) -> None:
    mine = sign_in(Role.HEALTH_OFFICER, "doc", place=HERE, sees="")
    rows = f"Họ tên;Năm sinh;CCCD;Ngày tiêm;Vắc xin\n{ROW};01/06/2021;AZ"
    entered, waits = (
        mine.post("/vaccinations", data={"people": rows, "title": "tiêm"}).location
        for _ in range(2)
    )
    mine.post(f"{entered}/confirm", data={})
    with database.write() as session:
        session.execute(update(VaccinationImport).values(content=None))
    clock.advance(minutes=1)
    assert "tiêm" in mine.get("/vaccinations").text
    for page in (entered, waits):
        shown = mine.get(page)
        assert (shown.status_code, "hết hạn giữ" in shown.text) == (200, True)
        assert AN.name not in shown.text
    assert mine.post(f"{waits}/confirm", data={}).status_code == 409
    with database.read() as session:
        made = breach.report(session, "user:doc", clock(), clock() + timedelta(seconds=1))
    assert set(made.persons) == {an}
