"""One day of Vietnam: how many tubes passed each step, and how many pairings each hour had."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.delivery.models import Delivery
from server.display import VIETNAM
from server.lab.models import Reception, Result
from server.officers.picture import Bar
from server.outcomes.desks import live
from server.sampling.models import Pairing


@dataclass(frozen=True, slots=True)
class Steps:
    """How much passed each step between two times."""

    paired: int
    received: int
    resulted: int
    released: int
    delivered: int


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day of Vietnam begins and ends."""
    begin = datetime.combine(day, time(), VIETNAM)
    return begin, begin + timedelta(days=1)


def steps(session: Session, day: date) -> Steps:
    return Steps(
        paired=_passed(session, Pairing.paired_at, day, live()),
        received=_passed(session, Reception.at, day, Reception.accepted.is_(True)),
        resulted=_passed(session, Result.entered_at, day, Result.corrects.is_(None)),
        released=_passed(session, Result.released_at, day),
        delivered=_passed(session, Delivery.delivered_at, day),
    )


def _passed(session: Session, at: InstrumentedAttribute[Any], day: date, *conditions: Any) -> int:
    begin, end = bounds(day)
    found = select(func.count()).where(at >= begin, at < end, *conditions)
    return session.scalar(found) or 0


def hours(session: Session, day: date) -> list[Bar]:
    """Return the pairings of each hour, from the first hour with one to the last."""
    begin, end = bounds(day)
    times = session.scalars(
        select(Pairing.paired_at).where(Pairing.paired_at >= begin, Pairing.paired_at < end, live())
    )
    return bars(Counter(at.astimezone(VIETNAM).hour for at in times))


def bars(per_hour: Mapping[int, int]) -> list[Bar]:
    """Fill the hours between the first and the last, and at least a morning's."""
    if not per_hour:
        return []
    first = min([7, *per_hour])
    last = max([11, *per_hour])
    return [Bar(f"{hour:02d}", per_hour.get(hour, 0)) for hour in range(first, last + 1)]
