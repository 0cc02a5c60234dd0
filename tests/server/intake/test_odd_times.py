"""Whatever time a station writes down, it stops nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from contract.boxes import BoxId
from contract.duty_events import TubeArrived
from contract.events import PairingVoided, PoolClosed, ShiftEnded, TubePaired, decode
from contract.tubes import TubeId
from server.db import Database
from server.declarations.late_times import CheckInClock
from server.intake.applier import Applier, apply_pending, apply_some, correct_past
from server.intake.models import StationBoot, WireEvent
from server.intake.opening import IMPOSSIBLE_TIME
from server.intake.writer import Writer
from server.sampling import lots
from server.sampling.models import Pairing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHIFT = {"people": 1, "used": 1, "void": 0}
TUBES = iter(range(1, 900))
BOX = BoxId.mint(12).text
Zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(timezones=Zones) | st.sampled_from(
    [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 2, 1900, 9999)]
    + [datetime.max.replace(tzinfo=timezone(-timedelta(hours=14)))]
    + [datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))]
)


@pytest.fixture
def many_tubes(database: Database, now: datetime) -> None:
    with database.write() as session:
        for series in (26, 90):
            lots.register_lot(
                session, series=series, count=900, place="p", station=None, by="u", now=now
            )


def state_of(database: Database, written: bytes) -> tuple[str, str | None]:
    with database.read() as session:
        row = session.get_one(WireEvent, decode(written).id)
        return row.state, row.problem


def pair(sender: Any, **more: Any) -> bytes:
    written: bytes = sender.pairing(TubeId.mint(26, next(TUBES)), **more)
    return written


def tube_in(written: bytes) -> str:
    event = decode(written)
    assert isinstance(event, TubePaired)
    return event.tube


def one_of_each(sender: Any, at: datetime, *, trusted: bool) -> list[bytes]:
    """Write an event of each kind that has to do with time, the shift last."""
    odd = {"at": at, "trusted": trusted, "mono": 2**53}
    made = pair(sender, **odd)
    tube = tube_in(made)
    void = sender.write(PairingVoided, pairing=decode(made).id, tube=tube, reason="undo", **odd)
    pool = TubeId.mint(90, next(TUBES)).text
    return [
        made, void, pair(sender, **odd), sender.write(PoolClosed, tube=pool, members=0, **odd),
        sender.write(TubeArrived, tube=tube, box=BOX, count=1, **odd),
        sender.write(ShiftEnded, began=at, **SHIFT, **odd),
        sender.write(ShiftEnded, began=at, **SHIFT),
    ]  # fmt: skip


@pytest.mark.engines
def test_no_time_that_the_wire_admits_stops_the_next_station(
    make_sender: Callable[[str], Any], many_tubes: None, database: Database, now: datetime
) -> None:
    odd, other = make_sender("ban-1"), make_sender("ban-2")
    odd.send(pair(odd))  # a person whom everybody knows
    apply_pending(database, now)

    @settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(at=times, trusted=st.booleans())
    @example(at=datetime.min.replace(tzinfo=UTC), trusted=True)
    @example(at=datetime.max.replace(tzinfo=UTC), trusted=True)
    @example(at=datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), trusted=False)
    def told(*, at: datetime, trusted: bool) -> None:
        boot = uuid4().hex
        unset = pair(odd, boot=boot, at=EPOCH, trusted=False)
        strange = [*one_of_each(odd, at, trusted=trusted), unset]
        odd.send(*strange)
        good = pair(other)
        other.send(good)
        apply_pending(database, now)
        assert state_of(database, good) == ("applied", None)
        assert "error" not in {state_of(database, each)[1] for each in strange}

    told()


def test_an_impossible_time_is_told_and_of_a_clock_that_was_never_set_it_says_nothing(
    sender: Any, many_tubes: None, database: Database, now: datetime
) -> None:
    year_one = datetime(1, 1, 1, tzinfo=UTC)
    set_, unset = pair(sender, at=year_one), pair(sender, at=year_one, trusted=False)
    sender.send(set_, unset)
    apply_pending(database, now)
    assert state_of(database, set_) == ("refused", IMPOSSIBLE_TIME)
    assert state_of(database, unset) == ("applied", None), "nobody's pairing is lost for a clock"
    with database.read() as session:
        [pairing] = session.scalars(select(Pairing))
    assert (pairing.trusted, pairing.paired_at) == (False, EPOCH)


def test_what_an_older_version_took_stops_nobody_either(
    sender: Any, many_tubes: None, database: Database, now: datetime
) -> None:
    """A pairing of year 1 among what is there, and a boot that began then."""
    old, waits = pair(sender), pair(sender, boot="b", at=EPOCH, trusted=False)
    sender.send(old, waits)
    apply_pending(database, now)
    year_one = datetime(1, 1, 1, tzinfo=UTC)
    with database.write() as session:
        session.merge(StationBoot(station="ban-1", boot="b", zero_at=year_one, how="upload"))
        session.execute(
            update(Pairing).where(Pairing.id == decode(old).id).values(paired_at=year_one)
        )
    void = sender.write(PairingVoided, pairing=decode(old).id, tube=tube_in(old), reason="undo")
    sender.send(void)
    correct_past(database, now)
    assert apply_some(database, now) == 1
    assert state_of(database, void) == ("applied", None)


def test_times_that_cannot_be_corrected_stop_no_event(
    sender: Any, many_tubes: None, database: Database, now: datetime
) -> None:
    good = pair(sender)
    sender.send(good)
    with database.engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {CheckInClock.__tablename__}"))
    applier = Applier(database, lambda: now, Writer(database))
    applier.start()
    deadline = Event()
    for _ in range(500):
        if state_of(database, good)[0] == "applied" or deadline.wait(0.02):
            break
    applier.stop()
    assert state_of(database, good) == ("applied", None)
