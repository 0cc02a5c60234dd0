"""Check-in points: made, closed, and the stations that stand at them.  The caller owns the
transaction."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.places import Place, PlaceError
from contract.points import new_point_code
from server.accounts.models import Station
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.declarations.kinds import KINDS, PointKind
from server.declarations.models import Point, PointStation
from server.display import local
from server.errors import BadInput, DomainError, NotFound

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PLAIN = (
    *("name", "address", "head", "phone", "route", "opens", "closes", "latitude", "longitude"),
    "active_until",
)


class PointClosed(DomainError):
    code = "point-closed"
    status = 409


@dataclass(frozen=True, slots=True)
class PointWish:
    """What somebody says of a point that they want."""

    kind: PointKind
    name: str
    place: str
    address: str = ""
    head: str = ""
    phone: str = ""
    plate: str = ""
    route: str = ""
    opens: str = ""
    closes: str = ""
    latitude: float | None = None
    longitude: float | None = None
    active_from: date | None = None
    active_until: date | None = None


def add_point(session: Session, wish: PointWish, *, by: str, now: datetime) -> Point:
    """Make a point with a code of its own.  Raises BadInput for what no point can be."""
    begins = wish.active_from or local(now).date()
    _check(wish, begins)
    made = Point(
        id=new_point_code().text,
        kind=wish.kind.value,
        name=wish.name,
        place=str(Place.parse(wish.place)),
        address=wish.address,
        head=wish.head,
        phone=wish.phone,
        plate=wish.plate.upper(),
        route=wish.route,
        opens=wish.opens,
        closes=wish.closes,
        latitude=wish.latitude,
        longitude=wish.longitude,
        active_from=begins,
        active_until=wish.active_until,
        created_at=now,
        created_by=by,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, "point.added", made.id, by=by, now=now, detail=f"{made.kind} {made.place}"
    )
    return made


def _check(wish: PointWish, begins: date) -> None:
    try:
        Place.parse(wish.place)
    except PlaceError as error:
        raise BadInput(
            f"Nơi {wish.place} không đúng: ghi cả bộ mã, ví dụ vn-2021:24.222.",
            f"{wish.place} is no place: give the code set too, such as vn-2021:24.222.",
            field="place",
        ) from error
    if wish.active_until is not None and wish.active_until < begins:
        raise BadInput(
            "Ngày cuối phải sau ngày đầu.",
            "The last day must not be before the first.",
            field="active_until",
        )
    for field, at in (("opens", wish.opens), ("closes", wish.closes)):
        if at and not _TIME.fullmatch(at):
            raise BadInput("Giờ ghi như 06:00.", "Times are written like 06:00.", field=field)
    for field, angle, most in (("latitude", wish.latitude, 90), ("longitude", wish.longitude, 180)):
        if angle is not None and not -most <= angle <= most:
            raise BadInput(
                f"Tọa độ này từ -{most} đến {most}.",
                f"This coordinate is from -{most} to {most}.",
                field=field,
            )
    if KINDS[wish.kind].moves and not wish.plate:
        raise BadInput("Xe cần biển số.", "A vehicle needs its licence plate.", field="plate")


def revise_point(
    session: Session, point_id: str, wish: PointWish, *, by: str, now: datetime
) -> Point:
    """Let a point be as *wish* says; its code, and so its posters, stay."""
    point = get_point(session, point_id)
    begins = wish.active_from or point.active_from
    _check(wish, begins)
    for field in _PLAIN:
        setattr(point, field, getattr(wish, field))
    point.kind, point.place = wish.kind.value, str(Place.parse(wish.place))
    point.plate, point.active_from = wish.plate.upper(), begins
    audit.record(
        session, "point.revised", point.id, by=by, now=now, detail=f"{point.kind} {point.place}"
    )
    return point


def close_point(session: Session, point_id: str, *, by: str, now: datetime) -> Point:
    """Let today be a point's last day; its poster leads to a page that says so."""
    point = get_point(session, point_id)
    point.active_until = max(point.active_from, local(now).date())
    audit.record(session, "point.closed", point.id, by=by, now=now)
    return point


def get_point(session: Session, point_id: str, within: Within = ANYWHERE) -> Point:
    """Raises NotFound, for a point outside *within* in the same words."""
    found = session.get(Point, point_id.upper())
    if found is None or not within.covers(found.place):
        raise no_point()
    return found


def no_point() -> NotFound:
    return NotFound(
        "Không có điểm khai báo này. Xem lại mã trên áp phích.",
        "There is no such check-in point. Look at the code on the poster again.",
    )


def is_open(point: Point, now: datetime) -> bool:
    """Return whether people may check in there today.  Opening hours are told, not enforced."""
    today = local(now).date()
    return point.active_from <= today and (
        point.active_until is None or today <= point.active_until
    )


def check_open(point: Point, now: datetime) -> None:
    """Raise PointClosed where `is_open` is false."""
    if not is_open(point, now):
        raise PointClosed(
            f"Điểm {point.name} hiện không hoạt động. Hỏi người phụ trách điểm.",
            f"The point {point.name} is not active now. Ask who is in charge of it.",
        )


def place_station(
    session: Session,
    station: str,
    point_id: str,
    *,
    by: str,
    now: datetime,
    within: Within = ANYWHERE,
) -> PointStation:
    """Let a station of *within* stand at a point from now on; it leaves where it stood."""
    placed = session.get(Station, station)
    if placed is None or not within.covers(placed.place):
        raise NotFound("Không có trạm này.", "There is no such station.")
    point = get_point(session, point_id)
    standing = select(PointStation).where(
        PointStation.station == station, PointStation.until.is_(None)
    )
    before = session.scalar(standing)
    if before is not None:
        if before.point_id == point.id:
            return before
        before.until = now
        session.flush()
    made = PointStation(id=uuid4(), station=station, point_id=point.id, since=now)
    session.add(made)
    session.flush()
    audit.record(session, "point.station-placed", point.id, by=by, now=now, detail=station)
    return made


def point_of_station(session: Session, station: str, at: datetime) -> Point | None:
    """Return the point at which *station* stood then, if it stood at one."""
    found = (
        select(Point)
        .join(PointStation, PointStation.point_id == Point.id)
        .where(PointStation.station == station, PointStation.since <= at)
        .where(or_(PointStation.until.is_(None), PointStation.until > at))
        .order_by(PointStation.since.desc())
    )
    return session.scalar(found.limit(1))
