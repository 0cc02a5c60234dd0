"""Who was at which point, and what they declared there.  The caller owns the transaction.

`keep` is the one way by which check-ins come into the record: it counts them by point and day too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.duty_events import CheckedIn, CheckInVoided
from server import vault
from server.audit import services as audit
from server.declarations import late_times
from server.declarations.models import CheckIn, Declaration
from server.declarations.stands import Stands
from server.declarations.targets import covering, days
from server.declarations.targets.days import Change
from server.declarations.withdrawn import withdrawals
from server.errors import DomainError, NotFound
from server.rows import insert_rows


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One check-in as it is kept.  `id` is the event's or the phone's: again it changes nothing."""

    id: UUID
    comer: Comer
    source: str
    point: str
    place: str
    at: datetime
    station: str | None = None
    point_id: str | None = None
    declaration_id: UUID | None = None
    trusted: bool = True
    symptoms: str = ""


@dataclass(frozen=True, slots=True)
class AtStation:
    """A check-in that a station reports; `point` and `place` are the station's own, which hold
    where it stood at no point."""

    event: CheckedIn
    comer: Comer
    point: str
    place: str
    claimed_at: datetime | None = None  # what its clock said, where `event` has a better time


def keep(session: Session, comings: Sequence[Coming], *, now: datetime) -> list[Coming]:
    """Keep check-ins, all or none, and count them; return those that were new, as they are kept."""
    by_id = {each.id: each for each in comings}
    asked = list(by_id)
    for start in range(0, len(asked), 500):
        some = select(CheckIn.id).where(CheckIn.id.in_(asked[start : start + 500]))
        for known in session.scalars(some):
            by_id.pop(known, None)
    session.flush()
    new = _silenced(session, list(by_id.values()), now)
    insert_rows(session, CheckIn, [_row(each, now) for each in new])
    days.note(
        session,
        [Change(each.point_id, each.at, each.declaration_id is not None) for each in new],
    )
    return new


def _silenced(session: Session, comings: Sequence[Coming], now: datetime) -> list[Coming]:
    """Return *comings* without the answers that rest on nothing any more.

    Where a station did not know the time, nobody can say that it asked afterwards.
    """
    asked = [each for each in comings if each.symptoms and each.comer.person_id]
    if not asked:
        return list(comings)
    since = min(each.at for each in asked) if all(each.trusted for each in asked) else None
    persons = {each.comer.person_id for each in asked if each.comer.person_id}
    ended = withdrawals(session, persons, since, now)
    return [replace(each, symptoms="") if _is_over(each, ended) else each for each in comings]


def _is_over(each: Coming, ended: dict[UUID, datetime]) -> bool:
    at = ended.get(each.comer.person_id) if each.comer.person_id else None
    return at is not None and (each.at < at or not each.trusted)


def _row(each: Coming, now: datetime) -> dict[str, object]:
    vehicle = each.comer.vehicle
    return {
        "id": each.id, "person_id": each.comer.person_id, "vehicle": vehicle,
        "vehicle_blind": vehicle_blind(vehicle) if vehicle is not None else None,
        "source": each.source, "station": each.station, "point": each.point,
        "point_id": each.point_id, "declaration_id": each.declaration_id, "place": each.place,
        "at": each.at, "trusted": each.trusted,
        "answers": msgspec.json.encode(Answers(each.symptoms)).decode(),
        "recorded_at": now, "voided_at": None, "void_reason": None,
    }  # fmt: skip


def vehicle_blind(vehicle: str) -> str:
    """Return what a vehicle is found by: its pass or plate, however it is spaced."""
    plain = "".join(letter for letter in vehicle.upper() if letter.isalnum())
    return vault.current().lasting("check_in.vehicle", plain)


def record_check_in(
    session: Session, event: CheckedIn, comer: Comer, *, point: str, place: str, now: datetime
) -> CheckIn:
    """Record that *comer* was at *point*; an event that was recorded before changes nothing."""
    record_check_ins(session, [AtStation(event, comer, point, place)], now=now)
    return session.get_one(CheckIn, event.id)


def record_check_ins(session: Session, given: Sequence[AtStation], *, now: datetime) -> list[UUID]:
    """Record many check-ins of stations with few questions, all or none.

    Return those whose answers are not kept, for their consent was taken back since.
    """
    stood = Stands.of(session, {each.event.station for each in given})
    comings = []
    for each in given:
        event = each.event
        point = stood.at(event.station, event.at)
        comings.append(
            Coming(
                id=event.id,
                comer=each.comer,
                source="station",
                station=event.station,
                point=point.name if point else each.point,
                point_id=point.id if point else None,
                place=stood.place_of(event.station, event.at, event.place or each.place),
                at=event.at,
                trusted=event.trusted,
                symptoms=event.symptoms,
            )
        )
    new = {each.id: each for each in keep(session, comings, now=now)}
    first = [each for each in given if each.event.id in new]
    claimed = {each.event.id: each.claimed_at for each in first if each.claimed_at}
    late_times.note(session, [each.event for each in first], claimed)
    entries = [(f"station:{each.station}", each.id, each.point) for each in new.values()]
    audit.record_each(session, "check-in.recorded", entries, now=now)
    return [each.event.id for each in first if each.event.symptoms != new[each.event.id].symptoms]


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
        declared = known.declaration_id is not None
        days.note(session, [Change(known.point_id, known.at, declared, -1)])
        by = f"station:{event.station}"
        audit.record(session, "check-in.voided", known.id, by=by, now=now, detail=event.reason)
    return known


def give_to(
    session: Session, check_in_id: UUID, person_id: UUID, *, by: str, now: datetime
) -> None:
    """Say that it was another who came; what was declared then is theirs as well."""
    made = session.get(CheckIn, check_in_id)
    if made is None or made.person_id is None:
        return
    giver, made.person_id = made.person_id, person_id
    declared = session.get_one(Declaration, made.declaration_id) if made.declaration_id else None
    if declared is not None:
        declared.person_id = person_id
    session.flush()
    if declared is not None and declared.source == "phone":
        covering.note_given(session, giver, person_id)
    audit.record(session, "check-in.given", made.id, by=by, now=now, detail=made.point)


def answers_of(made: CheckIn) -> Answers:
    return msgspec.json.decode(made.answers, type=Answers)
