"""Who checked in within a zone and was not sampled since.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.declarations.models import CheckIn
from server.declarations.targets.days import bounds
from server.declarations.zones import queries as zones
from server.declarations.zones.queries import Drawn
from server.sampling.models import Pairing, PairingVoid

PAGE = 300


@dataclass(frozen=True, slots=True)
class Unsampled:
    """Somebody who was in the zone: how often, and where and when last."""

    person_id: UUID
    times: int
    last: datetime
    point: str


@dataclass(frozen=True, slots=True)
class Found:
    """The newest, and how many came and how many of them were sampled."""

    rows: Sequence[Unsampled]
    came: int
    since: date
    sampled: int


def unsampled(
    session: Session, drawn: Drawn, *, limit: int | None = PAGE, within: Within = ANYWHERE
) -> Found:
    """Return who came to the zone's points while it stands, and has no live pairing since then.

    A zone's time begins with its first level.
    """
    begins, _ = bounds(drawn.levels[0].since)
    _, ends = bounds(drawn.levels[-1].until or date(2099, 12, 31))
    points = [each.id for each in zones.points_in(session, drawn) if within.covers(each.place)]
    came = (
        CheckIn.point_id.in_(points), CheckIn.at >= begins, CheckIn.at < ends,
        CheckIn.voided_at.is_(None), CheckIn.person_id.is_not(None),
    )  # fmt: skip
    last = func.max(CheckIn.at)
    found = (
        select(CheckIn.person_id, func.count(), last)
        .where(*came, ~_sampled_since(begins))
        .group_by(CheckIn.person_id)
        .order_by(last.desc(), CheckIn.person_id)
        .limit(limit)
    )
    everybody = session.scalar(select(func.count(CheckIn.person_id.distinct())).where(*came)) or 0
    without = select(func.count(CheckIn.person_id.distinct())).where(*came, ~_sampled_since(begins))
    rows = [
        Unsampled(person, times, at, _point(session, person, at))
        for person, times, at in session.execute(found)
        if person
    ]
    left = session.scalar(without) or 0
    return Found(rows, everybody, drawn.levels[0].since, everybody - left)


def _sampled_since(begins: datetime) -> ColumnElement[bool]:
    void = exists().where(PairingVoid.pairing_id == Pairing.id)
    return exists().where(
        Pairing.person_id == CheckIn.person_id, Pairing.paired_at >= begins, ~void
    )


def _point(session: Session, person: UUID, at: datetime) -> str:
    found = select(CheckIn.point).where(CheckIn.person_id == person, CheckIn.at == at)
    return session.scalar(found.limit(1)) or ""
