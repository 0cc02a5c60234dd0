"""How traces reckon: the infectious period, and how long people stay at each kind of point."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.declarations.kinds import PointKind
from server.declarations.traces.models import StayLength, TraceSetting

MINUTES: dict[PointKind, int] = {
    PointKind.FACTORY: 600,
    PointKind.OFFICE: 540,
    PointKind.RESTAURANT: 90,
    PointKind.HOTEL: 720,
    PointKind.MARKET: 60,
    PointKind.GROCERY: 30,
    PointKind.BUS: 120,
    PointKind.WORKER_VEHICLE: 60,
    PointKind.WEIGHING_POINT: 60,
    PointKind.TEST_SITE: 60,
    PointKind.OTHER: 60,
}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The settings of a trace.  A meeting shorter than *least* is left out."""

    days_before: int = 2
    days_after: int = 1
    least: timedelta = timedelta(0)

    def period(self, sampled_at: datetime) -> tuple[datetime, datetime]:
        """Return from when to when somebody may have passed it on, by when they were sampled."""
        return (
            sampled_at - timedelta(days=self.days_before),
            sampled_at + timedelta(days=self.days_after),
        )


def reckoning(session: Session) -> Reckoning:
    row = session.get(TraceSetting, 1)
    if row is None:
        return Reckoning()
    return Reckoning(row.days_before, row.days_after, timedelta(minutes=row.least_minutes))


def stay_minutes(session: Session) -> dict[str, int]:
    """Return the minutes of each kind."""
    known = {str(kind): minutes for kind, minutes in MINUTES.items()}
    return known | {row.kind: row.minutes for row in session.scalars(select(StayLength))}


def set_reckoning(session: Session, made: Reckoning, *, by: str, now: datetime) -> None:
    least = int(made.least.total_seconds() // 60)
    session.merge(
        TraceSetting(id=1, days_before=made.days_before, days_after=made.days_after,
                     least_minutes=least, set_by=by, set_at=now)
    )  # fmt: skip
    detail = f"-{made.days_before} +{made.days_after} days, {least} min"
    audit.record(session, "trace.reckoning-set", "trace", by=by, now=now, detail=detail)


def set_stays(
    session: Session, minutes: Mapping[PointKind, int], *, by: str, now: datetime
) -> None:
    for kind, length in minutes.items():
        session.merge(StayLength(kind=str(kind), minutes=length, set_by=by, set_at=now))
    detail = " ".join(f"{kind}={length}" for kind, length in minutes.items())
    audit.record(session, "trace.stays-set", "trace", by=by, now=now, detail=detail)
