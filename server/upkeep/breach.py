"""What an account, a partner's token or a station could see between two times, by the trail.

Material for the report of a breach: which persons, which kinds of data, how often, from when to
when.  Of a page that named several the trail says whom (`audit.names_shown`); what was taken out as
a list is counted, and its persons are found where the trail says which.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from server.audit import names_shown
from server.audit.models import AuditEntry
from server.people.models import Card, Person
from server.sampling.models import Pairing
from server.upkeep import listed

RECORD = ("name", "birth", "sex", "address", "numbers", "phones", "tests", "declarations",
          "check-ins", "vaccinations")  # fmt: skip
FIELDS: dict[str, tuple[str, ...]] = {
    "person.read": RECORD,
    "person.story-read": RECORD,
    "tube.story-read": ("name", "tests"),
    "person.exported": RECORD,
    "my-page.opened": RECORD,
    "person.resolved": ("that a number is known", "last test", "last declaration"),
    "slip.printed": ("name", "birth", "number", "test"),
    "cards.made": ("name", "birth year", "sex", "card number"),
    "cards.taken-out": ("name", "birth year", "sex", "card number"),
    "roster.made": ("name", "birth", "sex", "number", "phone", "address"),
    "roster.printed": ("short name", "birth year", "tube"),
    "roster.read": ("name", "birth", "sex", "number", "phone", "address"),
    "roster.draft-read": ("name", "birth", "sex", "number", "phone", "address"),
    "vaccinations.read": ("name", "birth", "number", "vaccinations"),
    "roster.matches-read": ("name", "birth", "phone", "address"),
    "person.met": ("name", "birth", "sex", "address", "number"),
    "person.corrected": RECORD,
    "person.erased": RECORD,
    "identity.linked": ("numbers",),
    "identity.unlinked": ("numbers",),
    "outcomes.read": ("name", "birth year", "place", "tests"),
    "outcomes.exported": ("person key", "tests", "place"),
    "list.taken-out": ("name", "birth", "phone", "address", "tests or contacts"),
    "callbacks.exported": ("name", "birth year", "phone", "test to repeat"),
    "callbacks.printed": ("name", "birth year", "phone", "test to repeat"),
    "identities.read": ("name", "birth", "sex", "numbers"),
    "callbacks.read": ("name", "birth year", "phone", "address", "test to repeat", "points"),
    "cards.read": ("name", "birth year", "sex", "card number"),
    "conflicts.read": ("name", "birth year", "tube"),
    "manual.read": ("name", "birth year", "tube"),
    "matters.read": ("name", "birth year", "tube"),
    "slips.read": ("name", "birth year", "tube"),
    "traces.read": ("name", "birth year", "test"),
    "names.opened": ("name", "birth year"),
    "trace.read": ("name", "birth year", "phone", "contacts", "check-ins"),
    "archive.read": ("codes that were scanned, as sealed", "tests"),
    "zone.unsampled-read": ("name", "birth year", "phone"),
}
STATION = ("the code that was held up: name, birth, number, address (while it was scanned)",)
AT_ONCE = 500


@dataclass
class Reached:
    """One person who could be seen: how often, from when to when, and what of them."""

    person: UUID
    first: datetime
    last: datetime
    times: int = 0
    fields: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)

    def add(self, at: datetime, action: str, fields: Iterable[str]) -> None:
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.times += 1
        self.fields |= set(fields)
        self.actions.add(action)


@dataclass
class Report:
    """Everything for one actor and one time.  `lists` are looks at many, by action."""

    persons: dict[UUID, Reached] = field(default_factory=dict)
    lists: dict[str, list[AuditEntry]] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)

    def add(self, person: UUID, at: datetime, action: str, fields: Iterable[str]) -> None:
        known = self.persons.setdefault(person, Reached(person, at, at))
        known.add(at, action, fields)


def report(session: Session, actor: str, begins: datetime, ends: datetime) -> Report:
    """Return what *actor* ('user:lan', 'partner:gtvt', 'station:ban-1') could see."""
    made = Report()
    asked = select(AuditEntry).where(
        AuditEntry.actor == actor, AuditEntry.at >= begins, AuditEntry.at < ends
    )
    for entry in session.scalars(asked.order_by(AuditEntry.id)):
        _take(session, made, entry)
    if actor.startswith("station:"):
        for person, at in _at_station(session, actor.removeprefix("station:"), begins, ends):
            made.add(person, at, "tube.paired", STATION)
    return made


def _take(session: Session, made: Report, entry: AuditEntry) -> None:
    fields = FIELDS.get(entry.action)
    if fields is None:
        made.changes[entry.action] = made.changes.get(entry.action, 0) + 1
        return
    found = list(dict.fromkeys(_persons_of(session, entry)))
    for person in found:
        made.add(person, entry.at, entry.action, fields)
    if not found:
        made.lists.setdefault(entry.action, []).append(entry)


def _persons_of(session: Session, entry: AuditEntry) -> Iterator[UUID]:
    """Yield the persons that an entry is about, and whose names stood on the page it is of."""
    yield from names_shown.persons_in(entry.detail)
    text = entry.subject.removeprefix("person:")
    try:
        subject = UUID(text)
    except ValueError:
        return
    if session.get(Person, subject) is not None:
        yield subject
    elif entry.action.startswith("cards."):
        yield from session.scalars(select(Card.person_id).where(Card.batch_id == subject))
    elif entry.action.startswith(("roster.", "vaccinations.")):
        yield from listed.persons_of(session, subject)


def _at_station(
    session: Session, station: str, begins: datetime, ends: datetime
) -> list[tuple[UUID, datetime]]:
    """Return whom it paired then.  What nobody can date came by *begins* or later: it may be of
    then, and stands with when we heard of it."""
    dated = Pairing.trusted, Pairing.paired_at >= begins, Pairing.paired_at < ends
    undated = Pairing.trusted.is_(False), Pairing.received_at >= begins
    at = case((Pairing.trusted, Pairing.paired_at), else_=Pairing.received_at)
    asked = select(Pairing.person_id, at).where(
        Pairing.station == station, or_(and_(*dated), and_(*undated))
    )
    return [(row[0], row[1]) for row in session.execute(asked)]


def names_of(session: Session, persons: Sequence[UUID]) -> dict[UUID, Person]:
    """Return the records of persons, to write to them."""
    found: dict[UUID, Person] = {}
    for start in range(0, len(persons), AT_ONCE):
        asked = select(Person).where(Person.id.in_(persons[start : start + AT_ONCE]))
        found.update({person.id: person for person in session.scalars(asked)})
    return found
