"""Points as registrars look for them, and what stands at one.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract import names
from contract.places import Place, PlaceError
from server.accounts.models import Station
from server.accounts.within import ANYWHERE, Within
from server.declarations.models import CheckIn, Point, PointStation

PAGE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bar of filters says."""

    kind: str = ""
    place: str = ""
    open_on: date | None = None
    q: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the points that fit, and how many do."""

    points: Sequence[Point]
    total: int


def find(session: Session, wish: Wish, within: Within = ANYWHERE) -> Listed:
    """Return the points that fit: by kind, in a place, open on a day, by name, code or plate."""
    found = select(Point).order_by(Point.place, Point.name_order, Point.id)
    found = found.where(within.rows(Point.place))
    if wish.kind:
        found = found.where(Point.kind == wish.kind)
    if wish.place:
        found = found.where(
            or_(
                Point.place == wish.place, Point.place.startswith(f"{wish.place}.", autoescape=True)
            )
        )
    if wish.open_on:
        found = found.where(
            Point.active_from <= wish.open_on,
            or_(Point.active_until.is_(None), Point.active_until >= wish.open_on),
        )
    if key := names.match_key(wish.q):
        packed = wish.q.replace(" ", "").upper()
        named = Point.name_key.contains(key, autoescape=True)
        found = found.where(or_(named, Point.id == packed, Point.plate == packed))
    total = session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    first = (wish.page - 1) * PAGE
    return Listed(list(session.scalars(found.offset(first).limit(PAGE))), total)


def same_point(session: Session, kind: str, name: str, place: str, plate: str) -> Point | None:
    """Return the point that is already known under these words, for lists that come twice."""
    found = select(Point).where(Point.kind == kind, Point.place == place, Point.plate == plate)
    key = names.match_key(name)[:240]
    return session.scalars(found.where(Point.name_key == key).limit(1)).first()


def stations_at(session: Session, point_id: str) -> list[Station]:
    """Return the stations that stand at a point now."""
    found = (
        select(Station)
        .join(PointStation, PointStation.station == Station.id)
        .where(PointStation.point_id == point_id, PointStation.until.is_(None))
    )
    return list(session.scalars(found.order_by(Station.id)))


def all_stations(session: Session, within: Within = ANYWHERE) -> list[Station]:
    found = select(Station).where(within.rows(Station.place))
    return list(session.scalars(found.order_by(Station.id)))


def check_ins_since(session: Session, point_id: str, since: datetime) -> int:
    """Return how many check-ins that hold a point has had since then."""
    count = select(func.count()).select_from(CheckIn)
    return (
        session.scalar(
            count.where(
                CheckIn.point_id == point_id, CheckIn.at >= since, CheckIn.voided_at.is_(None)
            )
        )
        or 0
    )


def place_of(text: str) -> str:
    """Return a filter's place as its code, or '' for what is none."""
    try:
        return str(Place.parse(text)) if text else ""
    except PlaceError:
        return ""
