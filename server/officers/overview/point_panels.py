"""The overview's picture of places, and who has gone silent: stations and declaration points."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from contract import names
from server.accounts import health_queries
from server.accounts.sickness import State
from server.accounts.within import Within
from server.declarations.models import Point, PointStation
from server.declarations.targets.board import silent_days
from server.declarations.targets.models import PointDay
from server.display import age, t
from server.figures.days import bounds
from server.officers.overview import numbers, spots
from server.officers.overview.found_panels import NOWHERE, localities
from server.officers.overview.shapes import Panel, Table
from server.officers.overview.spots import Spot
from server.officers.overview.wish import Wish
from server.place_names import name_of

MOST_SPOTS = 60
TROUBLED = (State.SILENT, State.SICK)
STATES = {State.SILENT: ("im lặng", "silent"), State.SICK: ("có vấn đề", "has a problem")}


def places(session: Session, wish: Wish, within: Within) -> Panel:
    """Show points where stations stand, on a map; without coordinates, places as tiles."""
    found = _points(session, wish, within)
    if sum(spot.latitude is not None for spot in found) < 2:
        found = _localities(session, wish, within)
    found.sort(key=lambda spot: (-spot.people, names.order_text(spot.name)))
    title = t("Điểm và nơi", "Points and places")
    rows = [
        (spot.name, spot.people, spot.positive, t("im lặng", "silent") if spot.silent else "")
        for spot in found
    ]
    heads = (
        t("Nơi", "Place"), t("Người", "People"), t("Dương tính", "Positive"),
        t("Tình trạng", "State"),
    )  # fmt: skip
    says = f"{title}: " + "; ".join(f"{spot.name} {spot.people}" for spot in found[:MOST_SPOTS])
    picture = spots.draw(found[:MOST_SPOTS], says)
    if picture:
        picture.legend = t(
            "Chấm hay ô càng lớn, càng đậm: càng nhiều người. ✚ có dương tính · ✖ im lặng.",
            "The larger or darker, the more people. ✚ has positives · ✖ silent.",
        )
    empty = t("Chưa có mẫu nào.", "No sample yet.")
    return Panel("places", title, Table(heads, rows), picture, empty=empty)


def _points(session: Session, wish: Wish, within: Within) -> list[Spot]:
    """Return the points at which stations stood on the wish's days, with what these came to."""
    by_station = {group.key: group for group in numbers.groups(session, wish, within, "station")}
    begin, end = bounds(wish.first)[0], bounds(wish.day)[1]
    stood = PointStation.since < end, or_(PointStation.until.is_(None), PointStation.until > begin)
    asked = select(PointStation.station, Point).join(Point, Point.id == PointStation.point_id)
    sums: dict[str, tuple[Point, int, int]] = {}
    for station, point in session.execute(
        asked.where(*stood, within.only(wish.place).rows(Point.place))
    ):
        _, people, positive = sums.get(point.id, (point, 0, 0))
        own = by_station.get(station)
        more = (own.counts["people"], own.counts["said_positive"]) if own else (0, 0)
        sums[point.id] = (point, people + more[0], positive + more[1])
    narrow = not replace(wish, place="").is_whole  # then nothing there is no silence
    return [
        Spot(point.name, people, positive, not people, point.latitude, point.longitude)
        for point, people, positive in sums.values()
        if people or not narrow
    ]


def _localities(session: Session, wish: Wish, within: Within) -> list[Spot]:
    sums = localities(session, wish, within)
    return [
        Spot(name_of(key) or t(*NOWHERE), own["people"], own["said_positive"])
        for key, own in sums.items()
    ]


class Quiet(NamedTuple):
    """A station that nobody hears, or that has a problem."""

    station: str
    label: str
    place: str
    state: State
    since: datetime | None


def quiet_stations(session: Session, wish: Wish, within: Within, now: datetime) -> list[Quiet]:
    scope = within.only(wish.place)
    return [
        Quiet(each.station.id, each.station.label, each.station.place, each.state, each.since)
        for each in health_queries.ward(session, now)
        if each.state in TROUBLED
        and each.station.state == "enrolled"
        and scope.covers(each.station.place)
    ]


def silent_points(session: Session, wish: Wish, within: Within) -> int:
    """Count the open points without a check-in for as many days as make a point silent."""
    first = wish.day - timedelta(days=silent_days(session))
    recent = exists().where(
        PointDay.point_id == Point.id, PointDay.day > first, PointDay.day <= wish.day,
        PointDay.check_ins > 0,
    )  # fmt: skip
    open_ones: Any = (
        Point.active_from <= first,
        or_(Point.active_until.is_(None), Point.active_until >= wish.day),
        within.only(wish.place).rows(Point.place),
    )
    return session.scalar(select(func.count(Point.id)).where(~recent, *open_ones)) or 0


def silent(session: Session, wish: Wish, within: Within, now: datetime) -> Panel:
    """List who has gone silent."""
    rows: list[tuple[str | int, ...]] = [
        (each.station, each.label, name_of(each.place), t(*STATES[each.state]),
         age(each.since, now) if each.since else "—")
        for each in quiet_stations(session, wish, within, now)
    ]  # fmt: skip
    heads = (
        t("Trạm", "Station"), t("Tên", "Name"), t("Nơi", "Place"), t("Tình trạng", "State"),
        t("Đã bao lâu", "For how long"),
    )  # fmt: skip
    title = t("Trạm im lặng hoặc có vấn đề", "Stations that are silent or have a problem")
    return Panel("silent", title, Table(heads, rows),
                 empty=t("Mọi trạm đều lên tiếng.", "Every station is heard."))  # fmt: skip
