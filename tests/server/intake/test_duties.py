"""What a station at check-in or reception says, and what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from contract import sealing
from contract.boxes import BoxId
from contract.duty_events import (
    BoxClosed,
    BoxOpened,
    CheckedIn,
    CheckInVoided,
    DutyChanged,
    TubeArrived,
)
from contract.events import StationStarted, decode
from contract.lots import IssuedLots
from contract.signing import request_message, sign
from contract.tubes import TubeId
from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database
from server.declarations.check_ins import answers_of
from server.declarations.models import CheckIn
from server.declarations.queries import check_ins_of
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.lab.boxes.queries import open_differences
from server.lab.queries import reception_of
from server.people.models import Person
from server.sampling import lots

CITIZEN = "024191000123||Nguyễn Thị Mẫu|02031991|Nữ|Hồng Thái, Việt Yên|01012022".encode()
BOX, TUBE = BoxId.mint(12).text, TubeId.mint(26, 1)
LOTS = "/api/v1/stations/me/lots"


def came(sender: Any, code: bytes = CITIZEN, **more: Any) -> bytes:
    sealed = sealing.seal(sender.vault.sealing.public_key(), code)
    said = {"person": sealed, "person_kind": "citizen-card", "tag": "0" * 16, "symptoms": "no"}
    written: bytes = sender.write(CheckedIn, **{**said, **more})
    return written


def problems(database: Database) -> list[str | None]:
    with database.read() as session:
        return list(session.scalars(select(WireEvent.problem).order_by(WireEvent.seq)))


def test_a_check_in_stands_in_the_record_of_who_came(
    sender: Any, database: Database, now: datetime
) -> None:
    sender.send(came(sender, symptoms="yes"))
    assert apply_pending(database, now) == 1
    with database.read() as session:
        person = session.scalars(select(Person)).one()
        [made] = check_ins_of(session, person.id)
        assert (made.point, made.station, made.place) == ("ban-1", "ban-1", "vn-2021:24")
        assert answers_of(made).symptoms == "yes"


def test_a_vehicle_is_noted_and_becomes_nobody(
    sender: Any, database: Database, now: datetime
) -> None:
    sender.send(came(sender, b"29A-123.45", person_kind="vehicle-pass", symptoms=""))
    apply_pending(database, now)
    assert problems(database) == [None]
    with database.read() as session:
        made = session.scalars(select(CheckIn)).one()
        assert (made.person_id, made.vehicle) == (None, "29A12345")
        assert session.scalars(select(Person)).all() == []


def test_a_poster_is_no_check_in(sender: Any, database: Database, now: datetime) -> None:
    sender.send(came(sender, b"https://tokhaiyte.vn/?g=abc"))
    apply_pending(database, now)
    assert problems(database) == ["names-no-person"]


def test_an_undone_check_in_stays_and_is_marked_and_only_by_its_own_station(
    make_sender: Any, database: Database, now: datetime
) -> None:
    one, two = make_sender("ban-1"), make_sender("ban-2")
    made = came(one)
    one.send(made)
    void = {"check_in": decode(made).id, "reason": "undo"}
    two.send(two.write(CheckInVoided, **void))
    apply_pending(database, now)
    with database.read() as session:
        assert session.scalars(select(CheckIn)).one().voided_at is None
    one.send(one.write(CheckInVoided, **void))
    apply_pending(database, now)
    with database.read() as session:
        assert session.scalars(select(CheckIn)).one().void_reason == "undo"
    assert sorted(filter(None, problems(database))) == ["not-own-check-in"]


def test_tubes_arrive_once_and_an_unknown_one_holds_up_nobody(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    stranger = TubeId.mint(77, 1)
    sender.send(
        sender.write(BoxOpened, box=BOX, expected=2),
        sender.write(TubeArrived, tube=stranger.text, box=BOX, count=1),
        *[sender.write(TubeArrived, tube=TUBE.text, box=BOX, count=2) for _ in range(2)],
        sender.write(TubeArrived, tube=TUBE.text, box=BoxId.mint(13).text, count=1),
        sender.write(BoxClosed, box=BOX, tubes=2, expected=2, by="label"),
    )
    apply_pending(database, now)
    assert problems(database) == [None, "unknown-tube", None, None, "already-received", None]
    with database.read() as session:
        reception = reception_of(session, TUBE)
        assert reception
        assert (reception.box, reception.by) == (BOX, "station:ban-1")
    with database.write() as session:
        lots.register_lot(session, series=77, count=9, place="p", station=None, by="u", now=now)
    apply_pending(database, now)  # what waited for its lot is tried again
    with database.read() as session:
        assert reception_of(session, stranger)


def test_a_tube_arrived_when_it_was_scanned_however_late_that_is_heard_of(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    arrived = sender.write(TubeArrived, tube=TUBE.text, box=BOX, count=1)
    sender.send(arrived)
    apply_pending(database, now + timedelta(hours=4))
    with database.read() as session:
        reception = reception_of(session, TUBE)
        assert reception
        assert reception.at == decode(arrived).at < now + timedelta(hours=1)


def test_a_box_that_does_not_add_up_stands_on_the_desk_of_boxes(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    good, empty = BoxId.mint(14).text, BoxId.mint(15).text
    sender.send(
        sender.write(TubeArrived, tube=TUBE.text, box=BOX, count=1),
        sender.write(BoxClosed, box=BOX, tubes=1, expected=2, by="label"),
        sender.write(BoxClosed, box=BOX, tubes=1, expected=2, by="label"),  # opened once more
        sender.write(BoxClosed, box=good, tubes=3, expected=3, by="card"),
        sender.write(BoxClosed, box=empty, tubes=0, by="card"),
        sender.write(BoxClosed, box=BOX, tubes=2, expected=2, by="label"),
    )
    apply_pending(database, now)
    assert problems(database) == [None, None, None, None, None, "box-counted"]
    with database.read() as session:
        [(box, [difference])] = open_differences(session)
        assert (box.code, difference.expected, difference.counted) == (BOX, 2, 1)


def lots_told(sender: Any) -> IssuedLots:
    message = request_message(sender.name, "GET", LOTS, b"")
    head = {"X-Ghepmau-Station": sender.name, "X-Ghepmau-Signature": sign(sender.key, message)}
    answer = sender.app.test_client().get(LOTS, headers=head)
    assert answer.status_code == 200
    return IssuedLots.from_json(answer.data)


@pytest.mark.parametrize("by", ["card", "settings"])
def test_a_station_that_receives_is_told_of_every_lot(
    sender: Any, database: Database, with_lots: None, now: datetime, by: str
) -> None:
    assert lots_told(sender).lots == ()
    changed = (
        sender.write(DutyChanged, duty="reception", before="sampling")
        if by == "card"
        else sender.write(StationStarted, duty="reception", set_duty="reception")
    )
    sender.send(
        changed, sender.write(StationStarted), sender.write(DutyChanged, duty="x", before="")
    )
    apply_pending(database, now)
    with database.read() as session:
        assert session.get_one(Station, "ban-1").duty == "reception"
    assert lots_told(sender).holds(TUBE.text)


def test_an_officer_sees_the_check_ins_of_a_person(
    sender: Any, database: Database, now: datetime, sign_in: Any
) -> None:
    sender.send(came(sender))
    apply_pending(database, now)
    with database.read() as session:
        person = session.scalars(select(Person.id)).one()
    page = sign_in(Role.HEALTH_OFFICER).get(f"/people/{person}").text
    assert "Các lần ghi ở điểm" in page
    assert "ban-1" in page


def test_what_was_declared_is_not_readable_in_the_database(
    sender: Any, database: Database, now: datetime
) -> None:
    sender.send(came(sender, symptoms="yes"))
    apply_pending(database, now)
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT answers FROM check_in").one()
    assert b"symptoms" not in bytes(row[0])
    assert msgspec.json.encode("yes") not in bytes(row[0])
