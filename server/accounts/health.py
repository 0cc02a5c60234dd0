"""Keeps what stations say of themselves.  Many heartbeats make one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contract.health import Heartbeat, encode
from server.accounts.health_models import StationHealth, StationHour
from server.accounts.sickness import problems_of

KEPT = timedelta(days=3)  # of hours
_LONGEST = 200
_MANY = 500


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat, and when it came; `count` heartbeats of that hour stand behind it."""

    said: Heartbeat
    heard_at: datetime
    count: int = 1


def keep(session: Session, beats: Sequence[Beat]) -> None:
    """Keep the newest word of each station.  An older one that comes late changes nothing."""
    latest = {beat.said.station: beat for beat in beats}
    known = _known(session, latest)
    for name, beat in sorted(latest.items()):
        _keep_newest(session, beat, known.get(name))
        _keep_hour(session, beat)
    session.flush()


def forget_old(session: Session, *, now: datetime) -> None:
    session.execute(delete(StationHour).where(StationHour.hour < now - KEPT))


def _known(session: Session, wanted: Mapping[str, Beat]) -> dict[str, StationHealth]:
    names, found = sorted(wanted), dict[str, StationHealth]()
    asked = select(StationHealth).order_by(StationHealth.station).with_for_update()
    for start in range(0, len(names), _MANY):
        some = StationHealth.station.in_(names[start : start + _MANY])
        found |= {row.station: row for row in session.scalars(asked.where(some))}
    return found


def _keep_newest(session: Session, beat: Beat, row: StationHealth | None) -> None:
    said, problems = beat.said, codes_of(beat.said)
    if row is None:
        row = StationHealth(station=said.station, sick_since=None, problems="")
        session.add(row)
    elif row.heard_at > beat.heard_at:
        return
    row.sick_since = (row.sick_since or beat.heard_at) if problems else None
    row.heard_at, row.problems = beat.heard_at, problems
    row.boot, row.mono, row.report = said.boot, said.mono, encode(said)


def _keep_hour(session: Session, beat: Beat) -> None:
    hour = beat.heard_at.replace(minute=0, second=0, microsecond=0)
    row = session.get(
        StationHour, (beat.said.station, hour), with_for_update=True, populate_existing=True
    )
    if row is None:
        row = StationHour(
            station=beat.said.station, hour=hour, beats=0, queue=0, celsius=None, problems=""
        )
        session.add(row)
    row.beats += beat.count
    row.queue = max(row.queue, beat.said.queue)
    row.celsius = max((c for c in (row.celsius, beat.said.celsius) if c is not None), default=None)
    shown = row.problems.split()
    shown += [code for code in problems_of(beat.said) if code not in shown]
    row.problems = " ".join(shown)[:_LONGEST]


def codes_of(said: Heartbeat) -> str:
    return " ".join(problems_of(said))[:_LONGEST]
