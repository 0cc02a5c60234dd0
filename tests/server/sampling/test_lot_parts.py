"""Lots in parts: issued, returned, void; each tube with one holder, and the sums come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contract.lots import IssuedLots
from contract.tubes import ForeignTube, TubeId
from server.accounts.models import Station
from server.audit.models import AuditEntry
from server.db import Database
from server.errors import BadInput, DomainError, NotFound
from server.lab.refusals import TubeVoided as VoidAtReception
from server.lab.services import Finding, enter_result, receive_tube
from server.lab.words import Call
from server.officers.story import story_of
from server.sampling import lot_balance, lot_parts, lot_queries, lots, queries
from server.sampling.lot_models import LotPart
from server.sampling.lot_ranges import run_of
from server.sampling.lot_tiles import STORE, Holder, Run

ONE, TWO, TEAM = Holder("ban-1"), Holder("ban-2"), Holder(team="Đội 3")
BY = "user:quantri"


class Depot:
    """A lot of twenty tubes, two stations, and somebody who hands them out."""

    def __init__(self, session: Session, now: datetime, size: int = 20) -> None:
        self.session, self.now = session, now
        for name in ("ban-1", "ban-2"):
            session.merge(Station(id=name, label=name, place="p", duty="sampling",
                                  state="created", created_at=now))  # fmt: skip
        session.flush()
        self.lot = lots.register_lot(
            session, series=27, count=size, place="p", station=None, by=BY, now=now
        )

    def move(self, first: int, last: int, to: Holder) -> lot_parts.Moved:
        return lot_parts.move_tubes(
            self.session, self.lot.id, Run(first, last), to, by=BY, now=self.now
        )

    def void(self, first: int, last: int) -> None:
        run = Run(first, last)
        lot_parts.void_tubes(self.session, self.lot.id, run, reason="rách", by=BY, now=self.now)

    def serials(self, station: str) -> list[int]:
        wire = lots.lots_issued_to(self.session, station)
        return [serial for lot in wire for serial in range(lot.first, lot.last + 1)]

    def balance(self, holder: Holder) -> tuple[int, int, int, int, int]:
        rows = lot_balance.balances_of(self.session, self.lot)
        row = next(each for each in rows if each.holder == holder)
        return row.came, row.used, row.void, row.gone, row.left


@pytest.fixture
def depot(session: Session, now: datetime) -> Depot:
    return Depot(session, now)


def test_a_lot_is_issued_in_parts_and_each_station_knows_exactly_its_own(depot: Depot) -> None:
    depot.move(1, 8, ONE)
    depot.move(9, 12, TWO)
    assert depot.serials("ban-1") == list(range(1, 9))
    assert depot.serials("ban-2") == [9, 10, 11, 12]
    issued = IssuedLots(tuple(lots.lots_issued_to(depot.session, "ban-2")))
    assert issued.lot_of(TubeId.mint(27, 9)) == depot.lot.id
    assert issued.lot_of(TubeId.mint(27, 13)) is None


def test_parts_of_a_makers_lot_are_lists_of_its_codes(session: Session, now: datetime) -> None:
    Depot(session, now)
    codes = ["ABC-0001", "ABC-0002", "ABC-0003"]
    lot = lots.register_foreign_lot(session, codes, place="p", station=None, by=BY, now=now)
    run = run_of(session, lot, "abc-0002", "ABC-0003")
    lot_parts.move_tubes(session, lot.id, run, ONE, by=BY, now=now)
    assert [wire.codes for wire in lots.lots_issued_to(session, "ban-1")] == [tuple(codes[1:])]
    lot_parts.void_tubes(session, lot.id, Run(2, 2), reason="vỡ", by=BY, now=now)
    assert [wire.codes for wire in lots.lots_issued_to(session, "ban-1")] == [("ABC-0003",)]
    assert lot_queries.void_of(session, ForeignTube("ABC-0002")) is not None
    assert lot_queries.void_of(session, TubeId.mint(27, 2)) is None


def test_used_tubes_stay_and_unused_ones_are_issued_again(depot: Depot, make_scene: Any) -> None:
    depot.move(1, 10, ONE)
    scene = make_scene(depot.session)
    for serial in (2, 3):
        scene.pair(TubeId.mint(27, serial), scene.person())
    scene.void(scene.pair(TubeId.mint(27, 5), scene.person()))
    moved = depot.move(1, 10, STORE)
    assert (moved.tubes, moved.stayed) == (7, 3)  # a tube that was undone is used up as well
    assert depot.serials("ban-1") == [2, 3, 5]
    assert depot.balance(ONE) == (10, 3, 0, 7, 0)
    depot.move(6, 8, TWO)
    assert depot.balance(STORE) == (27, 0, 0, 13, 14)


def test_nothing_to_move_is_said(depot: Depot) -> None:
    depot.move(1, 5, ONE)
    with pytest.raises(lot_parts.NothingToMove):
        depot.move(2, 3, ONE)


def test_tubes_go_to_stations_that_exist_and_were_not_revoked(depot: Depot) -> None:
    with pytest.raises(NotFound):
        depot.move(1, 5, Holder("ban-9"))
    depot.session.get_one(Station, "ban-2").state = "revoked"
    with pytest.raises(lot_parts.StationRevoked):
        depot.move(1, 5, TWO)


def test_a_void_tube_is_no_stations_and_is_refused_at_reception(depot: Depot) -> None:
    depot.move(1, 20, ONE)
    depot.void(4, 5)
    assert depot.serials("ban-1") == [*range(1, 4), *range(6, 21)]
    tube = TubeId.mint(27, 4)
    with pytest.raises(VoidAtReception, match="void"):
        receive_tube(depot.session, tube, box="H1", by="user:lan", now=depot.now)
    with pytest.raises(VoidAtReception):
        enter_result(depot.session, tube, Finding(Call.NEGATIVE), by="user:lan", now=depot.now)
    receive_tube(depot.session, TubeId.mint(27, 6), box="H1", by="user:lan", now=depot.now)


def test_a_used_tube_or_a_void_one_cannot_be_made_void(depot: Depot, make_scene: Any) -> None:
    scene = make_scene(depot.session)
    scene.pair(TubeId.mint(27, 7), scene.person())
    depot.void(1, 2)
    with pytest.raises(lot_parts.TubeUsed, match="2700 0000 07"):
        depot.void(5, 9)
    with pytest.raises(lot_parts.AlreadyVoid, match="2700 0000 02"):
        depot.void(2, 4)


def test_a_void_that_was_a_mistake_is_lifted_once(depot: Depot) -> None:
    depot.void(4, 5)
    void = lot_queries.voids_of(depot.session, depot.lot)[0]
    lot_parts.lift_void(depot.session, void.id, by=BY, now=depot.now)
    assert lot_queries.void_of(depot.session, TubeId.mint(27, 4)) is None
    assert len(lot_queries.tiles_of(depot.session, depot.lot)) == 1
    with pytest.raises(lot_parts.NotVoid):
        lot_parts.lift_void(depot.session, void.id, by=BY, now=depot.now)


def test_the_story_tells_what_became_of_a_tube(depot: Depot) -> None:
    depot.move(1, 5, TEAM)
    depot.move(1, 5, STORE)
    depot.void(3, 3)
    told = [fact.en for fact in story_of(depot.session, TubeId.mint(27, 3))]
    assert told == [
        f"Registered in lot {depot.lot.id}", "Issued to Đội 3", "Returned by Đội 3",
        "The tube is void: not to be used",
    ]  # fmt: skip


def test_every_step_leaves_a_trace(depot: Depot) -> None:
    depot.move(1, 5, ONE)
    depot.void(3, 3)
    depot.move(1, 5, STORE)
    entries = depot.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("lot.registered", "sampling, 20 tubes"),
        ("lot.issued", "1-5: 5 tubes to ban-1"),
        ("lot.voided", "3-3"),
        ("lot.returned", "1-5: 4 tubes to store"),
    ]


@pytest.mark.parametrize(
    ("first", "last", "run"),
    [("", "", Run(1, 20)), ("3", "", Run(3, 3)), ("3", "9", Run(3, 9)),
     (TubeId.mint(27, 3).grouped, TubeId.mint(27, 5).text, Run(3, 5))],
)  # fmt: skip
def test_a_range_is_numbers_in_the_lot_or_scanned_tubes(
    depot: Depot, first: str, last: str, run: Run
) -> None:
    assert run_of(depot.session, depot.lot, first, last) == run


@pytest.mark.parametrize("first", ["0", "21", "x", "270000000199", TubeId.mint(26, 1).text])
def test_what_is_no_tube_of_the_lot_is_no_range(depot: Depot, first: str) -> None:
    with pytest.raises(BadInput):
        run_of(depot.session, depot.lot, first, "")


holders = st.sampled_from([STORE, ONE, TWO, TEAM])
ends = st.tuples(st.integers(1, 20), st.integers(1, 20)).map(sorted)
steps = st.lists(st.tuples(st.sampled_from(["move", "void"]), ends, holders), max_size=8)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_is_done_the_balance_comes_out(
    database: Database, now: datetime, steps: list[tuple[str, list[int], Holder]]
) -> None:
    with database.write() as session:
        depot = Depot(session, now)
        for step, (first, last), holder in steps:
            try:
                depot.move(first, last, holder) if step == "move" else depot.void(first, last)
            except DomainError:
                continue
        rows = lot_balance.balances_of(session, depot.lot)
        assert all(row.came == row.used + row.void + row.gone + row.left for row in rows)
        assert sum(row.left + row.void for row in rows) == 20
        everyone = {serial for name in ("ban-1", "ban-2") for serial in depot.serials(name)}
        assert len(everyone) == sum(len(depot.serials(name)) for name in ("ban-1", "ban-2"))


@pytest.mark.parametrize(
    "change", [{"first": 5, "last": 9, "follows": 4, "leads": 10}, {"first": 6, "last": 20,
               "follows": 5, "leads": None}, {"first": 2, "last": 4, "follows": 1, "leads": 5}]
)  # fmt: skip
def test_the_database_itself_refuses_doubles_and_gaps_among_parts(
    database: Database, now: datetime, change: dict[str, int | None]
) -> None:
    with database.write() as session:
        depot = Depot(session, now)
        depot.move(1, 4, ONE)
        row = {"lot_id": depot.lot.id, "size": 20, "station": None, "team": "", **change}
    with pytest.raises(IntegrityError):
        tamper(database, row)


def tamper(database: Database, row: Mapping[str, object]) -> None:
    """Put a part into the table behind the services' back."""
    with database.write() as session:
        if row["first"] == 6:  # in place of the part from 5: tube 5 would be nobody's
            session.execute(delete(LotPart).where(LotPart.first == 5))
        session.execute(insert(LotPart).values(row))


def test_the_balance_over_all_lots_and_of_whole_lots(depot: Depot, make_scene: Any) -> None:
    depot.move(1, 10, ONE)
    depot.void(1, 2)
    scene = make_scene(depot.session)
    scene.pair(TubeId.mint(27, 3), scene.person())
    row = next(row for row in lot_balance.balances(depot.session) if row.holder == ONE)
    assert (row.came, row.used, row.void, row.gone, row.left) == (10, 1, 2, 0, 7)
    whole = lot_balance.in_whole(depot.session, queries.newest_lots(depot.session, 9))
    assert (whole[depot.lot.id].used, whole[depot.lot.id].left) == (1, 17)
