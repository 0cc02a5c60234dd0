"""Who checked in within a zone and was not sampled since.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, Subquery, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.db import among_these
from server.declarations.models import CheckIn
from server.declarations.targets.days import bounds
from server.declarations.zones import queries as zones
from server.declarations.zones.queries import Drawn
from server.people import merged
from server.people.merge_models import PersonMerge
from server.sampling.models import Pairing, PairingVoid

PAGE = 300
_Came = tuple[datetime, str, UUID]  # when, the point's name, under which record


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
    several = of_merged(session, came, begins)
    everybody = (
        select(CheckIn.person_id, func.count().label("times"), func.max(CheckIn.at).label("last"))
        .where(
            *came, *([~among_these(CheckIn.person_id, several.records)] if several.records else ())
        )
        .group_by(CheckIn.person_id)
        .cte("came")
    )
    count = select(func.count()).select_from(everybody)
    rows = session.execute(_placed(_left(everybody, count, begins, limit), came)).all()
    whole, left = (rows[0].whole, rows[0].left) if rows else (session.scalar(count) or 0, 0)
    listed = [Unsampled(row.person_id, row.times, row.last, row.point) for row in rows]
    if several.rows:
        listed = sorted([*listed, *several.rows], key=_newest)[:limit]
    sampled = whole - left + several.came - len(several.rows)
    return Found(listed, whole + several.came, drawn.levels[0].since, sampled)


def _newest(row: Unsampled) -> tuple[float, UUID]:
    return -row.last.timestamp(), row.person_id


@dataclass(frozen=True, slots=True)
class Merged:
    """People who came and have several records: all of these, how many they are, who is left."""

    records: Sequence[str] = ()  # each by its 32 digits
    came: int = 0
    rows: Sequence[Unsampled] = ()


def of_merged(session: Session, came: Sequence[ColumnElement[bool]], begins: datetime) -> Merged:
    """Find those whose records were merged: sampled under one of them is sampled.

    They go by the record under which they came last.
    """
    either = [
        exists().where(CheckIn.person_id == record, *came)
        for record in (PersonMerge.person_id, PersonMerge.other_id)
    ]
    edges = select(PersonMerge.person_id, PersonMerge.other_id)
    found = session.execute(edges.where(PersonMerge.undone_at.is_(None), or_(*either)))
    people = merged.people_among(session, [each.hex for edge in found for each in edge])
    records = [each for some in people for each in some]
    if not records:
        return Merged()
    comings = select(CheckIn.person_id, CheckIn.at, CheckIn.point)
    of_each: dict[str, list[_Came]] = {}
    for who, at, point in session.execute(
        comings.where(*came, among_these(CheckIn.person_id, records))
    ):
        if who is not None:
            of_each.setdefault(who.hex, []).append((at, point, who))
    held = select(Pairing.person_id).where(among_these(Pairing.person_id, records))
    sampled = {each.hex for each in session.scalars(held.where(*_stands(begins)))}
    left = [some for some in people if sampled.isdisjoint(some)]
    rows = [_last([each for record in some for each in of_each.get(record, ())]) for some in left]
    return Merged(records, len(people), rows)


def _last(comings: Sequence[_Came]) -> Unsampled:
    last = max(at for at, _, _ in comings)
    _, point, who = min(each for each in comings if each[0] == last)
    return Unsampled(who, len(comings), last, point)


def _left(came: CTE, count: Select[int], begins: datetime, limit: int | None) -> Subquery:
    """Ask for the newest of who *came* and was not sampled, how many these are, and of how many."""
    columns = *came.c, func.count().over().label("left"), count.scalar_subquery().label("whole")
    found = select(*columns).where(~_sampled_since(came.c.person_id, begins))
    return found.order_by(came.c.last.desc(), came.c.person_id).limit(limit).subquery()


def _placed(found: Subquery, came: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """Ask for the rows of *found*, each with the point of its last check-in: all at once.

    At that moment there may be others that do not count: elsewhere, or voided.
    """
    there = and_(CheckIn.person_id == found.c.person_id, CheckIn.at == found.c.last, *came)
    return (
        select(found, func.min(CheckIn.point).label("point"))
        .join_from(found, CheckIn, there)
        .group_by(*found.c)
        .order_by(found.c.last.desc(), found.c.person_id)
    )


def _sampled_since(person: Any, begins: datetime) -> ColumnElement[bool]:
    return exists().where(Pairing.person_id == person, *_stands(begins))


def _stands(begins: datetime) -> Sequence[ColumnElement[bool]]:
    void = exists().where(PairingVoid.pairing_id == Pairing.id)
    return Pairing.paired_at >= begins, ~void
