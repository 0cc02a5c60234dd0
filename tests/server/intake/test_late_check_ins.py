"""Check-ins under a clock that stood at 1970: their time, their point and the counts of days."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from contract import sealing
from contract.duty_events import CheckedIn, CheckInVoided
from contract.events import decode, encode_batch
from contract.sticks import pack
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations.clock_models import CheckInClock
from server.declarations.models import CheckIn, Point, PointStation
from server.declarations.targets import days
from server.declarations.targets.models import PointDay
from server.declarations.traces import presence
from server.intake import sticks
from server.intake.applier import apply_pending
from server.intake.writer import Writer
from server.officers.person_facts import person_story

CITIZEN = "024191000123||Nguyễn Thị Mẫu|02031991|Nữ|Hồng Thái, Việt Yên|01012022".encode()
OLD = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
POINT = "CH2345AB"
Morning = Callable[..., bytes]


def seconds(after: float) -> int:
    return int(after * 10**9)


@pytest.fixture
def morning(sender: Any, database: Database, now: datetime) -> Morning:
    """Write a check-in *after* seconds of the boot at a market, by a clock that was never set."""
    with database.write() as session:
        session.add(
            Point(id=POINT, kind="market", name="Chợ Đình", place="vn-2021:24.222.07", address="",
                  head="", phone="", plate="", route="", opens="", closes="",
                  active_from=date(2026, 1, 1), created_at=now, created_by="u")
        )  # fmt: skip
        session.flush()
        session.add(PointStation(id=uuid4(), station="ban-1", point_id=POINT,
                                 since=now - timedelta(days=3)))  # fmt: skip

    def write(after: float, boot: str = "boot-1", code: bytes = CITIZEN) -> bytes:
        sealed = sealing.seal(sender.vault.sealing.public_key(), code)
        written: bytes = sender.write(
            CheckedIn, person=sealed, person_kind="citizen-card", tag="0" * 16, symptoms="no",
            at=OLD + timedelta(seconds=after), trusted=False, boot=boot, mono=seconds(after),
        )  # fmt: skip
        return written

    return write


def check_ins(database: Database) -> list[CheckIn]:
    with database.read() as session:
        return list(session.scalars(select(CheckIn).order_by(CheckIn.at)))


def tell(sender: Any, database: Database, now: datetime, *, boot: str = "boot-1") -> datetime:
    """Let a trusted event of that boot come two hours after its start; return when it began."""
    sender.send(sender.write(at=now, trusted=True, boot=boot, mono=seconds(7200)))
    apply_pending(database, now)
    return now - timedelta(hours=2)


def counted(database: Database) -> dict[date, int]:
    with database.read() as session:
        assert days.differences(session) <= {(POINT, date(1970, 1, 1))}
        return {row.day: row.check_ins for row in session.scalars(select(PointDay))}


@pytest.mark.engines
def test_a_check_in_gets_its_time_and_its_point_once_the_clock_is_known(
    sender: Any, morning: Morning, database: Database, now: datetime
) -> None:
    sender.send(morning(60), morning(90, boot="boot-0"))
    apply_pending(database, now)
    assert [(each.at.year, each.point, each.trusted) for each in check_ins(database)] == [
        (1970, "ban-1", False), (1970, "ban-1", False),
    ]  # fmt: skip
    began = tell(sender, database, now)
    other, made = check_ins(database)
    assert (made.at, made.trusted) == (began + timedelta(seconds=60), True)
    assert (made.point, made.point_id) == ("Chợ Đình", POINT)
    assert (other.at.year, other.trusted) == (1970, False)  # of a boot nobody heard of
    assert counted(database) == {days.day_of(made.at): 1}
    with database.read() as session:
        clock = session.get_one(CheckInClock, made.id)
        assert (clock.claimed_at, clock.settled_at) == (OLD + timedelta(seconds=60), now)
        trail = select(AuditEntry.action).where(AuditEntry.subject == str(made.id))
        assert list(session.scalars(trail)) == ["check-in.recorded", "check-in.time-corrected"]


def test_a_trace_and_the_story_read_the_right_time(
    sender: Any, morning: Morning, database: Database, now: datetime
) -> None:
    sender.send(morning(60))
    apply_pending(database, now)
    began = tell(sender, database, now)
    [made] = check_ins(database)
    assert made.person_id is not None
    with database.read() as session:
        spans = {POINT: [(began, now)]}
        found = presence.at_spots(session, spans)
        assert found == [(made.at, presence.person_key(made.person_id), POINT)]
        said = [each.vi for each in person_story(session, made.person_id) if "Chợ" in each.vi]
        assert said == ["Ghi ở điểm Chợ Đình; giờ tính lại, trạm ghi 07:06 01/01/1970"]


def test_a_voided_one_is_moved_without_being_counted(
    sender: Any, morning: Morning, database: Database, now: datetime
) -> None:
    first = morning(60)
    voided = sender.write(CheckInVoided, check_in=decode(first).id, reason="wrong-person")
    sender.send(first, voided)
    apply_pending(database, now)
    began = tell(sender, database, now)
    [made] = check_ins(database)
    assert (made.at, made.voided_at) == (began + timedelta(seconds=60), now)
    assert set(counted(database).values()) <= {0}


def test_a_sticks_time_gives_way_to_an_exact_one_and_to_no_other_sticks(
    sender: Any, morning: Morning, database: Database, now: datetime
) -> None:
    sender.send(morning(60))
    apply_pending(database, now)
    for later in (3, 5):
        body = encode_batch(sender.name, [morning(300)], boot="boot-1", mono=seconds(3600))
        brought = now + timedelta(hours=later)
        data = pack(sender.name, sender.key, [body])
        sticks.take(database, Writer(database).store, data, by="user:quan", now=brought)
        apply_pending(database, brought)
    about = now + timedelta(hours=2)
    first, *_ = check_ins(database)
    assert (first.at, first.trusted) == (about + timedelta(seconds=60), False)
    began = tell(sender, database, now + timedelta(hours=1))
    made = check_ins(database)
    assert [each.at - began for each in made] == [
        timedelta(seconds=each) for each in (60, 300, 300)
    ]
    assert all(each.trusted for each in made)
    with database.read() as session:
        clocks = session.scalars(select(CheckInClock)).all()
        assert all(each.settled_at for each in clocks)
        assert {each.claimed_at.year for each in clocks if each.claimed_at} == {1970}
    assert sum(counted(database).values()) == 3


def test_a_clock_that_says_what_cannot_be_is_asked_about_no_more(
    sender: Any, morning: Morning, database: Database, now: datetime
) -> None:
    sender.send(morning(10**6))  # eleven days into a boot that began two hours ago
    apply_pending(database, now)
    tell(sender, database, now)
    [made] = check_ins(database)
    assert (made.at.year, made.trusted) == (1970, False)
    with database.read() as session:
        assert session.get_one(CheckInClock, made.id).settled_at == now
