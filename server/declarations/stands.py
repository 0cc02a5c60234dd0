"""At which points stations stood, asked for once for many check-ins."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations.models import Point, PointStation

Stay = tuple[datetime, datetime | None, Point]


class Stands:
    """Where some stations stood, newest stay first."""

    def __init__(self, stays: Mapping[str, Sequence[Stay]]) -> None:
        self._stays = stays

    @classmethod
    def of(cls, session: Session, stations: Collection[str]) -> Self:
        found = (
            select(PointStation, Point)
            .join(Point, Point.id == PointStation.point_id)
            .where(PointStation.station.in_(stations))
            .order_by(PointStation.since.desc())
        )
        stays: dict[str, list[Stay]] = {}
        for stand, point in session.execute(found):
            stays.setdefault(stand.station, []).append((stand.since, stand.until, point))
        return cls(stays)

    def place_of(self, station: str, at: datetime, otherwise: str) -> str:
        """Return where a check-in at *station* then was: its point's place, else *otherwise*."""
        point = self.at(station, at)
        return point.place if point else otherwise

    def at(self, station: str, at: datetime) -> Point | None:
        """Return the point at which *station* stood then, as `points.point_of_station` does."""
        for since, until, point in self._stays.get(station, ()):
            if since <= at and (until is None or until > at):
                return point
        return None
