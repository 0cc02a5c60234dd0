"""Gather what outcomes are told with: a few questions for as many outcomes as there are.

The message in the outbox names no person; who they are is read here, as it stands by then.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from contract.identities import System
from contract.tubes import Tube, TubeKind
from server.declarations import queries as declared
from server.declarations.models import Declaration
from server.exchange.told import Declared, Found, Number, Sampled, Told, Who
from server.lab.measured import rose
from server.lab.models import Reception, Result
from server.outcomes.models import Outcome
from server.people import merges
from server.people import queries as people
from server.people.models import Identity, Person
from server.sampling import lot_queries
from server.sampling.models import Pairing
from server.times import CLOCKS_DIFFER

RELEVANT = timedelta(days=21)  # the look-back of a declaration (Decision 2666/QĐ-BYT)
NO_VALUE = {"resample", "withdrawn"}
GENES = {"ORF": "ORF1ab"}  # what our pages call ORF, others know by its whole name


@dataclass
class _Behind:
    """What stands behind some outcomes, by its ids."""

    persons: dict[UUID, Person] = field(default_factory=dict)
    numbers: dict[UUID, list[Number]] = field(default_factory=lambda: defaultdict(list))
    pairings: dict[UUID, Pairing] = field(default_factory=dict)
    members: dict[Tube, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    receptions: dict[Tube, Reception] = field(default_factory=dict)
    results: dict[UUID, Result] = field(default_factory=dict)
    declared: dict[UUID, list[Declared]] = field(default_factory=lambda: defaultdict(list))


def outcomes_named(
    session: Session, named: Iterable[tuple[Tube, UUID, int]]
) -> dict[tuple[Tube, UUID, int], Outcome]:
    """Return the stored versions that are named by tube, person and version."""
    wanted = set(named)
    found = select(Outcome).where(Outcome.tube.in_({tube for tube, _, _ in wanted}))
    by_name = {(o.tube, o.person_id, o.version): o for o in session.scalars(found)}
    return {name: by_name[name] for name in wanted if name in by_name}


def told_of_all(session: Session, outcomes: Sequence[Outcome]) -> list[Told]:
    """Return each of *outcomes* with its person and its grounds."""
    behind = _behind(session, outcomes)
    return [_told(outcome, behind) for outcome in outcomes]


def told_of(session: Session, outcome: Outcome) -> Told:
    (told,) = told_of_all(session, [outcome])
    return told


def who(session: Session, person_id: UUID) -> Who:
    """Return what is known of a person, with every number that leads to them now."""
    behind = _Behind()
    _add_persons(session, behind, {person_id})
    return _who(person_id, behind)


def whose(session: Session, pairing: UUID) -> UUID | None:
    """Return who made a pairing, by what is known now."""
    return session.scalar(select(Pairing.person_id).where(Pairing.id == pairing))


def line_of(outcome: Outcome) -> str:
    """Return what all versions of an outcome have in common."""
    return f"{outcome.tube.text}/{outcome.person_id}"


def _behind(session: Session, outcomes: Sequence[Outcome]) -> _Behind:
    behind = _Behind()
    _add_persons(session, behind, {each.person_id for each in outcomes})
    paired = select(Pairing).where(Pairing.id.in_({each.pairing_id for each in outcomes}))
    behind.pairings = {each.id: each for each in session.scalars(paired)}
    tubes = {each.tube for each in outcomes}
    received = session.scalars(select(Reception).where(Reception.tube.in_(tubes)))
    behind.receptions = {each.tube: each for each in received}
    found = select(Result).where(Result.id.in_({o.result_id for o in outcomes if o.result_id}))
    behind.results = {each.id: each for each in session.scalars(found)}
    _add_declared(session, behind, {each.person_id for each in outcomes})
    if pools := {tube for tube in tubes if tube.kind is TubeKind.POOL}:
        members = select(Pairing.tube, Pairing.id).where(
            Pairing.tube.in_(pools), ~lot_queries.undone(), ~lot_queries.put_aside()
        )
        for tube, member in session.execute(members.order_by(Pairing.id)):
            behind.members[tube].append(member)
    return behind


def _add_persons(session: Session, behind: _Behind, ids: set[UUID]) -> None:
    persons = session.scalars(select(Person).where(Person.id.in_(ids)))
    behind.persons = {each.id: each for each in persons}
    _add_numbers(session, behind, ids)
    for person in merges.merged_among(session, ids):
        beside = set(merges.together(session, person)) - ids
        _add_numbers(session, behind, beside)
        every = [n for each in merges.together(session, person) for n in behind.numbers[each]]
        behind.numbers[person] = list(dict.fromkeys(every))


def _add_numbers(session: Session, behind: _Behind, ids: set[UUID]) -> None:
    # What somebody typed of another's number must not tell a receiver that the two are one.
    live = select(Identity).where(
        Identity.person_id.in_(ids),
        Identity.unlinked_at.is_(None),
        or_(
            Identity.claimed.is_(False),
            and_(Identity.system == System.PHONE.value, ~people.only_typed()),
        ),
    )
    for each in session.scalars(live.order_by(Identity.linked_at, Identity.system)):
        behind.numbers[each.person_id].append(Number(each.system, each.value))


def _add_declared(session: Session, behind: _Behind, ids: set[UUID]) -> None:
    made = Declaration
    asked = select(
        made.person_id, made.id, made.form_id, made.at, made.symptoms, made.exposed
    ).where(made.person_id.in_(ids), declared.holds())
    for row in session.execute(asked.order_by(made.at)):
        said = Declared(row.id, row.form_id, row.at, row.symptoms, row.exposed)
        behind.declared[row.person_id].append(said)


def _told(outcome: Outcome, behind: _Behind) -> Told:
    line, version = line_of(outcome), outcome.version
    return Told(
        key=f"{line}/v{version}",
        status=outcome.status,
        reason=outcome.reason,
        version=version,
        at=outcome.at,
        supersedes=f"{line}/v{version - 1}" if version > 1 else None,
        who=_who(outcome.person_id, behind),
        sampled=_sampled(outcome, behind),
        found=_found(outcome, behind.results[outcome.result_id]) if outcome.result_id else None,
        declared=_declared(outcome, behind),
    )


def _declared(outcome: Outcome, behind: _Behind) -> Declared | None:
    """Return the newest declaration of up to the end of the day of sampling, if it still counts."""
    until = outcome.sampled_at + timedelta(days=1)
    known = [
        each for each in behind.declared[outcome.person_id] if until - RELEVANT <= each.at <= until
    ]
    return known[-1] if known else None


def _who(person_id: UUID, behind: _Behind) -> Who:
    person = behind.persons[person_id]
    birth = person.birth or (str(person.birth_year) if person.birth_year else None)
    numbers = tuple(behind.numbers[person_id])
    return Who(person.id, person.name, birth, person.sex, person.address, numbers)


def _sampled(outcome: Outcome, behind: _Behind) -> Sampled:
    pairing = behind.pairings[outcome.pairing_id]
    reception = behind.receptions.get(outcome.tube)
    members = tuple(behind.members[outcome.tube])
    return Sampled(
        pairing=pairing.id,
        tube=outcome.tube.text,
        pool=outcome.tube.kind is TubeKind.POOL,
        members=members,
        at=outcome.sampled_at,  # as this version says it, should a clock be set right since
        station=pairing.station,
        place=outcome.place,
        received_at=reception.at if reception else None,
        rejected=reception.reason if reception else "",
        whose=pairing.person_id,
        latest=_latest(outcome, pairing),
    )


def _latest(outcome: Outcome, pairing: Pairing) -> datetime | None:
    """Return when a sample was taken at the latest of which this version cannot tell when."""
    said = outcome.sampled_at
    known = pairing.trusted and said == pairing.paired_at and said <= outcome.at + CLOCKS_DIFFER
    return None if known else min(pairing.received_at, outcome.at)


def _found(outcome: Outcome, result: Result) -> Found:
    """Return what was found; a Ct only where it is this person's own finding, and stands."""
    own = outcome.status not in NO_VALUE
    cts = tuple(
        (GENES.get(each.target, each.target), each.ct.strip().replace(",", "."))
        for each in result.readings
        if own and rose(each.ct)
    )
    return Found(result.id, result.method, cts, result.released_at)
