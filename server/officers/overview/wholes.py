"""The values of stations' days (`figures.packing`) that a page's days rest on: read once a page."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.figures.models import wholes
from server.figures.packing import Whole, number_of, opened
from server.officers.overview.fitting import fitting
from server.officers.overview.wish import Wish

SPOT = ("station", "place")
StationDay = tuple[date, tuple[str, str], int]  # the day, station and place, its number
T = TypeVar("T")
K = TypeVar("K")


def once(session: Session, key: Hashable, ask: Callable[[], T]) -> T:
    """Ask once in a session, which lives as long as one page is made."""
    known: dict[Hashable, T] = session.info.setdefault("figures", {})
    if key not in known:
        known[key] = ask()
    return known[key]


def whole(session: Session, wish: Wish, within: Within) -> Whole:
    """Return what the samples of the wish's days came to together."""
    days = _by_day(session, wish, within, wish.first)
    return opened(sum(number for day, number in days.items() if day >= wish.first))


def by_day(session: Session, wish: Wish, within: Within) -> Mapping[date, Whole]:
    """Return what the samples of each day of the trend came to, in their order."""
    days = _by_day(session, wish, within, wish.trend_first)
    return {day: opened(number) for day, number in sorted(days.items())}


def by_spot(
    session: Session, wish: Wish, within: Within, key: Callable[[str], str], of: str
) -> dict[str, int]:
    """Return the numbers of the wish's days by what *key* says of places, or stations; unopened."""
    which = SPOT.index(of)
    sums = _added((key(spot[which]), number) for spot, number in _spots(session, wish, within))
    return dict(sorted(sums.items()))


def _spots(session: Session, wish: Wish, within: Within) -> Iterable[tuple[tuple[str, str], int]]:
    """Return the sum of each station at each place where it stood on the wish's days."""

    def asked() -> dict[tuple[str, str], int]:
        rows = _station_days(session, wish, within, wish.first)
        return _added((spot, number) for day, spot, number in rows if day >= wish.first)

    return once(session, ("spots", replace(wish, by=""), within), asked).items()


def _by_day(session: Session, wish: Wish, within: Within, first: date) -> dict[date, int]:
    begin = _begin(wish, first)

    def asked() -> dict[date, int]:
        rows = _station_days(session, wish, within, begin)
        return _added((day, number) for day, _, number in rows)

    return once(session, ("by-day", begin, replace(wish, by=""), within), asked)


def _added(numbers: Iterable[tuple[K, int]]) -> dict[K, int]:
    sums: dict[K, int] = {}
    for key, number in numbers:
        sums[key] = sums.get(key, 0) + number
    return sums


def _begin(wish: Wish, first: date) -> date:
    """Return from which day on station-days are read of which those from *first* on are asked for.

    Those of the trend hold those of the wish's own days; but which stations stood at a point or in
    a zone is asked of just the days, and so these are read for themselves.
    """
    alone = bool(wish.point) or wish.covers is not None
    return first if alone else min(first, wish.trend_first)


def _station_days(session: Session, wish: Wish, within: Within, first: date) -> list[StationDay]:
    begin = _begin(wish, first)

    def asked() -> list[StationDay]:
        narrow = fitting(wholes, wish, within, begin, wish.day)
        c = wholes.c
        rows = session.execute(select(c.day, c.station, c.place, c.numbers).where(*narrow))
        return [(day, (at, place), number_of(numbers)) for day, at, place, numbers in rows]

    return once(session, ("wholes", begin, replace(wish, by=""), within), asked)
