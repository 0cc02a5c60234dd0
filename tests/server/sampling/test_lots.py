"""Lots of tubes."""

from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contract import signing
from contract.lots import IssuedLots
from contract.tubes import ForeignTube, TubeId
from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database
from server.errors import BadInput, NotFound
from server.sampling import lots, queries
from server.sampling.lot_models import LotPart
from server.sampling.models import Lot

MAKERS = ["ABC-0001", "ABC-0002", "XY/77.3"]


def register(session: Session, now: datetime, series: int = 26, count: int = 5) -> Lot:
    return lots.register_lot(
        session, series=series, count=count, place="p", station=None, by="user:quantri", now=now
    )


def register_foreign(session: Session, now: datetime, codes: list[str]) -> Lot:
    return lots.register_foreign_lot(
        session, codes, place="p", station=None, by="user:quantri", now=now
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([26, 27, 90]), st.integers(1, 50)), max_size=12))
def test_lots_of_a_series_follow_each_other_without_gap_or_overlap(
    session: Session, now: datetime, orders: list[tuple[int, int]]
) -> None:
    session.execute(delete(LotPart))
    session.execute(delete(Lot))
    for series, count in orders:
        register(session, now, series, count)
    for series in (26, 27, 90):
        mine = sorted((lot for lot in queries.newest_lots(session, 99) if lot.series == series),
                      key=lambda lot: lot.first or 0)  # fmt: skip
        ends = [0, *(lot.last or 0 for lot in mine)]
        assert [lot.first for lot in mine] == [end + 1 for end in ends[: len(mine)]]


@pytest.mark.parametrize("first", [1, 3, 6, 8])
def test_the_database_itself_refuses_a_gap_and_an_overlap(
    session: Session, now: datetime, first: int
) -> None:
    register(session, now)
    row = {
        "id": "L-x", "kind": "sampling", "series": 26, "first": first, "last": first + 9,
        "follows": first - 1 or None, "size": 10, "place": "p", "created_at": now,
        "created_by": "user:x",
    }  # fmt: skip
    if first == 6:
        session.execute(insert(Lot).values(row))
        return
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Lot).values(row))


def test_lots_are_numbered_through_the_year(session: Session, now: datetime) -> None:
    assert [register(session, now).id for _ in range(3)] == [
        "L-2026-0001", "L-2026-0002", "L-2026-0003",
    ]  # fmt: skip


def test_a_makers_code_is_a_tube_only_as_member_of_a_lot(session: Session, now: datetime) -> None:
    assert queries.lot_of(session, ForeignTube("ABC-0001")) is None
    lot = register_foreign(session, now, MAKERS)
    assert queries.lot_of(session, ForeignTube("ABC-0001")) is lot


@pytest.mark.parametrize("codes", [[], ["AB"], ["260000000182"], ["ABC-1x\n", "abc-1X"]])
def test_a_list_that_is_none_is_refused(session: Session, now: datetime, codes: list[str]) -> None:
    with pytest.raises(BadInput):
        register_foreign(session, now, codes)


def test_a_makers_code_is_in_one_lot_ever(session: Session, now: datetime) -> None:
    register_foreign(session, now, MAKERS)
    with pytest.raises(lots.CodeInOtherLot, match="ABC-0002"):
        register_foreign(session, now, ["NEW-1", "ABC-0002"])


def test_a_lot_goes_to_a_station_that_exists(session: Session, now: datetime) -> None:
    lot = register(session, now)
    with pytest.raises(NotFound):
        lots.issue_lot(session, lot.id, "ban-9", by="user:quantri", now=now)


def test_a_station_learns_which_tubes_are_its_own(
    app: Flask, database: Database, now: datetime
) -> None:
    key = Ed25519PrivateKey.generate()
    with database.write() as session:
        session.add(
            Station(id="ban-1", label="Bàn 1", place="p", duty="sampling", state="enrolled",
                    public_key=signing.public_text(key), enrolled_at=now, created_at=now)
        )  # fmt: skip
        session.flush()
        for station in ("ban-1", None):
            lots.register_lot(
                session, series=26, count=3, place="p", station=station, by="u", now=now
            )
        lots.register_foreign_lot(session, MAKERS, place="p", station="ban-1", by="u", now=now)
    path = "/api/v1/stations/me/lots"
    message = signing.request_message("ban-1", "GET", path, b"")
    signed = {
        "X-Ghepmau-Station": "ban-1", "X-Ghepmau-Signature": signing.sign(key, message)
    }  # fmt: skip
    issued = IssuedLots.from_json(app.test_client().get(path, headers=signed).data)
    assert issued.read(TubeId.mint(26, 3).text) == TubeId.mint(26, 3)
    assert issued.read("XY/77.3") == ForeignTube("XY/77.3")
    assert issued.lot_of(TubeId.mint(26, 4)) is None
    assert app.test_client().get(path).status_code == 401


def test_an_administrator_registers_a_lot_and_prints_its_labels(
    sign_in: Callable[..., FlaskClient],
) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    made = client.post("/lots", data={"series": "90", "count": "12", "place": "p", "station": ""})
    assert made.location == "/lots/L-2026-0001"
    assert "9000 0000 01" in client.get(made.location).text
    paper = client.get(f"{made.location}/labels.pdf?stock=L7651")
    assert paper.data.startswith(b"%PDF")
    assert client.get(f"{made.location}/labels.pdf?stock=paper").status_code == 422
    assert client.get(f"{made.location}/labels.pdf?copies=9").status_code == 422
    assert client.get("/lots/L-1999-0001").status_code == 404
    assert "L-2026-0001" in client.get("/lots").text


def test_makers_codes_are_registered_from_the_page(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    made = client.post("/lots", data={"codes": "abc-0001\nABC-0002 ABC-0003", "place": "p"})
    assert made.status_code == 302
    assert "ABC-0003" in client.get(made.location).text
    again = client.post("/lots", data={"codes": "ABC-0001", "place": "p"})
    assert again.status_code == 409
    assert "L-2026-0001" in again.text


def test_a_swab_team_sees_lots_and_changes_none(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(Role.SWAB_TEAM)
    assert client.get("/lots").status_code == 200
    assert client.post("/lots", data={"series": "26", "count": "5"}).status_code == 403
