"""What the events of check-in and reception do, in the caller's transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from contract.duty_events import BoxClosed, CheckedIn, CheckInVoided, DutyChanged, TubeArrived
from contract.events import StationStarted
from contract.identities import PersonCode
from contract.tubes import tube
from server.accounts.duties import note_duty
from server.accounts.models import Station
from server.declarations import check_ins
from server.declarations.check_ins import Comer
from server.lab import services as lab
from server.lab.boxes import services as boxes
from server.lab.boxes.custody import State
from server.lab.boxes.queries import custody_of
from server.people import services as people


def check_in(session: Session, event: CheckedIn, code: PersonCode, now: datetime) -> None:
    """Record who came.  A vehicle is no person: its pass is kept, for whoever must find it."""
    station = session.get_one(Station, event.station)
    if code.names_person:
        place = event.place or station.place
        by, evidence = f"station:{event.station}", f"event:{event.id}"
        person = people.person_of(session, code, by=by, now=now, evidence=evidence, place=place)
        session.flush()
        comer = Comer(person_id=person.id)
    else:
        comer = Comer(vehicle=code.primary.value)
    check_ins.record_check_in(
        session, event, comer, point=station.label, place=station.place, now=now
    )


def void_check_in(session: Session, event: CheckInVoided, now: datetime) -> None:
    check_ins.void_check_in(session, event, now=now)


def arrive(session: Session, event: TubeArrived, now: datetime) -> None:
    by = f"station:{event.station}"
    lab.receive_tube(session, tube(event.tube), box=event.box, by=by, now=now)


def close_box(session: Session, event: BoxClosed, now: datetime) -> None:
    """Note the bench's count.  What the label says is the packers', where nobody noted theirs.

    A difference stands on the desk of boxes.  A box opened by mistake, and empty, is no box.
    """
    custody, by = custody_of(session, event.box), f"station:{event.station}"
    if event.expected is None and not event.tubes:
        return
    if custody.counted and custody.counted.count == event.tubes:
        return
    if event.expected is not None and custody.state is State.OPEN:
        count, team = event.expected, event.station
        boxes.pack(session, event.box, team=team, count=count, by=by, now=now)
    boxes.count(session, event.box, counted=event.tubes, by=by, now=now)


def begin(session: Session, event: StationStarted, now: datetime) -> None:
    note_duty(session, event.station, event.duty, now=now)


def change_duty(session: Session, event: DutyChanged, now: datetime) -> None:
    note_duty(session, event.station, event.duty, now=now)
