"""Who was there at the same time: visits, and the stretch of time that two of them share.  Pure.

People check in and do not check out.  A visit lasts as long as people stay at points of that kind
(`stays`), or until its comer checked in somewhere else, whichever is sooner.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Spot = str  # the id of a point
Span = tuple[datetime, datetime]
MINUTE = timedelta(minutes=1)


class Visit(NamedTuple):
    """Somebody was somewhere from *begins* on, and gone at *ends*.  `who` is a comer's key."""

    begins: datetime
    ends: datetime
    who: str
    spot: Spot

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


class Meeting(NamedTuple):
    """*one*, who may have passed it on, and *other* were at one spot from *begins* to *ends*."""

    one: str
    other: str
    spot: Spot
    begins: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        return (self.ends - self.begins) // MINUTE


_Open = list[Any]  # a visit whose end may still be changed


def visits_of(
    check_ins: Iterable[tuple[datetime, str, Spot]], stays: Mapping[Spot, timedelta]
) -> list[Visit]:
    """Return the visits behind check-ins (at, who, spot), in time.

    A comer who checks in at the same spot again within a stay is there still: one longer visit.
    """
    found: list[_Open] = []
    last: dict[str, _Open] = {}
    for at, who, spot in sorted(check_ins):
        ends = at + stays[spot]
        before = last.get(who)
        if before is not None and before[1] >= at:
            if before[3] == spot:
                before[1] = max(ends, before[1])
                continue
            before[1] = at
        last[who] = opened = [at, ends, who, spot]
        found.append(opened)
    return list(map(Visit._make, found))


def within(visits: Iterable[Visit], begins: datetime, ends: datetime) -> list[Visit]:
    """Return what of *visits* falls between two times, cut to them."""
    return [
        Visit(max(visit.begins, begins), min(visit.ends, ends), visit.who, visit.spot)
        for visit in visits
        if visit.begins < ends and visit.ends > begins
    ]


def meetings(
    ones: Iterable[Visit], others: Iterable[Visit], *, least: timedelta = timedelta(0)
) -> list[Meeting]:
    """Return where visits of *ones* and *others* overlap by more than nothing, and by *least*.

    Each spot is gone through once, in time.
    """
    by_spot: dict[Spot, tuple[list[Visit], list[Visit]]] = {}
    for visit in ones:
        by_spot.setdefault(visit.spot, ([], []))[0].append(visit)
    for visit in others:
        if visit.spot in by_spot:
            by_spot[visit.spot][1].append(visit)
    return [
        meeting
        for here, there in by_spot.values()
        for meeting in _at_one_spot(here, there)
        if meeting.ends > meeting.begins and meeting.ends - meeting.begins >= least
    ]


def _at_one_spot(ones: list[Visit], others: list[Visit]) -> Iterator[Meeting]:
    others.sort()
    longest = max((visit.length for visit in others), default=timedelta(0))
    starts = [visit.begins for visit in others]
    for one in ones:
        for place in range(bisect_left(starts, one.begins - longest), len(others)):
            other = others[place]
            if other.begins >= one.ends:
                break
            if other.ends > one.begins and other.who != one.who:
                yield Meeting(
                    one.who, other.who, one.spot,
                    max(one.begins, other.begins), min(one.ends, other.ends),
                )  # fmt: skip


def spans(visits: Iterable[Visit], before: Mapping[Spot, timedelta]) -> dict[Spot, list[Span]]:
    """Return at each spot the stretches in which a check-in could meet one of *visits*.

    A comer who checked in up to a stay before a visit (*before*) may still be there.  Stretches
    that touch are one, so that nothing is asked for twice.
    """
    found: dict[Spot, list[Span]] = {}
    for visit in sorted(visits):
        begins = visit.begins - before[visit.spot]
        known = found.setdefault(visit.spot, [])
        if known and begins <= known[-1][1]:
            known[-1] = (known[-1][0], max(known[-1][1], visit.ends))
        else:
            known.append((begins, visit.ends))
    return found
