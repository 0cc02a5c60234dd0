"""What the servers below have handed over, one line for each.  Reads only."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.upstream.models import UpstreamCount, UpstreamFigures

DAYS = 7


@dataclass
class Below:
    """One server below: its day, its week, and when its figures were last said."""

    source: str
    people: int = 0
    tubes: int = 0
    released: int = 0
    said_at: datetime | None = None
    week: dict[str, int] = field(default_factory=dict)  # outcomes by status


def belows(session: Session, day: date, within: Within) -> list[Below]:
    """Return the servers below with their figures of *day* and the outcomes of its week."""
    found: dict[str, Below] = {}
    today = (
        select(
            UpstreamFigures.source, func.sum(UpstreamFigures.people),
            func.sum(UpstreamFigures.tubes), func.sum(UpstreamFigures.released),
            func.max(UpstreamFigures.at),
        )
        .where(UpstreamFigures.day == day, within.rows(UpstreamFigures.place))
        .group_by(UpstreamFigures.source)
    )  # fmt: skip
    for source, people, tubes, released, at in session.execute(today):
        found[source] = Below(source, int(people), int(tubes), int(released), at)
    week = (
        select(UpstreamCount.source, UpstreamCount.status, func.sum(UpstreamCount.outcomes))
        .where(UpstreamCount.day > day - timedelta(days=DAYS), UpstreamCount.day <= day)
        .where(within.rows(UpstreamCount.place))
        .group_by(UpstreamCount.source, UpstreamCount.status)
    )
    for source, status, count in session.execute(week):
        found.setdefault(source, Below(source)).week[status] = int(count)
    return [found[source] for source in sorted(found)]
