"""Scans of a tube that were refused, and the arrival that stood in their way is taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract.boxes import BoxId
from contract.duty_events import TubeArrived
from contract.tubes import TubeId
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE
from server.db import Database
from server.intake.applier import apply_again, apply_pending
from server.intake.models import WireEvent
from server.intake.old_scans import TAKEN_BACK, scans_of
from server.lab import arrivals
from server.lab import services as lab
from server.lab.move_models import ArrivalWithdrawal
from server.lab.queries import reception_of
from server.lab.receptions import standing_steps
from server.sampling import lot_parts
from server.sampling.lot_tiles import Run
from server.sampling.queries import lot_of

TUBE, FIRST, SECOND = TubeId.mint(26, 1), BoxId.mint(12).text, BoxId.mint(13).text
HOUR, SECOND_LATER = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def twice(sender: Any, database: Database, with_lots: None, now: datetime) -> Any:
    """A station scanned one tube into two boxes, by mistake: the second is refused."""
    sender.send(
        *(sender.write(TubeArrived, tube=TUBE.text, box=b, count=1) for b in (FIRST, SECOND))
    )
    apply_pending(database, now)
    assert problems(database) == [None, "already-received"]
    return sender


def problems(database: Database) -> list[str | None]:
    with database.read() as session:
        return list(session.scalars(select(WireEvent.problem).order_by(WireEvent.seq)))


def click_again(database: Database, now: datetime) -> None:
    with database.write() as session:
        apply_again(session, by="user:quan", now=now)


def try_again(database: Database, now: datetime) -> None:
    click_again(database, now)
    apply_pending(database, now)


def take_back(database: Database, at: datetime) -> None:
    with database.write() as session:
        arrivals.withdraw(session, TUBE, ANYWHERE, reason="chưa từng ở đây", by="user:lan", now=at)


def box_of(database: Database) -> str | None:
    with database.read() as session:
        known = reception_of(session, TUBE)
        return known.box if known else None


@pytest.mark.engines
@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=365)], ids=["right", "ahead"])
def test_what_was_scanned_before_an_arrival_was_taken_back_notes_none_when_tried_again(
    twice: Any, database: Database, now: datetime, ahead: timedelta
) -> None:
    take_back(database, now + HOUR + ahead)
    for _ in range(2):
        try_again(database, now + 2 * HOUR)
        assert (box_of(database), problems(database)) == (None, [None, TAKEN_BACK])


@pytest.mark.engines
@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=365)], ids=["right", "ahead"])
def test_a_scan_of_after_that_notes_the_arrival_whatever_was_tried_again(
    twice: Any, database: Database, clock: Any, now: datetime, ahead: timedelta
) -> None:
    take_back(database, now + HOUR + ahead)
    try_again(database, now + 2 * HOUR)
    at = clock.at = now + 3 * HOUR
    twice.send(twice.write(TubeArrived, tube=TUBE.text, box=SECOND, count=1, at=at))
    apply_pending(database, at)
    assert box_of(database) == SECOND


@pytest.mark.engines
@pytest.mark.parametrize(
    ("scanned", "withdrawn"),
    [(HOUR, timedelta(minutes=10)), (timedelta(minutes=3), timedelta(minutes=1)),
     (timedelta(minutes=1), timedelta(minutes=-20))],
    ids=["scanned by a clock ahead", "two servers differ", "withdrawn by a clock that was behind"],
)  # fmt: skip
def test_what_was_there_then_notes_none_whatever_the_clocks_say(
    sender: Any, database: Database, with_lots: None, clock: Any, now: datetime,
    scanned: timedelta, withdrawn: timedelta,
) -> None:  # fmt: skip
    at = clock.at = now + scanned
    sender.send(
        *(sender.write(TubeArrived, tube=TUBE.text, box=b, count=1) for b in (FIRST, SECOND))
    )
    apply_pending(database, at)
    take_back(database, now + withdrawn)
    for _ in range(2):
        try_again(database, now + 2 * HOUR)
        assert (box_of(database), problems(database)) == (None, [None, TAKEN_BACK])
    at = clock.at = now + 3 * HOUR
    sender.send(sender.write(TubeArrived, tube=TUBE.text, box=SECOND, count=2, at=at))
    apply_pending(database, at)
    assert box_of(database) == SECOND


@pytest.mark.engines
def test_what_is_taken_back_between_the_click_and_its_effect_is_not_noted_by_it(
    twice: Any, database: Database, now: datetime
) -> None:
    click_again(database, now + HOUR)
    take_back(database, now + HOUR + SECOND_LATER)
    apply_pending(database, now + HOUR + 2 * SECOND_LATER)
    assert (box_of(database), problems(database)) == (None, [None, TAKEN_BACK])


@pytest.mark.engines
def test_a_scan_that_waited_while_an_arrival_was_taken_back_notes_none_once_it_may(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    with database.write() as session:
        lot = lot_of(session, TUBE)
        assert lot
        run = Run(TUBE.serial, TUBE.serial)
        void = lot_parts.void_tubes(session, lot.id, run, reason="x", by="u", now=now)
    sender.send(sender.write(TubeArrived, tube=TUBE.text, box=SECOND, count=1))
    apply_pending(database, now)
    with database.write() as session:
        lot_parts.lift_void(session, void.id, by="u", now=now)
        lab.receive_tube(session, TUBE, box=FIRST, by="user:lan", now=now)
    take_back(database, now + HOUR)
    with database.read() as session:
        assert [each.box for each in scans_of(session, TUBE)] == [SECOND], "it is told of"
    assert problems(database) == ["tube-void"]
    for _ in range(2):
        apply_pending(database, now + 2 * HOUR)
        assert (box_of(database), problems(database)) == (None, [TAKEN_BACK])


@pytest.mark.engines
def test_a_scan_of_before_tells_nothing_of_the_tube_that_came_since(
    twice: Any, database: Database, now: datetime
) -> None:
    """Whoever was given that tube in the meantime is not late by another's mistake."""
    click_again(database, now + HOUR)
    take_back(database, now + HOUR + SECOND_LATER)
    with database.write() as session:
        came = now + 2 * HOUR
        lab.receive_tube(session, TUBE, box=FIRST, by="user:lan", now=came)
    apply_pending(database, now + 3 * HOUR)
    with database.read() as session:
        assert [step.at for step in standing_steps(session, TUBE)] == [came]
    assert problems(database) == [None, TAKEN_BACK]


def test_what_another_laboratory_took_back_keeps_no_scan_from_being_tried_again(
    twice: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        known = reception_of(session, TUBE)
        assert known
        session.add(
            ArrivalWithdrawal(id=known.id, tube=TUBE, lab="vn-2021:79", box="x", at=now,
                              received_by="user:x", moved=True, over="", withdrawn_at=now + HOUR,
                              withdrawn_by="user:x", reason="x")
        )  # fmt: skip
    try_again(database, now + 2 * HOUR)
    assert problems(database) == [None, "already-received"]


def test_who_takes_an_arrival_back_is_told_of_the_scans_that_it_stood_in_the_way_of(
    sender: Any, database: Database, with_lots: None, now: datetime, sign_in: Any
) -> None:
    with database.write() as session:
        lab.receive_tube(session, TUBE, box=FIRST, by="user:lan", now=now)  # another was meant
    sender.send(sender.write(TubeArrived, tube=TUBE.text, box=SECOND, count=1))
    apply_pending(database, now + HOUR)
    client = sign_in(Role.LAB_TECHNICIAN)
    fields = {"tube": TUBE.text, "reason": "nhầm ống", "box": FIRST}
    told = client.post("/reception/withdraw", data=fields, follow_redirects=True).text
    assert f"ban-1 ({SECOND})" in told
    again = {"tube": TUBE.text, "box": SECOND}
    assert client.post("/reception", data=again, follow_redirects=True).status_code == 200
    told = client.post("/reception/withdraw", data=fields | {"box": SECOND}, follow_redirects=True)
    assert f"ban-1 ({SECOND})" in told.text  # of that one as well: nobody noted it anew
