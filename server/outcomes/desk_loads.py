"""How much waits on several desks, and how much of it too long: one question for all of tubes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, and_, case, false, func, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.lab.sight import of_lab
from server.outcomes import limits
from server.outcomes.desk_models import DeskCase, DeskItem
from server.outcomes.desks import UNMATCHED, Load, load_of
from server.outcomes.standing import RULES, Desk

FEWEST = 2  # desks of tubes that are asked for together
_TUBE = type_coerce(DeskItem.tube, String)


class Held(NamedTuple):
    """What waits on a desk, and how much of it for longer than it may."""

    load: Load
    late: int


def loads(
    session: Session, desks: Iterable[Desk] = UNMATCHED, within: Within = ANYWHERE
) -> dict[Desk, Load]:
    """Return how much waits on each of *desks*; calls have a page of their own."""
    asked = tuple(desks)
    tubes = _of_tubes(session, asked, within, {})
    return {
        desk: tubes[desk].load if desk in tubes else load_of(session, desk, within)
        for desk in asked
    }


def held(
    session: Session, desks: Iterable[Desk], within: Within, now: datetime
) -> dict[Desk, Held]:
    """Return how much waits on each of *desks*, and how much of it too long."""
    asked, allowed = tuple(desks), limits.limits(session)
    moments = {desk: now - allowed[desk].late for desk in asked}
    tubes = _of_tubes(session, asked, within, moments)
    found: dict[Desk, Held] = {}
    for desk in asked:
        if desk in tubes:
            found[desk] = tubes[desk]
            continue
        load, late = load_of(session, desk, within), 0
        if load.count:
            late = limits.late(session, desk, allowed[desk], now=now, within=within)
        found[desk] = Held(load, late)
    return found


def _of_tubes(
    session: Session, desks: Iterable[Desk], within: Within, moments: Mapping[Desk, datetime]
) -> dict[Desk, Held]:
    """Count the tubes on those desks without what is explained; late is what was before its moment.

    Of one desk alone nothing: what is known of one is asked for with less (`load_of`).
    """
    of_tubes = [desk for desk in desks if desk in RULES]
    if len(of_tubes) < FEWEST:
        return {}
    before = [and_(DeskItem.desk == desk.value, DeskItem.since < moments[desk])
              for desk in of_tubes if desk in moments]  # fmt: skip
    late = func.sum(case(*((each, 1) for each in before or [false()]), else_=0))
    explained = select(DeskCase.desk, DeskCase.subject).where(DeskCase.closed_at.is_not(None))
    at_lab = within.at_lab and not within.everywhere
    found = select(DeskItem.desk, func.count(), func.min(DeskItem.since), late).where(
        DeskItem.desk.in_([desk.value for desk in of_tubes]),
        of_lab(within, _TUBE) if at_lab else within.rows(DeskItem.place),
        tuple_(DeskItem.desk, _TUBE).not_in(explained),
    )
    rows = session.execute(found.group_by(DeskItem.desk))
    there = {Desk(row[0]): Held(Load(row[1], row[2]), int(row[3])) for row in rows}
    return {desk: there.get(desk, Held(Load(0, None), 0)) for desk in of_tubes}
