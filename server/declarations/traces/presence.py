"""Check-ins as a trace reads them: by comer, or by point and time.  Reads only, by index.

A comer is named by a key: 'p' and a person's id, or 'v' and what a vehicle is found by.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, column, select, values
from sqlalchemy.orm import Session

from server.db import UtcDateTime
from server.declarations.check_ins import vehicle_blind
from server.declarations.models import CheckIn, Point
from server.declarations.traces.overlap import Span, Spot

CheckedIn = tuple[datetime, str, Spot]  # when, who, where
AT_ONCE = 500
STRETCHES = 100  # points and times in one question
# What the planner sees: for each point and stretch of time a look into ix_check_in_point.
_ASKED = values(
    column("point", String), column("begins", UtcDateTime()), column("ends", UtcDateTime()),
    name="stretches",
)  # fmt: skip


def person_key(person_id: UUID) -> str:
    return f"p{person_id.hex}"


def vehicle_key(vehicle: str) -> str:
    return f"v{vehicle_blind(vehicle)}"


def person_of_key(key: str) -> UUID | None:
    """Return the person that a comer's key names, None for a vehicle."""
    return UUID(key[1:]) if key.startswith("p") else None


def at_spots(session: Session, spans: Mapping[Spot, Iterable[Span]]) -> list[CheckedIn]:
    """Return who checked in at points within stretches of time: some questions for all of them."""
    wanted = [(point, *span) for point, stretches in spans.items() for span in stretches]
    found: list[CheckedIn] = []
    for start in range(0, len(wanted), STRETCHES):
        asked = at_points(wanted[start : start + STRETCHES])
        found += [_read(*row) for row in session.execute(asked)]
    return found


def at_points(wanted: Sequence[tuple[Spot, datetime, datetime]]) -> Select[*tuple[Any, ...]]:
    """Return the question who was at these points in these stretches; each check-in once a stretch.

    Stretches of one point do not overlap, so no check-in comes twice.
    """
    asked = _ASKED.data(list(wanted)).cte("asked")
    return select(CheckIn.at, CheckIn.person_id, CheckIn.vehicle_blind, CheckIn.point_id).join(
        asked,
        and_(
            CheckIn.point_id == asked.c.point,
            CheckIn.at >= asked.c.begins,
            CheckIn.at < asked.c.ends,
        ),
    ).where(CheckIn.voided_at.is_(None))  # fmt: skip


def of_comers(
    session: Session, comers: Collection[str], begins: datetime, ends: datetime
) -> list[CheckedIn]:
    """Return where comers checked in between two times, at points."""
    persons = [person for key in comers if (person := person_of_key(key))]
    vehicles = [key[1:] for key in comers if key.startswith("v")]
    found: list[CheckedIn] = []
    for start in range(0, len(persons), AT_ONCE):
        some = CheckIn.person_id.in_(persons[start : start + AT_ONCE])
        found += [_read(*row) for row in session.execute(_between(some, begins, ends))]
    for start in range(0, len(vehicles), AT_ONCE):
        some = CheckIn.vehicle_blind.in_(vehicles[start : start + AT_ONCE])
        found += [_read(*row) for row in session.execute(_between(some, begins, ends))]
    return found


def _between(
    which: ColumnElement[bool], begins: datetime, ends: datetime
) -> Select[*tuple[Any, ...]]:
    return select(
        CheckIn.at, CheckIn.person_id, CheckIn.vehicle_blind, CheckIn.point_id
    ).where(
        which, CheckIn.at >= begins, CheckIn.at < ends,
        CheckIn.voided_at.is_(None), CheckIn.point_id.is_not(None),
    )  # fmt: skip


def _read(at: datetime, person: UUID | None, vehicle: str | None, point: str | None) -> CheckedIn:
    return at, person_key(person) if person else f"v{vehicle}", str(point)


def stays_at(
    session: Session, points: Collection[str], minutes: Mapping[str, int]
) -> dict[Spot, timedelta]:
    """Return how long people stay at each of *points*, by its kind."""
    wanted, found = list(points), {}
    for start in range(0, len(wanted), AT_ONCE):
        some = select(Point.id, Point.kind).where(Point.id.in_(wanted[start : start + AT_ONCE]))
        found.update(
            {point: timedelta(minutes=minutes[kind]) for point, kind in session.execute(some)}
        )
    return found


def places_of(session: Session, points: Collection[str]) -> dict[Spot, str]:
    """Return the place of each of *points*."""
    wanted, found = list(points), {}
    for start in range(0, len(wanted), AT_ONCE):
        some = select(Point.id, Point.place).where(Point.id.in_(wanted[start : start + AT_ONCE]))
        found.update({row[0]: row[1] for row in session.execute(some)})
    return found


def vehicles_of(session: Session, comers: Iterable[str]) -> dict[str, str]:
    """Return what the passes of the vehicles among *comers* say, by comer's key."""
    blinds = [key[1:] for key in comers if key.startswith("v")]
    found = {}
    for blind in blinds:
        one = select(CheckIn.vehicle).where(CheckIn.vehicle_blind == blind).limit(1)
        found[f"v{blind}"] = session.scalar(one) or ""
    return found


def points_with_plate(session: Session, vehicle: str) -> list[str]:
    """Return the moving points that are this vehicle."""
    wanted = vehicle_blind(vehicle)
    plates = session.execute(select(Point.id, Point.plate).where(Point.plate != ""))
    return [point for point, plate in plates if vehicle_blind(plate) == wanted]
