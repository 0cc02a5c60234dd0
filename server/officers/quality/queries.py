"""Counts of quality by station, team and shift: from roll-ups, tallies and ended shifts."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from server.accounts.models import Station
from server.accounts.within import Within
from server.figures.days import bounds
from server.local_forms import local, short_day
from server.officers.overview import numbers, workers
from server.officers.overview.wish import Wish
from server.officers.quality.measures import Measured
from server.sampling.models import StationTally
from server.sampling.shift_models import StationShift

GROUPS = ("station", "operator", "shift")
MOST_SHIFTS = 200
_COUNTED = ("manual", "voided", "conflicts", "corrections")


def measured(
    session: Session, wish: Wish, within: Within, by: str, language: str
) -> list[Measured]:
    """Return every group with somebody in it on the wish's days; a shift is named in *language*."""
    if by == "shift":
        shifts = _shifts(session, wish, within)[:MOST_SHIFTS]
        who = workers.called(session, {(each.station, each.operator) for each in shifts}, language)
        return [_shift(each, who, language) for each in shifts]
    sums = _sums(_shifts(session, wish, within), by)
    refused = _refused(session, wish, within) if by == "station" else None
    groups, found = numbers.groups(session, wish, within, by), []
    words = workers.of_keys(session, [each.key for each in groups if by == "operator"], language)
    for group in groups:
        people, own = group.counts["people"], sums.get(group.key, {})
        counts = {name: group.counts[name] for name in _COUNTED}
        counts["rereads"] = own.get("rereads", 0)
        counts["refusals"] = (
            own.get("refusals", 0) if refused is None else refused.get(group.key, 0)
        )
        of_shifts = own.get("people", 0)
        sizes = {"rereads": of_shifts, "voided": people + group.counts["voided"]}
        if refused is None:
            sizes["refusals"] = of_shifts
        seconds = group.counts["took_ms"] / 1000 / people if people else None
        found.append(Measured(words.get(group.key, group.key), people, seconds, counts, sizes))
    return found


def _shifts(session: Session, wish: Wish, within: Within) -> list[StationShift]:
    begin, end = bounds(wish.first)[0], bounds(wish.day)[1]
    asked = select(StationShift).where(StationShift.ended >= begin, StationShift.ended < end)
    asked = asked.where(_of_stations(StationShift.station, wish, within))
    if wish.station:
        asked = asked.where(StationShift.station == wish.station)
    newest = asked.order_by(StationShift.ended.desc(), StationShift.event_id)
    return list(session.scalars(newest.options(selectinload(StationShift.refusals))))


def _of_stations(of: Any, wish: Wish, within: Within) -> ColumnElement[bool]:
    scope = within.only(wish.place)
    there: ColumnElement[bool] = of.in_(select(Station.id).where(scope.rows(Station.place)))
    return there


def _sums(shifts: Iterable[StationShift], by: str) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for shift in shifts:
        key = shift.station if by == "station" else f"{shift.station} · {shift.operator}"
        own = sums.setdefault(key, {"people": 0, "rereads": 0, "refusals": 0})
        own["people"] += shift.people
        own["rereads"] += shift.rereads
        own["refusals"] += sum(each.count for each in shift.refusals)
    return sums


def _refused(session: Session, wish: Wish, within: Within) -> dict[str, int]:
    asked = select(StationTally.station, func.sum(StationTally.count)).where(
        StationTally.kind == "refused",
        StationTally.day >= wish.first,
        StationTally.day <= wish.day,
        _of_stations(StationTally.station, wish, within),
    )
    return {row[0]: int(row[1]) for row in session.execute(asked.group_by(StationTally.station))}


def _shift(shift: StationShift, who: Mapping[workers.Worker, str], language: str) -> Measured:
    worked = max(0.0, (shift.ended - shift.began).total_seconds())
    counts = {
        "rereads": shift.rereads,
        "refusals": sum(each.count for each in shift.refusals),
        "manual": shift.manual,
        "voided": shift.void,
    }
    worker = who[shift.station, shift.operator] if shift.operator else shift.station
    began = local(shift.began)
    name = f"{worker} · {short_day(began.date(), language)} {began:%H:%M}"
    seconds = worked / shift.people if shift.people else None
    sizes = {"voided": shift.people + shift.void}
    return Measured(name, shift.people, seconds, counts, sizes, shift.began)
