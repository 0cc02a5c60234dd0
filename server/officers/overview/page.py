"""What the overview shows, put together: large numbers, pictures, desks, choices of the bar."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import names
from contract.places import Place, PlaceError
from server.accounts.within import Within
from server.declarations.models import Point, PointStation
from server.declarations.zones.queries import zones
from server.display import language
from server.figures.models import cells
from server.officers.overview import day_panels, found_panels, numbers, point_panels, workers
from server.officers.overview.shapes import Panel
from server.officers.overview.wish import Wish

Make = Callable[[Session, Wish, Within], Panel]
PANELS: dict[str, Make] = {
    "flow": day_panels.flow,
    "hours": day_panels.per_hour,
    "turnaround": day_panels.turnaround,
    "positivity": found_panels.positivity,
    "trend": day_panels.trend,
    "places": point_panels.places,
    "groups": found_panels.breakdown,
    "pools": found_panels.pools,
    "calls": found_panels.calls,
}
ON_WALL = ("flow", "hours", "turnaround", "positivity", "trend", "places")
CHOSEN_AMONG = 7  # days
# Of one list; of more, those of the place that is chosen: a page stays below 100 kB.
MOST_CHOICES = 60
DISTRICT = 2  # parts of its code


@dataclass(frozen=True, slots=True)
class Choices:
    """What the bar of filters offers: what samples of the last week had."""

    places: Sequence[str]
    labs: Sequence[str]
    stations: Sequence[str]
    operators: Sequence[tuple[str, str]]  # the tag, and what is said of it
    points: Sequence[tuple[str, str]]
    zones: Sequence[tuple[str, str]]
    cut: bool = False  # there are more, to be seen once a place is chosen


def panels(session: Session, wish: Wish, within: Within, keys: Iterable[str]) -> dict[str, Panel]:
    return {key: PANELS[key](session, wish, within) for key in keys}


def zoned(session: Session, wish: Wish) -> Wish:
    """Return *wish* with what its zone covers; a zone that there is not covers nothing."""
    if not wish.zone:
        return wish
    drawn = next((each for each in zones(session) if str(each.zone.id) == wish.zone), None)
    parts = (drawn.live_parts or drawn.parts) if drawn else ()
    places = frozenset(part.place for part in parts if part.place)
    points = frozenset(part.point_id for part in parts if part.point_id)
    return replace(wish, covers=(places, points))


def figures(session: Session, wish: Wish, within: Within) -> list[tuple[tuple[str, str], int, int]]:
    """Return the five large numbers: words, of the day, of the day before."""
    before = wish.day - timedelta(days=1)
    found = numbers.passed(session, wish, within, [wish.day, before])
    return [
        (words, found[wish.day][step], found[before][step])
        for step, words in day_panels.STAGES.items()
    ]


def choices(session: Session, wish: Wish, within: Within) -> Choices:
    """Return what may be chosen; where that is more than a list bears, what the place has."""
    found = _bearable(session, wish, within)
    words = workers.choices(session, found.operators, wish.operator, within, language())
    return replace(found, operators=words)


def _bearable(session: Session, wish: Wish, within: Within) -> Choices:
    """Return the same, of whoever worked the station and the tag."""
    every = _choices(session, wish, within)
    long = (every.places, every.stations, every.operators, every.points)
    if max(map(len, long)) <= MOST_CHOICES:
        return every
    there = _choices(session, wish, within.only(wish.place)) if wish.place else every
    return replace(
        every,
        places=[each for each in every.places if _near(each, wish.place)], cut=True,
        stations=there.stations[:MOST_CHOICES], operators=there.operators[:MOST_CHOICES],
        points=there.points[:MOST_CHOICES],
    )  # fmt: skip


def _near(place: str, chosen: str) -> bool:
    """Return whether a place stays in a long list: districts do, and communes of the chosen one."""
    parts, own = place.split("."), chosen.split(".")
    return len(parts) <= DISTRICT or (len(own) >= DISTRICT and parts[:DISTRICT] == own[:DISTRICT])


def _choices(session: Session, wish: Wish, within: Within) -> Choices:
    first = wish.day - timedelta(days=CHOSEN_AMONG)
    asked = (
        select(cells.c.place, cells.c.lab, cells.c.station, cells.c.operator)
        .where(cells.c.day >= first, cells.c.day <= wish.day, within.rows(cells.c.place))
        .distinct()
    )
    rows = session.execute(asked).all()
    return Choices(
        places=_around({row.place for row in rows}, within),
        labs=sorted({row.lab for row in rows} - {""}),
        stations=sorted({row.station for row in rows}),
        operators=sorted({(row.station, row.operator) for row in rows if row.operator}),
        points=_points(session, within),
        zones=[(str(each.zone.id), each.zone.name) for each in zones(session) if each.level],
    )


def _around(places: set[str], within: Within) -> list[str]:
    """Return places and what they are in, as far as the scope goes, larger ones first."""
    around = {each for place in places for each in _above(place)} - {""}
    return sorted(places - {""} | {each for each in around if within.covers(each)})


@lru_cache(maxsize=16384)
def _above(place: str) -> tuple[str, ...]:
    """Return the place with all that it is in; of what is no code nothing."""
    try:
        return tuple(Place.parse(place).around)
    except PlaceError:
        return ()


def _points(session: Session, within: Within) -> list[tuple[str, str]]:
    asked = select(Point.id, Point.name).join(PointStation, PointStation.point_id == Point.id)
    rows = session.execute(asked.where(within.rows(Point.place)).distinct())
    return sorted(((row.id, row.name) for row in rows), key=lambda row: names.order_text(row[1]))
