"""What the roll-ups say of a wish, within a scope.  Reads only, and no sample's own rows."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, func, or_, select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.declarations.models import PointStation
from server.figures.days import bounds
from server.figures.models import BUCKETS, COUNTS, STATES, SUMS, cells, hours, spans, steps
from server.officers.overview.wish import Wish

T = TypeVar("T")
Counts = dict[str, int]
Buckets = tuple[int, ...]
Parts = tuple[tuple[str, ...], list[tuple[Any, ...]]]  # keys, and rows of keys and counts
WHILE = 60  # days before a step, on which the sample's station stood where it stands
TOGETHER = ("place", "station", "kind")  # asked for in one question
STEPS = ("received", "resulted", "released", "delivered")


@dataclass(frozen=True, slots=True)
class Group:
    """What the samples of one place, laboratory, station, operator or kind came to."""

    key: str
    counts: Counts
    turnaround: Buckets = ()


def enough(table: Table, wish: Wish, *by: str) -> Table:
    """Return the table that says it with the fewest rows: its sums, unless they lack what is asked.

    The sums know no operator and no laboratory, and the kind of sample of people and tubes alone.
    """
    split = bool(wish.lab or wish.operator or {"lab", "operator"} & set(by))
    return table if split or not set(by) <= set(SUMS[table].columns.keys()) else SUMS[table]


def fitting(
    table: Table, wish: Wish, within: Within, first: date, last: date
) -> list[ColumnElement[bool]]:
    """Return the conditions of *wish* on a table of the roll-up, samples of those days."""
    narrow = narrowing(table, wish, within, first, last)
    return [table.c.day >= first, table.c.day <= last, *narrow]


def narrowing(
    table: Table, wish: Wish, within: Within, first: date, last: date
) -> list[ColumnElement[bool]]:
    """Return the conditions but for the days; points and zones are those of these days."""
    found = [*_exact(table, wish), within.only(wish.place).rows(table.c.place)]
    if wish.point:
        found.append(table.c.station.in_(_stood_at([wish.point], first, last)))
    if wish.covers is not None:
        places, points = wish.covers
        there = table.c.station.in_(_stood_at(sorted(points), first, last))
        found.append(or_(Within.of(places).rows(table.c.place), there))
    return found


def _exact(table: Table, wish: Wish) -> list[ColumnElement[bool]]:
    asked = {"lab": wish.lab, "station": wish.station, "operator": wish.operator}
    return [table.c[name] == value for name, value in asked.items() if value]


def _stood_at(points: Sequence[str], first: date, last: date) -> Select[str]:
    begin, end = bounds(first)[0], bounds(last)[1]
    stood = PointStation.since < end, or_(PointStation.until.is_(None), PointStation.until > begin)
    return select(PointStation.station).where(PointStation.point_id.in_(points), *stood)


@cache
def _sums(table: Table, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Say the sums of columns, of groups: none is of no rows.  Said once, which takes long."""
    return tuple(func.sum(table.c[name]).label(name) for name in names)


def passed(
    session: Session, wish: Wish, within: Within, days: Sequence[date]
) -> dict[date, Counts]:
    """Return what passed each step on each of *days*, whenever the samples were taken."""
    found: dict[date, Counts] = {day: dict.fromkeys(("paired", *STEPS), 0) for day in days}
    early = min(days) - timedelta(days=WHILE)
    table = enough(steps, wish)
    asked = select(table.c.passed, table.c.step, func.sum(table.c.count)).where(
        table.c.passed.in_(days), *narrowing(table, wish, within, early, max(days))
    )
    for day, step, count in session.execute(asked.group_by(table.c.passed, table.c.step)):
        found[day][step] = int(count)
    for day, counts in by_day(session, wish, within).items():
        if day in found:
            found[day]["paired"] = counts["people"]
    return found


def total(session: Session, wish: Wish, within: Within) -> Counts:
    """Return what the samples of the wish's days came to together."""
    return summed(each.counts for each in groups(session, wish, within, "kind"))


def summed(counts: Iterable[Counts]) -> Counts:
    return _together([tuple(each.values()) for each in counts])


def _together(rows: Sequence[Sequence[int]]) -> Counts:
    sums = map(sum, zip(*rows, strict=True)) if rows else [0] * len(COUNTS)
    return dict(zip(COUNTS, map(int, sums), strict=True))


def by_day(session: Session, wish: Wish, within: Within) -> dict[date, Counts]:
    """Return what the samples of each day of the trend came to; a day without any is not there."""

    def asked() -> dict[date, Counts]:
        table = enough(cells, wish)
        found = select(table.c.day, *_sums(table, COUNTS)).where(
            *fitting(table, wish, within, wish.trend_first, wish.day)
        )
        rows = session.execute(found.group_by(table.c.day).order_by(table.c.day)).mappings()
        return {row["day"]: {name: int(row[name]) for name in COUNTS} for row in rows}

    return once(session, ("days", wish, within), asked)


def groups(
    session: Session, wish: Wish, within: Within, by: str, *, timed: bool = False
) -> list[Group]:
    """Return what the samples of the wish's days came to, by one of their keys; *timed* or not."""
    times = _turnarounds(session, wish, within, by) if timed else {}
    counts = once(
        session, ("groups", by, replace(wish, by=""), within),
        lambda: _split(_parts(session, wish, within, TOGETHER if by in TOGETHER else (by,)), by),
    )  # fmt: skip
    return [Group(key, own, times.get(key, ())) for key, own in counts.items()]


def _split(parts: Parts, by: str) -> dict[str, Counts]:
    """Return the counts of each group, in the order of their keys."""
    names, rows = parts
    place, split = names.index(by), dict[str, list[Sequence[int]]]()
    for row in rows:
        split.setdefault(row[place], []).append(row[len(names) :])
    return {key: _together(own) for key, own in sorted(split.items())}


def _parts(session: Session, wish: Wish, within: Within, by: tuple[str, ...]) -> Parts:
    """Return counts by several keys at once, asked for once: pages want them one by one."""

    def asked() -> Parts:
        table = enough(cells, wish, *by)
        keys = [_key(table, name).label(name) for name in by]
        found = select(*keys, *_sums(table, COUNTS)).where(
            *fitting(table, wish, within, wish.first, wish.day)
        )
        return by, [tuple(row) for row in session.execute(found.group_by(*keys))]

    return once(session, (by, replace(wish, by=""), within), asked)


def once(session: Session, key: Hashable, ask: Callable[[], T]) -> T:
    """Ask once in a session, which lives as long as one page is made."""
    known: dict[Hashable, T] = session.info.setdefault("figures", {})
    if key not in known:
        known[key] = ask()
    return known[key]


def _key(table: Table, by: str) -> Any:
    if by == "operator":  # a tag is one station's
        return table.c.station + " · " + table.c.operator
    return table.c[by]


def _turnarounds(session: Session, wish: Wish, within: Within, by: str) -> dict[str, Buckets]:
    table = enough(spans, wish, by)
    key = _key(table, by).label("key")
    asked = select(key, *_sums(table, BUCKETS)).where(
        table.c.span == "turnaround", *fitting(table, wish, within, wish.first, wish.day)
    )
    return {row[0]: tuple(map(int, row[1:])) for row in session.execute(asked.group_by(key))}


def times_by_day(session: Session, wish: Wish, within: Within) -> dict[date, Buckets]:
    """Return how long tubes took from pairing to release, by the day they were taken on."""
    table = enough(spans, wish)
    asked = select(table.c.day, *_sums(table, BUCKETS)).where(
        table.c.span == "turnaround", *fitting(table, wish, within, wish.trend_first, wish.day)
    )
    rows = session.execute(asked.group_by(table.c.day).order_by(table.c.day))
    return {row[0]: tuple(map(int, row[1:])) for row in rows}


def times(session: Session, wish: Wish, within: Within) -> dict[str, Buckets]:
    """Return how long each step took, of samples of the wish's days."""
    table = enough(spans, wish)
    asked = select(table.c.span, *_sums(table, BUCKETS)).where(
        *fitting(table, wish, within, wish.first, wish.day)
    )
    return {
        row[0]: tuple(map(int, row[1:])) for row in session.execute(asked.group_by(table.c.span))
    }


def per_hour(session: Session, wish: Wish, within: Within) -> dict[int, int]:
    """Return the people of each hour of the wish's last day."""
    table = enough(hours, wish)
    asked = select(table.c.hour, func.sum(table.c.people)).where(
        *fitting(table, wish, within, wish.day, wish.day)
    )
    return {row[0]: int(row[1]) for row in session.execute(asked.group_by(table.c.hour))}


def reached(counts: Counts) -> Counts:
    """Return how many tubes reached each step: who is further was there too."""
    order = [state for state in STATES if state != "rejected"]
    at = [counts[f"at_{state}"] for state in order]
    found = {state: sum(at[number:]) for number, state in enumerate(order)}
    return {**found, "paired": found["paired"] + counts["at_rejected"]}
