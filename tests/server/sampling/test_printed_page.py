"""The page of lots makes a lot known again that was printed before a restore."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from contract.tubes import TubeId
from server.accounts.models import Station
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.sampling import numbering, queries

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24", "vn-2021:26"
FIRST, LAST = TubeId.mint(26, 101), TubeId.mint(26, 165)
FIELDS = {
    "first": FIRST.grouped,
    "last": LAST.text,
    "name": "L-2026-0002",
    "station": "",
    "place": "",
}


@pytest.fixture
def registrar(sign_in: SignIn) -> FlaskClient:
    return sign_in(Role.REGISTRAR, "mai", place=HERE, sees=HERE)


def station(name: str, place: str, now: datetime) -> Station:
    return Station(
        id=name, label=name, place=place, duty="sampling", state="created", created_at=now
    )


def set_back(database: Database, now: datetime) -> None:
    with database.write() as session:
        numbering.set_aside(session, made_at=now, now=now, others=(), plates=0)


@pytest.mark.engines
def test_a_lot_printed_before_a_restore_is_known_again_from_the_page(
    registrar: FlaskClient, database: Database, now: datetime
) -> None:
    assert "/lots/printed" not in registrar.get("/lots").text
    assert registrar.post("/lots/printed", data=FIELDS).status_code == 409, "nothing was set back"
    set_back(database, now)
    assert 'action="/lots/printed"' in registrar.get("/lots").text
    made = registrar.post("/lots/printed", data=FIELDS)
    assert made.location == "/lots/L-2026-0002"
    page = registrar.get(made.location).text
    assert "đã in trước khi khôi phục máy chủ" in page
    assert 'id="print"' not in page
    assert registrar.get(f"{made.location}/labels.pdf").status_code == 409
    with database.read() as session:
        assert queries.lot_of(session, TubeId.mint(26, 130)) is not None
        asked = select(AuditEntry.actor).where(AuditEntry.action == "lot.known-again")
        assert session.scalars(asked).all() == ["user:mai"]
    assert registrar.post("/lots/printed", data=FIELDS).status_code == 409, "it is known already"


def test_a_lot_is_made_known_for_stations_of_ones_own_places_alone(
    registrar: FlaskClient, sign_in: SignIn, database: Database, now: datetime
) -> None:
    set_back(database, now)
    with database.write() as session:
        session.add(station("ban-26", ELSEWHERE, now))
        session.add(station("ban-24", HERE, now))
    away = {**FIELDS, "station": "ban-26"}
    assert registrar.post("/lots/printed", data=away).status_code == 404
    assert sign_in(Role.SWAB_TEAM).post("/lots/printed", data=FIELDS).status_code == 403
    assert registrar.post("/lots/printed", data={**FIELDS, "station": "ban-24"}).status_code == 302
    with database.read() as session:
        lot = queries.lot_of(session, FIRST)
        assert lot is not None
        assert (lot.station, lot.place) == ("ban-24", HERE)
