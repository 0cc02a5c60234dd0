"""A check-in, and a record that begins with it, is of the point's place, not of its station's."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from contract import sealing
from contract.duty_events import CheckedIn
from server.db import Database
from server.declarations.models import CheckIn, Point, PointStation
from server.intake.applier import apply_pending
from server.migrations import versions
from server.people.models import Person

CITIZEN = "024191000123||Nguyễn Thị Mẫu|02031991|Nữ|Hồng Thái, Việt Yên|01012022".encode()
MARKET, STATION = "vn-2021:27.256.09", "vn-2021:24"
Come = Callable[..., bytes]


@pytest.fixture
def come(sender: Any, database: Database, now: datetime) -> Come:
    """Write a check-in of a station that has stood at a market of another province for a day."""
    with database.write() as session:
        session.add(
            Point(id="CH2345AB", kind="market", name="Chợ Xa", place=MARKET, address="", head="",
                  phone="", plate="", route="", opens="", closes="", created_at=now,
                  active_from=date(2026, 1, 1), created_by="u")
        )  # fmt: skip
        session.flush()
        session.add(PointStation(id=uuid4(), station="ban-1", point_id="CH2345AB",
                                 since=now - timedelta(days=1)))  # fmt: skip

    def written(**more: Any) -> bytes:
        sealed = sealing.seal(sender.vault.sealing.public_key(), CITIZEN)
        event: bytes = sender.write(
            CheckedIn, person=sealed, person_kind="citizen-card", tag="0" * 16, symptoms="no",
            place=STATION, **more,
        )  # fmt: skip
        return event

    return written


def places(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(CheckIn.place).order_by(CheckIn.at)))


def test_a_check_in_is_of_the_point_where_its_station_stood(
    sender: Any, come: Come, database: Database, now: datetime
) -> None:
    sender.send(come(), come(at=now - timedelta(days=3)))
    apply_pending(database, now)
    assert places(database) == [STATION, MARKET]
    with database.read() as session:
        assert set(session.scalars(select(Person.place))) == {MARKET}


def test_a_check_in_whose_time_was_worked_out_moves_with_its_point(
    sender: Any, come: Come, database: Database, now: datetime
) -> None:
    old = {"at": datetime(1970, 1, 1, tzinfo=UTC), "trusted": False, "boot": "b", "mono": 10**9}
    sender.send(come(**old))
    apply_pending(database, now)
    assert places(database) == [STATION]
    sender.send(sender.write(at=now, trusted=True, boot="b", mono=7200 * 10**9))
    apply_pending(database, now)
    assert places(database) == [MARKET]


@pytest.mark.engines
def test_check_ins_kept_by_an_older_release_go_to_their_points(
    sender: Any, come: Come, database: Database, now: datetime
) -> None:
    sender.send(come(), come(at=now - timedelta(days=3)))
    apply_pending(database, now)
    (step,) = Path(versions.__path__[0]).glob("*_check_in_places.py")
    with database.write() as session:
        session.execute(update(CheckIn).values(place=STATION))
        session.execute(import_module(f"{versions.__name__}.{step.stem}").AT_POINTS)
    assert places(database) == [STATION, MARKET]
