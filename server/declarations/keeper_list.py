"""Who was checked in at a point today, masked, and the way back for a keeper's mistake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import masked_name
from server.audit import services as audit
from server.declarations.check_ins import CheckInUnknown, answers_of
from server.declarations.models import CheckIn, Point
from server.declarations.targets import days
from server.declarations.targets.days import Change
from server.display import local
from server.people.models import Person

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One check-in as a keeper sees it."""

    id: UUID
    at: datetime
    who: str
    symptoms: str
    voided: bool
    own: bool  # a keeper's, who may take it back


def today(session: Session, point: Point, *, now: datetime) -> tuple[int, Sequence[Line]]:
    """Return how many check-ins of today hold, and the newest of them all."""
    since = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = (
        select(CheckIn, Person.name)
        .outerjoin(Person, Person.id == CheckIn.person_id)
        .where(CheckIn.point_id == point.id, CheckIn.at >= since)
        .order_by(CheckIn.at.desc(), CheckIn.id)
    )
    rows = session.execute(found).all()
    lines = [_line(made, name) for made, name in rows[:SHOWN]]
    return sum(made.voided_at is None for made, _ in rows), lines


def _line(made: CheckIn, name: str | None) -> Line:
    who = masked_name(name) if made.vehicle is None else f"{made.vehicle[:3]}…{made.vehicle[-2:]}"
    return Line(
        made.id, made.at, who, answers_of(made).symptoms, made.voided_at is not None,
        made.source == "keeper",
    )  # fmt: skip


def take_back(session: Session, point: Point, which: UUID, *, by: str, now: datetime) -> CheckIn:
    """Void a keeper's check-in of today at *point*.  Raises CheckInUnknown for any other."""
    made = session.get(CheckIn, which)
    if (
        made is None
        or (made.point_id, made.source) != (point.id, "keeper")
        or local(made.at).date() != local(now).date()
    ):
        raise CheckInUnknown(
            "Chỉ gỡ được lần ghi hôm nay của trang này.",
            "Only today's check-ins of this page can be taken back.",
        )
    if made.voided_at is None:
        made.voided_at, made.void_reason = now, "keeper"
        declared = made.declaration_id is not None
        days.note(session, [Change(made.point_id, made.at, declared, -1)])
        audit.record(session, "check-in.voided", made.id, by=by, now=now, detail=point.name)
    return made
