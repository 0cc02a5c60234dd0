"""Check-in points: what one must have, when it is open, and which stations stand there."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.declarations.kinds import PointKind
from server.declarations.point_queries import Wish, find
from server.declarations.points import (
    PointClosed,
    PointWish,
    add_point,
    check_open,
    close_point,
    get_point,
    place_station,
    point_of_station,
)
from server.errors import BadInput, NotFound

BY = "user:quan"
MARKET = PointWish(PointKind.MARKET, "Chợ Mẫu", "vn-2021:24.222.07")


def test_a_point_is_found_by_its_code(session: Session, now: datetime) -> None:
    made = add_point(session, MARKET, by=BY, now=now)
    assert get_point(session, made.id.lower()) is made
    with pytest.raises(NotFound):
        get_point(session, "K7M3Q9XX")


@pytest.mark.parametrize(
    "wish",
    [
        PointWish(PointKind.MARKET, "Chợ", "24.222"),
        PointWish(PointKind.BUS, "Xe 01", "vn-2021:24"),
        PointWish(PointKind.MARKET, "Chợ", "vn-2021:24", opens="6h"),
        PointWish(
            PointKind.MARKET, "Chợ", "vn-2021:24", active_from=date(2026, 11, 2),
            active_until=date(2026, 11, 1),
        ),
    ],
)  # fmt: skip
def test_what_no_point_can_be_is_refused(session: Session, now: datetime, wish: Any) -> None:
    with pytest.raises(BadInput):
        add_point(session, wish, by=BY, now=now)


@pytest.mark.engines
def test_points_are_listed_by_the_vietnamese_alphabet(session: Session, now: datetime) -> None:
    listed = ["Bàn 2", "Bàn 10", "Bến xe", "Chợ Dĩnh Kế", "Chợ Đông", "Chợ Ế", "Ô Chợ Dừa"]
    for name in Random(5).sample(listed, len(listed)):
        add_point(session, replace(MARKET, name=name), by=BY, now=now)
    found = find(session, Wish()).points
    assert [point.name for point in found] == listed
    found[0].name = "Ý Yên"
    session.flush()
    assert find(session, Wish()).points[-1] is found[0]


def test_a_closed_point_takes_nobody_from_tomorrow_on(session: Session, now: datetime) -> None:
    made = add_point(session, MARKET, by=BY, now=now)
    close_point(session, made.id, by=BY, now=now)
    check_open(made, now)
    with pytest.raises(PointClosed):
        check_open(made, now + timedelta(days=1))


def test_a_station_that_moves_was_where_it_was(scene: Any, now: datetime) -> None:
    market = add_point(scene.session, MARKET, by=BY, now=now)
    factory = add_point(
        scene.session, PointWish(PointKind.FACTORY, "Nhà máy A", "vn-2021:24.222"), by=BY, now=now
    )
    place_station(scene.session, "ban-1", market.id, by=BY, now=now)
    later = now + timedelta(days=1)
    place_station(scene.session, "ban-1", factory.id, by=BY, now=later)
    place_station(scene.session, "ban-1", factory.id, by=BY, now=later)
    stood = [point_of_station(scene.session, "ban-1", at) for at in (now, later)]
    assert stood == [market, factory]
    assert point_of_station(scene.session, "ban-1", now - timedelta(hours=1)) is None
    assert point_of_station(scene.session, "ban-2", now) is None
