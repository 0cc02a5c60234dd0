"""The roll-up by point and day is what a recount of the check-ins finds, whatever happened."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from contract.duty_events import CheckInVoided
from server.db import Database
from server.declarations.check_ins import Comer, Coming, keep, vehicle_blind, void_check_in
from server.declarations.kinds import PointKind
from server.declarations.models import CheckIn
from server.declarations.points import PointWish, add_point
from server.declarations.targets import days
from server.declarations.targets.models import PointDay

START = datetime(2026, 11, 23, 1, tzinfo=UTC)
# One step: which point (2 is none), hours from the start, and how many of those before are voided.
STEPS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 2), st.integers(-30, 30)), max_size=4),
        st.integers(0, 3),
    ),
    max_size=6,
)


def coming(point: Any, at: datetime) -> Coming:
    return Coming(
        id=uuid4(), comer=Comer(vehicle="29A-123.45"), source="station", station="ban-1",
        point="P", point_id=point.id if point else None, place="vn-2021:24", at=at,
    )  # fmt: skip


def void(check_in: UUID) -> CheckInVoided:
    return CheckInVoided(
        id=uuid4(), station="ban-1", epoch="0" * 16, seq=9, prev="0" * 64, at=START, trusted=True,
        boot="b", mono=1, check_in=check_in, reason="undo",
    )  # fmt: skip


def wish(name: str) -> PointWish:
    return PointWish(PointKind.MARKET, name, "vn-2021:24.222.07")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_the_roll_up_is_what_a_recount_finds(
    database: Database, make_scene: Any, steps: list[Any]
) -> None:
    with database.write() as session:
        make_scene(session)
        points = [add_point(session, wish(name), by="u", now=START) for name in "AB"]
        made: list[Coming] = []
        for comings, voids in steps:
            batch = [
                coming([*points, None][which], START + timedelta(hours=hours))
                for which, hours in comings
            ]
            keep(session, [*batch, *made[:1]], now=START)  # what came before comes again
            made += batch
            for each in made[:voids]:
                void_check_in(session, void(each.id), now=START)
                void_check_in(session, void(each.id), now=START)
            assert days.differences(session) == set()
        assert days.recount(session) == 0
        session.rollback()


def test_a_day_is_a_day_in_vietnam(scene: Any) -> None:
    point = add_point(scene.session, wish("A"), by="u", now=START)
    late = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
    keep(
        scene.session, [coming(point, late), coming(point, late + timedelta(minutes=1))], now=START
    )
    counted = scene.session.query(PointDay.day, PointDay.check_ins).order_by(PointDay.day).all()
    assert [(f"{day:%d}", count) for day, count in counted] == [("23", 1), ("24", 1)]
    begins, ends = days.bounds(days.day_of(late))
    assert (begins <= late < ends, ends - begins) == (True, timedelta(days=1))


def test_a_recount_mends_what_was_changed_by_hand(scene: Any) -> None:
    point = add_point(scene.session, wish("A"), by="u", now=START)
    keep(scene.session, [coming(point, START)], now=START)
    scene.session.execute(text("UPDATE point_day SET check_ins = 7"))
    assert days.recount(scene.session) == 1
    assert days.differences(scene.session) == set()


def test_a_vehicle_is_found_however_its_plate_is_written(scene: Any) -> None:
    keep(scene.session, [coming(None, START)], now=START)
    found = scene.session.query(CheckIn).filter_by(vehicle_blind=vehicle_blind("29a 12345")).one()
    assert found.vehicle == "29A-123.45"


def test_a_count_below_zero_cannot_be(scene: Any) -> None:
    point = add_point(scene.session, wish("A"), by="u", now=START)
    keep(scene.session, [coming(point, START)], now=START)
    with pytest.raises(IntegrityError):
        days.note(scene.session, [days.Change(point.id, START, declared=False, by=-2)])


def test_check_ins_come_into_the_record_by_one_way_only() -> None:
    sources = (Path(__file__).parents[4] / "server").rglob("*.py")
    makers = [
        str(path)
        for path in sources
        if " CheckIn(" in path.read_text().replace("class CheckIn(", "")
    ]
    assert makers == []
