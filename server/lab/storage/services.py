"""Put tubes away, take them out again, discard them when their time is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.actors import place_of_actor
from server.audit import services as audit
from server.errors import DomainError
from server.lab import queries as lab
from server.lab.plates.geometry import RACKS, Fill
from server.lab.storage import queries
from server.lab.storage.models import StorageStep, StoredTube
from server.local_forms import VIETNAM, day


class NotReceived(DomainError):
    code = "tube-not-received"


class PlaceTaken(DomainError):
    code = "place-taken"


class RackFull(DomainError):
    code = "rack-full"


class NotStored(DomainError):
    code = "not-stored"


class KeepLonger(DomainError):
    code = "keep-longer"


@dataclass(frozen=True, slots=True)
class Rack:
    """A rack in a freezer of a laboratory, of 81, 96 or 100 places."""

    freezer: str
    name: str
    size: int = 96


def next_place(session: Session, lab: str, rack: Rack) -> str | None:
    """Return the first free place of *rack* at *lab*, row by row; None if it is full."""
    shape = RACKS[rack.size]
    taken = {each.position for each in queries.rack_of(session, lab, rack.freezer, rack.name)}
    names = (shape.name(well) for well in shape.order(Fill.ROWS))
    return next((name for name in names if name not in taken), None)


def store(
    session: Session, tube: Tube, rack: Rack, *, keep_until: date, by: str, now: datetime,
    position: str = "",
) -> StoredTube:  # fmt: skip
    """Put a received tube at *position*, or at the next free place; from elsewhere it is moved.

    Freezers and racks are those of the laboratory of *by*: two may call theirs the same, but not
    where the place of one is in that of the other, for they may be one.

    Raises NotReceived, PlaceTaken, RackFull.
    """
    if lab.reception_of(session, tube) is None:
        raise NotReceived(
            f"Ống {tube.grouped} chưa được nhận. Quét ở trang nhận mẫu trước khi cất.",
            f"Tube {tube.grouped} was not received. Scan it at the reception before storing it.",
        )
    at = place_of_actor(session, by)
    place = position or next_place(session, at, rack)
    if place is None:
        raise RackFull(
            f"Giá {rack.name} đã đầy. Lấy giá khác.", f"Rack {rack.name} is full. Take another."
        )
    _check_free(session, at, rack, place, tube)
    stored = session.get(StoredTube, tube) or StoredTube(tube=tube)
    stored.lab, stored.freezer, stored.rack, stored.position = at, rack.freezer, rack.name, place
    stored.keep_until, stored.at, stored.by = keep_until, now, by
    session.add(stored)
    _note(session, stored, "stored", by=by, now=now)
    return stored


def take_out(session: Session, tube: Tube, *, by: str, now: datetime) -> None:
    """Take a tube out for work; where it stood stays in its story.  Raises NotStored."""
    stored = _stored(session, tube)
    session.delete(stored)
    _note(session, stored, "taken-out", by=by, now=now)


def discard(session: Session, tubes: Iterable[Tube], *, by: str, now: datetime) -> int:
    """Throw tubes away, all or none.  Raises KeepLonger for one whose time is not over."""
    today, count = now.astimezone(VIETNAM).date(), 0
    for tube in tubes:
        stored = _stored(session, tube)
        if stored.keep_until >= today:
            raise KeepLonger(
                f"Ống {tube.grouped} phải giữ đến hết {day(stored.keep_until, 'vi')}.",
                f"Tube {tube.grouped} must be kept through {day(stored.keep_until, 'en')}.",
            )
        session.delete(stored)
        _note(session, stored, "discarded", by=by, now=now)
        count += 1
    return count


def _stored(session: Session, tube: Tube) -> StoredTube:
    stored = session.get(StoredTube, tube, with_for_update=True, populate_existing=True)
    if stored is None:
        raise NotStored(
            f"Ống {tube.grouped} không có trong tủ nào.", f"Tube {tube.grouped} is in no freezer."
        )
    return stored


def _check_free(session: Session, at: str, rack: Rack, place: str, tube: Tube) -> None:
    for there in queries.standing_at(session, at, rack.freezer, rack.name, place):
        if there.tube != tube:
            raise PlaceTaken(
                f"Vị trí {place} của giá {rack.name} đang có ống {there.tube.grouped}.",
                f"Place {place} of rack {rack.name} holds tube {there.tube.grouped}.",
            )


def _note(session: Session, stored: StoredTube, kind: str, *, by: str, now: datetime) -> None:
    session.add(
        StorageStep(
            id=uuid4(),
            tube=stored.tube,
            kind=kind,
            freezer=stored.freezer,
            rack=stored.rack,
            position=stored.position,
            at=now,
            by=by,
        )
    )
    where = f"{stored.freezer} {stored.rack} {stored.position}"
    audit.record(session, f"tube.{kind}", stored.tube, by=by, now=now, detail=where)
    session.flush()
