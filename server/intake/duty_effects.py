"""What the events of check-in and reception do, in the caller's transaction."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contract.duty_events import BoxClosed, CheckedIn, CheckInVoided, DutyChanged, TubeArrived
from contract.events import StationStarted
from contract.identities import PersonCode
from contract.tubes import tube
from server.accounts.duties import note_duty
from server.accounts.models import Station
from server.declarations import check_ins
from server.declarations.check_ins import AtStation, Comer
from server.declarations.stands import Stands
from server.intake import old_scans
from server.intake.models import WireEvent, not_applied
from server.intake.opening import open_event
from server.lab import services as lab
from server.lab.boxes import services as boxes
from server.lab.boxes.custody import State
from server.lab.boxes.queries import custody_of
from server.people.late import Sample
from server.people.newcomers import Shown, bearers_of

Came = tuple[CheckedIn, PersonCode, datetime | None]  # who came, their code, what the clock said


def check_in(session: Session, given: Sequence[Came], now: datetime) -> None:
    """Record who came.  A vehicle is no person: its pass is kept, for whoever must find it."""
    asked = select(Station).where(Station.id.in_({event.station for event, _, _ in given}))
    stations = {each.id: each for each in session.scalars(asked)}
    stood = Stands.of(session, stations)
    people = [_shown(event, code, stations, stood) for event, code, _ in given if code.names_person]
    bearers = iter(bearers_of(session, people, now=now))
    made = []
    for event, code, claimed_at in given:
        station = stations[event.station]
        known = code.names_person
        comer = Comer(person_id=next(bearers)) if known else Comer(vehicle=code.primary.value)
        made.append(AtStation(event, comer, station.label, station.place, claimed_at))
    silent = check_ins.record_check_ins(session, made, now=now)
    if silent:  # their events say of symptoms what is not kept
        told = update(WireEvent).where(WireEvent.event_id.in_(silent))
        session.execute(told.values(payload=b""))
    _let_undo(session, {event.id for event, _, _ in given}, stations)


def _let_undo(session: Session, made: Container[UUID], stations: Iterable[str]) -> None:
    """Let what undoes these check-ins be tried again, where it came before them: by a stick's
    second file, or past a gap."""
    early = select(WireEvent).where(
        not_applied(), WireEvent.state == "refused", WireEvent.station.in_(stations),
        WireEvent.problem == check_ins.CheckInUnknown.code,
    )  # fmt: skip
    for each in session.scalars(early):
        undoing = open_event(each.event_id, each.payload).event
        if isinstance(undoing, CheckInVoided) and undoing.check_in in made:
            each.state, each.problem = "pending", None


def _shown(
    event: CheckedIn, code: PersonCode, stations: Mapping[str, Station], stood: Stands
) -> Shown:
    """A record that begins with a check-in begins where that was: at the point.

    One that comes late is of whom its number led to when it was made, if its time is sure.  A
    station at a point sees nobody's papers: a card made by phone stays claimed.
    """
    own = event.place or stations[event.station].place
    place = stood.place_of(event.station, event.at, own)
    when = Sample(event.id, event.at, event.trusted, code, asked=False) if event.trusted else None
    by, evidence = f"station:{event.station}", f"event:{event.id}"
    return Shown(code, by, evidence, place, when, at_table=False)


def void_check_in(session: Session, event: CheckInVoided, now: datetime) -> None:
    check_ins.void_check_in(session, event, now=now)


def arrive(session: Session, event: TubeArrived, now: datetime) -> None:
    by, given = f"station:{event.station}", tube(event.tube)
    arrived = event.at if event.trusted else None
    old_scans.check(session, event, given, now)
    lab.receive_tube(session, given, box=event.box, by=by, now=now, arrived=arrived, moved=True)


def hear_of_arrival(session: Session, event: TubeArrived, now: datetime) -> None:
    """Keep when a tube arrived that is in another box by now, or rejected: see `lab.receptions`.

    A scan of before an arrival was taken back may be of the same mistake: it tells nothing.
    """
    given, by = tube(event.tube), f"station:{event.station}"
    if event.trusted and not old_scans.of_before(session, event, given, now):
        lab.hear_of_arrival(session, given, event.at, box=event.box, by=by, now=now)


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
