"""Which zone was somewhere on a day.  Reads only.

Where zones overlap, the strictest level counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.names import order_text
from contract.places import Place, PlaceError
from server.accounts.within import ANYWHERE, Within
from server.declarations.models import CheckIn, Point
from server.declarations.targets.coverage import names_of
from server.declarations.zones.levels import LEVELS, strictest
from server.declarations.zones.models import Zone, ZoneLevel, ZonePart
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class InZone:
    """A zone as it covers something on a day."""

    id: UUID
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A zone with its present level (None once lifted), its parts and the whole history."""

    zone: Zone
    level: ZoneLevel | None
    parts: Sequence[ZonePart]
    levels: Sequence[ZoneLevel]

    @property
    def live_parts(self) -> list[ZonePart]:
        return [part for part in self.parts if part.until is None]


class ZoneMap:
    """The zones of one day."""

    def __init__(
        self, by_place: dict[str, list[InZone]], by_point: dict[str, list[InZone]]
    ) -> None:
        self._by_place, self._by_point = by_place, by_point

    @classmethod
    def of(cls, session: Session, day: date) -> Self:
        found = (
            select(Zone.id, Zone.name, ZoneLevel.level, ZonePart.place, ZonePart.point_id)
            .join(ZoneLevel, ZoneLevel.zone_id == Zone.id)
            .join(ZonePart, ZonePart.zone_id == Zone.id)
            .where(
                ZoneLevel.since <= day, or_(ZoneLevel.until.is_(None), ZoneLevel.until >= day),
                ZonePart.since <= day, or_(ZonePart.until.is_(None), ZonePart.until >= day),
            )
            .order_by(ZoneLevel.set_at)
        )  # fmt: skip
        by_place: dict[str, list[InZone]] = {}
        by_point: dict[str, list[InZone]] = {}
        for zone, name, level, place, point in session.execute(found):
            into = by_point if point else by_place
            into.setdefault(point or place or "", []).append(InZone(zone, name, level))
        return cls(by_place, by_point)

    def of_place(self, place: str) -> list[InZone]:
        """Return the zones that cover a place, the strictest first."""
        try:
            around = Place.parse(place).around
        except PlaceError:
            return []
        return _ordered([zone for area in around for zone in self._by_place.get(area, ())])

    def of_point(self, point_id: str | None, place: str) -> list[InZone]:
        """Return the zones that cover a point or its place, the strictest first."""
        own = self._by_point.get(point_id or "", [])
        return _ordered([*own, *self.of_place(place)])

    def level_of(self, point_id: str | None, place: str) -> str | None:
        return strictest(zone.level for zone in self.of_point(point_id, place))


def _ordered(zones: Sequence[InZone]) -> list[InZone]:
    """The strictest first, then by name."""
    return sorted(
        dict.fromkeys(zones),
        key=lambda zone: (-LEVELS[zone.level].rank, order_text(zone.name)),
    )


def zones(session: Session) -> list[Drawn]:
    """Return every zone, those that stand first, the strictest first."""
    parts: dict[UUID, list[ZonePart]] = {}
    for part in session.scalars(select(ZonePart).order_by(ZonePart.since, ZonePart.set_at)):
        parts.setdefault(part.zone_id, []).append(part)
    levels: dict[UUID, list[ZoneLevel]] = {}
    for level in session.scalars(select(ZoneLevel).order_by(ZoneLevel.since, ZoneLevel.set_at)):
        levels.setdefault(level.zone_id, []).append(level)
    drawn = [
        Drawn(zone, next((each for each in levels[zone.id] if each.until is None), None),
              parts.get(zone.id, ()), levels[zone.id])
        for zone in session.scalars(select(Zone).order_by(Zone.created_at.desc()))
    ]  # fmt: skip
    return sorted(drawn, key=lambda each: -LEVELS[each.level.level].rank if each.level else 0)


def zone(session: Session, zone_id: UUID) -> Drawn:
    """Raises NotFound."""
    found = next((each for each in zones(session) if each.zone.id == zone_id), None)
    if found is None:
        raise NotFound("Không có vùng này.", "There is no such zone.")
    return found


def names(session: Session) -> dict[str, str]:
    """Return how the localities, and the points that are parts of zones, are called."""
    parts = select(ZonePart.point_id).where(ZonePart.point_id.is_not(None))
    found = session.execute(select(Point.id, Point.name).where(Point.id.in_(parts)))
    return names_of(session) | {row[0]: row[1] for row in found}


def points_in(session: Session, drawn: Drawn, within: Within = ANYWHERE) -> list[Point]:
    """Return the points of that scope that a zone covers now, or covered when it was lifted."""
    live = drawn.live_parts or drawn.parts
    codes = {part.point_id for part in live if part.point_id}
    places = [part.place for part in live if part.place]
    covers = [Point.place == place for place in places]
    covers += [Point.place.startswith(f"{place}.") for place in places]
    found = select(Point).where(or_(Point.id.in_(codes), *covers), within.rows(Point.place))
    return list(session.scalars(found.order_by(Point.name_order, Point.id)))


def places_of_parts(session: Session, drawn: Drawn) -> dict[UUID, str]:
    """Return where each part of a zone is, points by their place."""
    codes = [part.point_id for part in drawn.parts if part.point_id]
    found = session.execute(select(Point.id, Point.place).where(Point.id.in_(codes)))
    place_of = {row.id: row.place for row in found}
    return {part.id: part.place or place_of.get(part.point_id or "", "") for part in drawn.parts}


def last_check_in(
    session: Session, ids: Collection[UUID], within: Within = ANYWHERE
) -> CheckIn | None:
    """Return where a person was last, as far as check-ins of their records say, in that scope."""
    found = select(CheckIn).where(CheckIn.person_id.in_(ids), CheckIn.voided_at.is_(None))
    found = found.where(within.rows(CheckIn.place))
    return session.scalar(found.order_by(CheckIn.at.desc()).limit(1))


def zones_of_person(
    session: Session, ids: Collection[UUID], day: date, within: Within = ANYWHERE
) -> list[InZone]:
    """Return the zones, of *day*, that cover where the person of these records checked in last."""
    last = last_check_in(session, ids, within)
    if last is None:
        return []
    point = session.get(Point, last.point_id) if last.point_id else None
    place = point.place if point else last.place
    return ZoneMap.of(session, day).of_point(last.point_id, place)
