"""Who was at which point, and what they declared there.  The caller owns the transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contract.duty_events import CheckedIn, CheckInVoided
from server.audit import services as audit
from server.declarations import points
from server.declarations.models import CheckIn
from server.errors import DomainError, NotFound


class NotOwnCheckIn(DomainError):
    code = "not-own-check-in"


class CheckInUnknown(NotFound):
    code = "check-in-unknown"


class Answers(msgspec.Struct, frozen=True):
    """What was declared.  `symptoms`: 'no', 'yes', or '' where nobody asked."""

    symptoms: str = ""


@dataclass(frozen=True, slots=True)
class Comer:
    """Who came: a person we know, or a vehicle by what its pass says."""

    person_id: UUID | None = None
    vehicle: str | None = None


def record_check_in(
    session: Session, event: CheckedIn, comer: Comer, *, point: str, place: str, now: datetime
) -> CheckIn:
    """Record that *comer* was at *point*; an event that was recorded before changes nothing."""
    known = session.get(CheckIn, event.id)
    if known is not None:
        return known
    stood = points.point_of_station(session, event.station, event.at)
    made = CheckIn(
        id=event.id,
        person_id=comer.person_id,
        vehicle=comer.vehicle,
        source="station",
        station=event.station,
        point=stood.name if stood else point,
        point_id=stood.id if stood else None,
        place=event.place or place,
        at=event.at,
        trusted=event.trusted,
        answers=msgspec.json.encode(Answers(event.symptoms)).decode(),
        recorded_at=now,
    )
    session.add(made)
    by = f"station:{event.station}"
    audit.record(session, "check-in.recorded", event.id, by=by, now=now, detail=point)
    session.flush()
    return made


def void_check_in(session: Session, event: CheckInVoided, *, now: datetime) -> CheckIn:
    """Note that a check-in does not hold.  Raises NotOwnCheckIn for another station's."""
    known = session.get(CheckIn, event.check_in)
    if known is None:
        raise CheckInUnknown("Không có lần ghi này.", "There is no such check-in.")
    if known.station != event.station:
        raise NotOwnCheckIn(
            f"Trạm {event.station} không thể gỡ lần ghi của trạm {known.station}.",
            f"Station {event.station} cannot void a check-in of station {known.station}.",
        )
    if known.voided_at is None:
        known.voided_at, known.void_reason = now, event.reason[:40]
        by = f"station:{event.station}"
        audit.record(session, "check-in.voided", known.id, by=by, now=now, detail=event.reason)
    return known


def answers_of(made: CheckIn) -> Answers:
    return msgspec.json.decode(made.answers, type=Answers)
