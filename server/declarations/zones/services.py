"""Zones are drawn, change their level, grow, shrink, are lifted.  The caller owns the transaction.

Nothing is overwritten: a level or a part ends on a day, and another row begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.places import Place, PlaceError
from server.audit import services as audit
from server.declarations.models import Point
from server.declarations.zones.levels import LEVELS
from server.declarations.zones.models import Zone, ZoneLevel, ZonePart
from server.errors import BadInput, DomainError, NotFound
from server.forms import place_or_text
from server.local_forms import day


class ZoneLifted(DomainError):
    code = "zone-lifted"


@dataclass(frozen=True, slots=True)
class Act:
    """Who draws, when, and why."""

    by: str
    now: datetime
    reason: str = ""


def draw_zone(
    session: Session, name: str, level: str, parts: Sequence[str], *, since: date, act: Act
) -> Zone:
    """Make a zone of places and points; *parts* are codes of either."""
    if not parts:
        raise BadInput(
            "Vùng cần ít nhất một nơi hoặc một điểm.",
            "A zone needs a place or a point.",
            field="parts",
        )
    zone = Zone(id=uuid4(), name=name, created_at=act.now, created_by=act.by)
    session.add(zone)
    session.flush()
    for code in dict.fromkeys(parts):
        _add_part(session, zone, code, since, act)
    _begin_level(session, zone, level, since, act)
    audit.record(session, "zone.drawn", zone.id, by=act.by, now=act.now, detail=level)
    return zone


def set_level(session: Session, zone_id: UUID, level: str, *, since: date, act: Act) -> None:
    """Let a zone have another level from a day on."""
    zone, standing = _open(session, zone_id)
    if since < standing.since:
        raise BadInput(
            f"Mức hiện nay có từ {day(standing.since, 'vi')}: chọn ngày từ đó trở đi.",
            f"The present level began on {day(standing.since, 'en')}: choose a day since.",
            field="since",
        )
    standing.until = max(standing.since, since - timedelta(days=1))
    session.flush()
    _begin_level(session, zone, level, since, act)
    audit.record(session, "zone.level-set", zone.id, by=act.by, now=act.now, detail=level)


def lift_zone(session: Session, zone_id: UUID, *, last: date, act: Act) -> None:
    """Let *last* be the last day of a zone."""
    zone, standing = _open(session, zone_id)
    standing.until = max(standing.since, last)
    audit.record(session, "zone.lifted", zone.id, by=act.by, now=act.now)


def add_part(session: Session, zone_id: UUID, code: str, *, since: date, act: Act) -> None:
    """Let a place or a point belong to a zone from a day on."""
    zone, _ = _open(session, zone_id)
    part = _add_part(session, zone, code, since, act)
    detail = part.place or part.point_id
    audit.record(session, "zone.part-added", zone.id, by=act.by, now=act.now, detail=detail)


def end_part(session: Session, part_id: UUID, *, last: date, act: Act) -> UUID:
    """Let *last* be the last day on which something belongs to its zone; return the zone."""
    part = session.get(ZonePart, part_id)
    if part is None or part.until is not None:
        raise NotFound("Phần này không còn trong vùng.", "This is no longer a part of the zone.")
    part.until = max(part.since, last)
    detail = part.place or part.point_id
    audit.record(session, "zone.part-ended", part.zone_id, by=act.by, now=act.now, detail=detail)
    return part.zone_id


def place_of(session: Session, code: str) -> str:
    """Return where the part called *code* is: a point's place, else what the code says."""
    point = None if ":" in code else session.get(Point, code.strip().upper())
    return point.place if point else place_or_text(code.strip())


def _open(session: Session, zone_id: UUID) -> tuple[Zone, ZoneLevel]:
    zone = session.get(Zone, zone_id)
    if zone is None:
        raise NotFound("Không có vùng này.", "There is no such zone.")
    standing = session.scalar(
        select(ZoneLevel).where(ZoneLevel.zone_id == zone_id, ZoneLevel.until.is_(None))
    )
    if standing is None:
        raise ZoneLifted(
            "Vùng này đã dỡ. Vẽ vùng mới nếu cần.", "This zone was lifted. Draw another if needed."
        )
    return zone, standing


def _begin_level(session: Session, zone: Zone, level: str, since: date, act: Act) -> None:
    if level not in LEVELS:
        raise BadInput(
            "Hãy chọn mức trong danh sách.", "Choose the level from the list.", field="level"
        )
    session.add(
        ZoneLevel(id=uuid4(), zone_id=zone.id, level=level, since=since, reason=act.reason[:200],
                  set_by=act.by, set_at=act.now)
    )  # fmt: skip
    session.flush()


def _add_part(session: Session, zone: Zone, code: str, since: date, act: Act) -> ZonePart:
    place, point = _place_or_point(session, code.strip())
    part = ZonePart(id=uuid4(), zone_id=zone.id, place=place, point_id=point, since=since,
                    set_by=act.by, set_at=act.now)  # fmt: skip
    session.add(part)
    session.flush()
    return part


def _place_or_point(session: Session, code: str) -> tuple[str | None, str | None]:
    if ":" not in code and session.get(Point, code.upper()) is not None:
        return None, code.upper()
    try:
        return str(Place.parse(place_or_text(code))), None
    except PlaceError as error:
        raise BadInput(
            f"{code} không phải nơi (tên, hoặc mã như vn-2021:24.222) cũng không phải mã điểm.",
            f"{code} is neither a place (name, or code as vn-2021:24.222) nor a point's code.",
            field="place",
        ) from error
