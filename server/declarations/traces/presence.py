"""Check-ins as a trace reads them: by comer, or by point and time.  Reads only, by index.

A comer is named by a key: 'p' and a person's id, or 'v' and what a vehicle is found by.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session

from server.db import among, among_ids, listed
from server.declarations.check_ins import vehicle_blind
from server.declarations.models import CheckIn, Point
from server.declarations.traces.overlap import Span, Spot
from server.rows import stored_rows
from server.stored_times import read_time, stored_time

CheckedIn = tuple[datetime, str, Spot]  # when, who, where
# A list of points and times as rows: one parameter, and one statement, for any number.
_STRETCHES = {
    "sqlite": text(
        "SELECT json_extract(value, '$[0]') AS point, json_extract(value, '$[1]') AS begins,"
        " json_extract(value, '$[2]') AS ends FROM json_each(:stretches)"
    ),
    "postgresql": text(
        "SELECT one ->> 0 AS point, CAST(one ->> 1 AS timestamp) AS begins,"
        " CAST(one ->> 2 AS timestamp) AS ends"
        " FROM json_array_elements(CAST(:stretches AS json)) AS one"
    ),
}


def person_key(person_id: UUID) -> str:
    return f"p{person_id.hex}"


def vehicle_key(vehicle: str) -> str:
    return f"v{vehicle_blind(vehicle)}"


def person_of_key(key: str) -> UUID | None:
    """Return the person that a comer's key names, None for a vehicle."""
    return UUID(key[1:]) if key.startswith("p") else None


def at_spots(session: Session, spans: Mapping[Spot, Iterable[Span]]) -> list[CheckedIn]:
    """Return who checked in at points within stretches of time: one question for all of them."""
    wanted = [(point, *span) for point, stretches in spans.items() for span in stretches]
    if not wanted:
        return []
    question = at_points(session.get_bind().dialect.name)
    return _read(stored_rows(session, question, {"stretches": stretches_of(wanted)}))


def stretches_of(wanted: Iterable[tuple[Spot, datetime, datetime]]) -> str:
    """Return points and stretches of time as the parameter that `at_points` takes."""
    return msgspec.json.encode(
        [(point, _text(begins), _text(ends)) for point, begins, ends in wanted]
    ).decode()


def _text(at: datetime) -> str:
    """Return a time as SQLite stores it, and as PostgreSQL reads it."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


@cache
def at_points(dialect: str) -> Select[*tuple[Any, ...]]:
    """Return the question who was at points in stretches of time; each check-in once a stretch.

    The planner sees for each of them a look into ix_check_in_point.  Stretches of one point do not
    overlap, so no check-in comes twice.
    """
    rows = _STRETCHES[dialect].columns(point=String(), begins=DateTime(), ends=DateTime())
    asked = rows.subquery("asked")
    at = type_coerce(CheckIn.at, DateTime)
    there = and_(CheckIn.point_id == asked.c.point, at >= asked.c.begins, at < asked.c.ends)
    return _asking().select_from(asked.join(CheckIn, there))


def of_comers(
    session: Session, comers: Collection[str], begins: datetime, ends: datetime
) -> list[CheckedIn]:
    """Return where comers checked in between two times, at points."""
    period = {"begins": stored_time(session, begins), "ends": stored_time(session, ends)}
    found: list[CheckedIn] = []
    for sort, question in _OF_COMERS.items():
        some = [key[1:] for key in comers if key.startswith(sort)]
        if some:
            rows = stored_rows(session, question, {"comers": listed(some), **period})
            found += _read(rows)
    return found


def _asking() -> Select[*tuple[Any, ...]]:
    """Ask for check-ins as `CheckedIn` has them, their comers by key."""
    person = func.replace(cast(CheckIn.person_id, String), "-", "")
    who = func.coalesce(
        literal_column("'p'").concat(person), literal_column("'v'").concat(CheckIn.vehicle_blind)
    )
    asked = select(CheckIn.at, who.label("who"), CheckIn.point_id)
    return asked.where(CheckIn.voided_at.is_(None))


def _between(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    at = type_coerce(CheckIn.at, DateTime)
    within = and_(
        at >= bindparam("begins", type_=DateTime()), at < bindparam("ends", type_=DateTime())
    )
    return _asking().where(which, within, CheckIn.point_id.is_not(None))


_OF_COMERS = {
    "p": _between(among_ids(CheckIn.person_id, "comers")),
    "v": _between(among(CheckIn.vehicle_blind, "comers")),
}


def _read(rows: Iterable[Any]) -> list[CheckedIn]:
    return [(read_time(at), who, spot) for at, who, spot in rows]


def stays_at(
    session: Session, points: Collection[str], minutes: Mapping[str, int]
) -> dict[Spot, timedelta]:
    """Return how long people stay at each of *points*, by its kind."""
    some = select(Point.id, Point.kind).where(among(Point.id, "points"))
    stays = {kind: timedelta(minutes=each) for kind, each in minutes.items()}
    found = session.execute(some, {"points": listed(points)})
    return {point: stays[kind] for point, kind in found}


def places_of(session: Session, points: Collection[str]) -> dict[Spot, str]:
    """Return the place of each of *points*."""
    some = select(Point.id, Point.place).where(among(Point.id, "points"))
    found = session.execute(some, {"points": listed(points)})
    return {row[0]: row[1] for row in found}


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
