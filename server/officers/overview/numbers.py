"""What the roll-ups say of a wish, within a scope.  Reads only, and no sample's own rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.figures.models import COUNTS, SPANS, STATES, hours, steps
from server.figures.packing import KINDS, Buckets, Counts, Whole, opened
from server.officers.overview import finer, wholes
from server.officers.overview.finer import TURNAROUND
from server.officers.overview.fitting import enough, fitting, is_split, narrowing
from server.officers.overview.made import Made
from server.officers.overview.wish import Wish

WHILE = 60  # days before a step, on which the sample's station stood where it stands
STEPS = ("received", "resulted", "released", "delivered")


@dataclass(frozen=True, slots=True)
class Group:
    """What the samples of one place, laboratory, station, operator or kind came to."""

    key: str
    counts: Counts
    turnaround: Buckets = ()


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
    rows = [tuple(each.values()) for each in counts]
    sums = map(sum, zip(*rows, strict=True)) if rows else [0] * len(COUNTS)
    return dict(zip(COUNTS, sums, strict=True))


def by_day(session: Session, wish: Wish, within: Within) -> dict[date, Counts]:
    """Return what the samples of each day of the trend came to; a day without any is not there."""
    if is_split(wish):
        return finer.by_day(session, wish, within)
    found = wholes.by_day(session, wish, within)
    return {day: each.of_all() for day, each in found.items()}


def groups(
    session: Session, wish: Wish, within: Within, by: str, *, timed: bool = False
) -> Sequence[Group]:
    """Return what the samples of the wish's days came to, by one of their keys; *timed* or not."""
    if by in wholes.SPOT and not is_split(wish):
        found = wholes.by_spot(session, wish, within, str, by)
        return Made(list(found.items()), _of_whole)
    times = finer.turnarounds(session, wish, within, by) if timed else {}
    if by == "kind" and not is_split(wish):
        counts = _kinds(wholes.whole(session, wish, within))
    else:
        counts = finer.groups(session, wish, within, by)
    return [Group(key, each, times.get(key, ())) for key, each in sorted(counts.items())]


def _of_whole(found: tuple[str, int]) -> Group:
    key, number = found
    whole = opened(number)
    return Group(key, whole.of_all(), whole.span(TURNAROUND))


def _kinds(whole: Whole) -> dict[str, Counts]:
    """Return the kinds of sample that there are."""
    found = {kind: whole.of_kind(kind) for kind in KINDS}
    return {kind: own for kind, own in found.items() if any(own.values())}


def localities(
    session: Session, wish: Wish, within: Within, key: Callable[[str], str]
) -> dict[str, Counts]:
    """Return what samples of the wish's days came to by what *key* says of their places."""
    if not is_split(wish):
        found = wholes.by_spot(session, wish, within, key, "place")
        return {own: opened(number).of_all() for own, number in found.items()}
    parts: dict[str, list[Counts]] = {}
    for place, counts in finer.groups(session, wish, within, "place").items():
        parts.setdefault(key(place), []).append(counts)
    return {own: summed(some) for own, some in sorted(parts.items())}


def times_by_day(session: Session, wish: Wish, within: Within) -> dict[date, Buckets]:
    """Return how long tubes took from pairing to release, by the day they were taken on."""
    if is_split(wish):
        return finer.times_by_day(session, wish, within)
    found = wholes.by_day(session, wish, within)
    return {day: whole.span(TURNAROUND) for day, whole in found.items()}


def times(session: Session, wish: Wish, within: Within) -> Mapping[str, Buckets]:
    """Return how long each step took, of samples of the wish's days."""
    if is_split(wish):
        return finer.times(session, wish, within)
    found = wholes.whole(session, wish, within)
    return {span: found.span(span) for span in SPANS}


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
