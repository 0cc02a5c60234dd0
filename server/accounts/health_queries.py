"""Which stations are silent or sick, and what one station said.  Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract.health import Heartbeat, NoHeartbeat, decode
from server.accounts.health_models import StationHealth, StationHour
from server.accounts.models import Station
from server.accounts.sickness import OFF, SILENT, State, state_of
from server.accounts.within import ANYWHERE, Within

_WORST = (State.SICK, State.SILENT, State.UNHEARD, State.WELL, State.OFF)


@dataclass(frozen=True, slots=True)
class Listed:
    """What lists say of a station: there are thousands, so nothing more of each is loaded."""

    id: str
    label: str
    place: str
    duty: str
    state: str
    enrolled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Patient:
    """One station and how it stands: `problems` are codes, `since` when it fell sick or silent."""

    station: Station | Listed
    state: State
    heard_at: datetime | None = None
    problems: tuple[str, ...] = ()
    since: datetime | None = None


def ward(session: Session, now: datetime, within: Within = ANYWHERE) -> list[Patient]:
    """Return every station, the sick and silent first, revoked ones last."""
    here, health = Station, StationHealth
    asked = (
        select(here.id, here.label, here.place, here.duty, here.state, here.enrolled_at,
               health.heard_at, health.problems, health.sick_since)
        .outerjoin(health, health.station == here.id)
        .where(within.rows(here.place))
    )  # fmt: skip
    rows = session.execute(asked).all()
    return sorted((_patient(Listed(*row[:6]), *row[6:], now) for row in rows), key=_place)


def unwell(
    session: Session, now: datetime, within: Within = ANYWHERE
) -> tuple[int, datetime | None]:
    """Return how many stations need somebody, and since when the longest."""
    silent = StationHealth.heard_at < now - SILENT
    since = func.min(func.coalesce(StationHealth.sick_since, StationHealth.heard_at))
    asked = (
        select(func.count(), since)
        .join(Station, Station.id == StationHealth.station)
        .where(
            Station.state == "enrolled",
            within.rows(Station.place),
            StationHealth.heard_at >= now - OFF,
            or_(silent, StationHealth.problems != ""),
        )
    )
    count, oldest = session.execute(asked).one()
    return count, oldest


def report_of(session: Session, station: str) -> Heartbeat | None:
    """Return what *station* said last; None where it never did, or in words of another version."""
    row = session.get(StationHealth, station)
    try:
        return decode(row.report) if row else None
    except NoHeartbeat:
        return None


def heard_at(session: Session, station: str) -> datetime | None:
    """Return when *station* last said how it was."""
    return session.scalar(select(StationHealth.heard_at).where(StationHealth.station == station))


def patient(session: Session, station: Station, now: datetime) -> Patient:
    said = session.get(StationHealth, station.id)
    if said is None:
        return _patient(station, None, None, None, now)
    return _patient(station, said.heard_at, said.problems, said.sick_since, now)


def hours_of(session: Session, station: str, most: int = 72) -> list[StationHour]:
    """Return what was heard of *station*, hour by hour, the newest first."""
    asked = select(StationHour).where(StationHour.station == station)
    return list(session.scalars(asked.order_by(StationHour.hour.desc()).limit(most)))


def _patient(
    station: Station | Listed, heard_at: datetime | None, problems: str | None,
    sick_since: datetime | None, now: datetime,
) -> Patient:  # fmt: skip
    state = state_of(heard_at, problems or "", now)
    since = heard_at if state in (State.SILENT, State.OFF) else sick_since
    return Patient(station, state, heard_at, tuple((problems or "").split()), since)


def _place(patient: Patient) -> tuple[bool, int, str]:
    return (
        patient.station.state == "revoked",
        _WORST.index(patient.state),
        patient.station.id,
    )
