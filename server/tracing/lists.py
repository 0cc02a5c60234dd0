"""Traces and zones as people read them: names (or masks), points, and rows of a list."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import masked_name
from server.declarations.models import Point
from server.declarations.traces import presence
from server.declarations.traces.tracing import Contact, Trace
from server.exports import Cell
from server.people import merged
from server.people.models import Identity, Person
from server.people.queries import only_typed

AT_ONCE = 500
_Order = tuple[bool, float]


class Face(NamedTuple):
    """What a list says of a person; the address only where it is taken out of the server."""

    id: UUID
    name: str | None
    birth_year: int | None
    place: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Faces:
    """How comers are called; *masked* where the reader may not read persons."""

    persons: dict[str, Face]  # by their keys
    vehicles: dict[str, str]
    masked: bool

    def name(self, key: str) -> str:
        if not key.startswith("p"):
            return self.vehicles.get(key, "")
        name = self.persons[key].name or ""
        return masked_name(name) if self.masked and name else name

    def person(self, key: str) -> Face | None:
        return self.persons[key] if key.startswith("p") else None


def faces(
    session: Session, keys: Collection[str], *, masked: bool, addressed: bool = False
) -> Faces:
    """Return how the comers *keys* are called, and where they live if they are *addressed*."""
    ids = [person for key in keys if key and (person := presence.person_of_key(key))]
    columns = Person.id, Person.name, Person.birth_year, Person.place
    asked = select(*columns, Person.address) if addressed else select(*columns)
    persons: dict[str, Face] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = asked.where(Person.id.in_(ids[start : start + AT_ONCE]))
        persons |= {presence.person_key(row[0]): Face(*row) for row in session.execute(some)}
    return Faces(persons, presence.vehicles_of(session, keys), masked)


def points_of(session: Session, trace: Trace) -> dict[str, Point]:
    """Return the points at which anybody in a trace was or met."""
    codes = {visit.spot for visit in trace.visits}
    codes |= {meeting.spot for each in (*trace.f1, *trace.f2) for meeting in each.meetings}
    wanted, found = sorted(codes), {}
    for start in range(0, len(wanted), AT_ONCE):
        some = select(Point).where(Point.id.in_(wanted[start : start + AT_ONCE]))
        found.update({point.id: point for point in session.scalars(some)})
    return found


def phones_of(session: Session, persons: Sequence[UUID]) -> dict[UUID, str]:
    """Return the phones by which persons are called back, of each as one text: of all records."""
    several = merged.records_of(session, persons)
    records = {each: several.get(each, [each]) for each in persons}
    known = _phones(session, sorted({each for some in records.values() for each in some}))
    found = {
        person: dict.fromkeys(value for _, value in sorted(
            (phone for each in some for phone in known.get(each, ())), key=itemgetter(0)
        ))
        for person, some in records.items()
    }  # fmt: skip
    return {person: "; ".join(numbers) for person, numbers in found.items() if numbers}


def _phones(session: Session, records: Sequence[UUID]) -> dict[UUID, list[tuple[_Order, str]]]:
    """Return each record's phones, with what comes first: what was confirmed, then the newest."""
    phones: dict[UUID, list[tuple[_Order, str]]] = {}
    for start in range(0, len(records), AT_ONCE):
        some = Identity.person_id.in_(records[start : start + AT_ONCE])
        found = select(Identity.person_id, only_typed(), Identity.linked_at, Identity.value).where(
            some, Identity.system == "phone", Identity.unlinked_at.is_(None)
        )
        for person, typed, at, value in session.execute(found):
            phones.setdefault(person, []).append(((bool(typed), -at.timestamp()), value))
    return phones


HEADS = (
    *("Vòng · Ring", "Họ tên · Name", "Năm sinh · Born", "Điện thoại · Phone"),
    *("Địa chỉ · Address", "Nơi · Place", "Gặp ở · Met at", "Từ · From", "Đến · To"),
    *("Phút · Minutes", "Qua · Through"),
)


def rows_of(session: Session, trace: Trace, points: dict[str, Point]) -> list[list[Cell]]:
    """Return the F-list as it leaves the server: names in full, each meeting's place and time."""
    contacts = [*trace.f1, *trace.f2]
    keys = {each.key for each in contacts} | {
        meeting.one for each in contacts for meeting in each.meetings
    }
    called = faces(session, keys, masked=False, addressed=True)
    phones = phones_of(session, [each.id for each in called.persons.values()])
    return [_row(each, called, phones, points) for each in contacts]


def _row(
    each: Contact, called: Faces, phones: dict[UUID, str], points: dict[str, Point]
) -> list[Cell]:
    person = called.person(each.key)
    where = dict.fromkeys(points[meeting.spot].name for meeting in each.meetings)
    through = dict.fromkeys(called.name(meeting.one) for meeting in each.meetings)
    return [
        f"F{each.ring}", called.name(each.key), (person.birth_year or "") if person else "",
        phones.get(person.id, "") if person else "", (person.address or "") if person else "",
        person.place if person else "", "; ".join(where), each.first, each.last,
        each.minutes, "; ".join(through),
    ]  # fmt: skip


def keys_of(contacts: Iterable[Contact]) -> set[str]:
    """Return everybody whom a page names: contacts, and through whom they were met."""
    found = set()
    for each in contacts:
        found |= {each.key, *(meeting.one for meeting in each.meetings)}
    return found
