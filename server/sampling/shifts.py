"""What stations say of their own work is kept: shifts that ended, slips suspected, who worked."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contract.events import OperatorChanged, ShiftBegan, ShiftEnded, SlipSuspected
from server.accounts.actors import of_stations
from server.accounts.within import ANYWHERE, Within
from server.people.models import Person
from server.sampling import slips
from server.sampling.shift_models import ShiftRefusal, SlipSuspicion, StationOperator, StationShift

SHOWN = 200


def record_shift(session: Session, event: ShiftEnded, *, now: datetime) -> StationShift:
    """Keep what a shift came to; once, however often it comes."""
    if known := session.get(StationShift, event.id):
        return known
    shift = StationShift(
        event_id=event.id, station=event.station, operator=event.operator, began=event.began,
        ended=event.at, trusted=event.trusted, people=event.people, used=event.used,
        void=event.void, issued=event.issued, returned=event.returned, scan_ms=event.scan_ms,
        pace_ms=event.pace_ms, rereads=event.rereads, manual=event.manual, slips=event.slips,
        received_at=now,
        refusals=[ShiftRefusal(reason=why, count=count) for why, count in event.refusals.items()],
    )  # fmt: skip
    session.add(shift)
    session.flush()
    return shift


def record_suspicion(session: Session, event: SlipSuspected, *, now: datetime) -> SlipSuspicion:
    """Keep that a station suspects a slip; its pairs are held until a person looked."""
    if known := session.get(SlipSuspicion, event.id):
        return known
    suspicion = SlipSuspicion(
        event_id=event.id, station=event.station, operator=event.operator, reason=event.reason,
        tubes=" ".join(event.tubes), at=event.at, trusted=event.trusted, received_at=now,
    )  # fmt: skip
    session.add(suspicion)
    session.flush()
    slips.flag_suspected(session, suspicion, now=now)
    return suspicion


def note_operator(
    session: Session, event: ShiftBegan | OperatorChanged, person: Person | None
) -> None:
    """Keep whose card a station's tag of an operator stands for."""
    if person is None or not event.operator:
        return
    known = session.get(StationOperator, (event.station, event.operator))
    if known is None:
        known = StationOperator(station=event.station, tag=event.operator)
        session.add(known)
    known.person_id, known.seen_at = person.id, event.at
    session.flush()


def operators(session: Session, tags: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the names of operators, by station and tag, as far as their cards are known."""
    stations = {station for station, _ in tags}
    if not stations:
        return {}
    asked = select(StationOperator.station, StationOperator.tag, Person.name).join(
        Person, Person.id == StationOperator.person_id
    )
    found = session.execute(asked.where(StationOperator.station.in_(stations)))
    return {(station, tag): name for station, tag, name in found if name}


def shifts_between(
    session: Session, begins: datetime, ends: datetime, station: str = "",
    within: Within = ANYWHERE,
) -> list[StationShift]:  # fmt: skip
    """Return the shifts that ended then, newest first."""
    asked = select(StationShift).where(StationShift.ended >= begins, StationShift.ended < ends)
    asked = asked.where(of_stations(within, StationShift.station))
    if station:
        asked = asked.where(StationShift.station == station)
    newest = asked.order_by(StationShift.ended.desc(), StationShift.event_id).limit(SHOWN)
    return list(session.scalars(newest.options(selectinload(StationShift.refusals))))


class Sum(NamedTuple):
    """What several shifts came to together."""

    shifts: int
    people: int
    used: int
    void: int
    rereads: int
    manual: int
    missing: int  # tubes that nobody can account for, the signs left out
    seconds: float  # of work for one person


def sums(shifts: Collection[StationShift]) -> Sum:
    worked = sum((max(timedelta(), each.ended - each.began) for each in shifts), timedelta())
    people = sum(each.people for each in shifts)
    return Sum(
        shifts=len(shifts),
        people=people,
        used=sum(each.used for each in shifts),
        void=sum(each.void for each in shifts),
        rereads=sum(each.rereads for each in shifts),
        manual=sum(each.manual for each in shifts),
        missing=sum(abs(each.missing or 0) for each in shifts),
        seconds=worked.total_seconds() / people if people else 0.0,
    )


def by_operator(shifts: Collection[StationShift]) -> Mapping[tuple[str, str], Sum]:
    """Return what each operator's shifts came to, by station and tag."""
    groups: dict[tuple[str, str], list[StationShift]] = {}
    for each in shifts:
        groups.setdefault((each.station, each.operator), []).append(each)
    return {key: sums(own) for key, own in sorted(groups.items())}


def open_suspicions(session: Session, within: Within = ANYWHERE) -> list[SlipSuspicion]:
    """Return what stations suspected and nobody has looked at, oldest first."""
    seen = of_stations(within, SlipSuspicion.station)
    asked = select(SlipSuspicion).where(SlipSuspicion.decided_at.is_(None), seen)
    return list(session.scalars(asked.order_by(SlipSuspicion.at).limit(SHOWN)))
