"""What a trace begins with: a positive outcome, a person, a vehicle, or a point, in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from server.accounts.within import ANYWHERE, Within
from server.declarations.points import get_point, no_point
from server.declarations.traces import presence, stays
from server.declarations.traces.stays import Reckoning
from server.declarations.traces.tracing import Subject, Trace, Tracer
from server.errors import BadInput, NotFound
from server.outcomes.models import Outcome
from server.outcomes.sample_times import SampleTime, time_of
from server.people.models import Person
from server.sampling import sight
from server.sampling.models import Pairing

SHOWN = 100
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address says; at most one of the four names the subject."""

    outcome: str = ""
    person: str = ""
    vehicle: str = ""
    point: str = ""
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def anything(self) -> bool:
        return bool(self.outcome or self.person or self.vehicle or self.point)


@dataclass(frozen=True, slots=True)
class Origin:
    """The subject, and what a page and a log say of it."""

    subject: Subject
    log: str  # 'person:<uuid>', 'vehicle', 'point:K7M3Q9XT'
    person: Person | None = None
    outcome: Outcome | None = None
    title: str = ""
    sampled: SampleTime | None = None  # of the outcome


def positives(session: Session, within: Within = ANYWHERE) -> Sequence[tuple[Outcome, Person]]:
    """Return the newest positive outcomes that hold, with whose they are."""
    later = aliased(Outcome)
    found = (
        select(Outcome, Person)
        .join(Person, Person.id == Outcome.person_id)
        .where(Outcome.status == "positive", ~exists().where(later.supersedes == Outcome.id))
        .where(within.rows(Outcome.place))
    )
    newest = found.order_by(Outcome.sampled_at.desc(), Outcome.id).limit(SHOWN)
    rows = [(row[0], row[1]) for row in session.execute(newest)]
    return rows if len(rows) < SHOWN else [*_undated(session, found, rows), *rows]


def _undated(
    session: Session, found: Select[Outcome, Person], rows: Sequence[tuple[Outcome, Person]]
) -> Sequence[tuple[Outcome, Person]]:
    """Return those of *found* that are perhaps newer than the newest *rows*: nobody knows when they
    were sampled, and they were told since the oldest of these was."""
    ids, oldest = {row[0].id for row in rows}, min(row[0].sampled_at for row in rows)
    asked = found.join(Pairing, Pairing.id == Outcome.pairing_id)
    asked = asked.where(Outcome.at >= oldest, Pairing.trusted.is_(False))
    more = session.execute(asked.order_by(Outcome.at.desc(), Outcome.id).limit(SHOWN))
    return [(row[0], row[1]) for row in more if row[0].id not in ids]


def traced(
    session: Session, asked: Asked, now: datetime, within: Within = ANYWHERE
) -> tuple[Origin, Trace, Reckoning]:
    """Return what was asked for, its trace, and how that was reckoned.

    Only meetings at points of that scope are followed: who met elsewhere is for those there.
    """
    reckoning = stays.reckoning(session)
    found = origin(session, asked, reckoning, now)
    _check(session, found, within)
    tracer = Tracer(session, stays.stay_minutes(session), reckoning.least, within=within)
    return found, tracer.trace(found.subject), reckoning


def _check(session: Session, found: Origin, within: Within) -> None:
    """Raise NotFound, in the words of what does not exist, for a subject of elsewhere."""
    if found.outcome and not within.covers(found.outcome.place):
        raise no_positive()
    if found.person and not sight.sees_person(session, within, found.person.id):
        raise NotFound("Không có người này trong hồ sơ.", "No such person is on record.")
    places = [get_point(session, each).place for each in found.subject.spots]
    if found.log.startswith("point:") and not any(map(within.covers, places)):
        raise no_point()


def no_positive() -> NotFound:
    return NotFound(
        "Không có kết luận dương tính này, hoặc nó đã được sửa.",
        "There is no such positive outcome, or it was corrected.",
    )


def origin(session: Session, asked: Asked, reckoning: Reckoning, now: datetime) -> Origin:
    """Return what to trace.  Raises NotFound; BadInput for a period that is none or too long."""
    if asked.outcome:
        return _of_outcome(session, asked, reckoning, now)
    begins, ends = _period(asked, (now - timedelta(days=7), now))
    if asked.person:
        return _of_person(_person(session, asked.person), begins, ends)
    if asked.vehicle:
        spots = tuple(presence.points_with_plate(session, asked.vehicle))
        subject = Subject(begins, ends, presence.vehicle_key(asked.vehicle), spots)
        return Origin(subject, "vehicle", title=asked.vehicle.upper())
    point = get_point(session, asked.point)
    return Origin(Subject(begins, ends, spots=(point.id,)), f"point:{point.id}", title=point.name)


def _of_outcome(session: Session, asked: Asked, reckoning: Reckoning, now: datetime) -> Origin:
    outcome = _that_holds(session, session.get(Outcome, _uuid(asked.outcome)))
    if outcome is None or outcome.status != "positive":
        raise no_positive()
    person = session.get_one(Person, outcome.person_id)
    sampled = time_of(session, outcome, now)  # by a clock that was not set: when we heard of it
    begins, ends = _period(asked, reckoning.period(sampled.latest))
    made = _of_person(person, begins, ends)
    return Origin(made.subject, made.log, person, outcome, sampled=sampled)


def _that_holds(session: Session, outcome: Outcome | None) -> Outcome | None:
    """Return the version that holds: what was corrected is traced, and told, as it is now."""
    while outcome is not None:
        later = session.scalar(select(Outcome).where(Outcome.supersedes == outcome.id))
        if later is None:
            break
        outcome = later
    return outcome


def _of_person(person: Person, begins: datetime, ends: datetime) -> Origin:
    subject = Subject(begins, ends, presence.person_key(person.id))
    return Origin(subject, f"person:{person.id}", person)


def _person(session: Session, text: str) -> Person:
    found = session.get(Person, _uuid(text))
    if found is None:
        raise NotFound("Không có người này trong hồ sơ.", "No such person is on record.")
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("Không có hồ sơ này.", "There is no such record.") from error


def _period(asked: Asked, usual: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    begins, ends = asked.begins or usual[0], asked.ends or usual[1]
    if not timedelta(0) < ends - begins <= LONGEST:
        raise BadInput(
            "Khoảng thời gian phải có đầu trước cuối và không quá 31 ngày.",
            "The period must begin before it ends, and be at most 31 days.",
        )
    return begins, ends
