"""Everything that a receiver may be told of one outcome, gathered when it is sent.

The message in the outbox names no person; who they are is read here, as it stands by then.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import TubeKind
from server.declarations.notice import Notice
from server.delivery.channels import Refused
from server.lab import queries as lab
from server.lab.measured import rose
from server.lab.models import Result
from server.outcomes.models import Outcome
from server.people import merges
from server.people.models import Person
from server.sampling.models import Pairing

GENES = {"ORF": "ORF1ab"}  # what our pages call ORF, others know by its whole name


class Number(msgspec.Struct, frozen=True):
    """A number by which a person is known."""

    system: str
    value: str


class Who(msgspec.Struct, frozen=True):
    """The person, as far as we know them.  `birth` is 1991 or 1991-03-05."""

    id: UUID
    name: str | None
    birth: str | None
    sex: str | None
    address: str | None
    numbers: tuple[Number, ...]

    @property
    def phones(self) -> tuple[str, ...]:
        return tuple(each.value for each in self.numbers if each.system == "phone")


class Sampled(msgspec.Struct, frozen=True):
    """The sampling: pairing, tube, when and where; in a pool, the other members' pairings."""

    pairing: UUID
    tube: str
    pool: bool
    members: tuple[UUID, ...]
    at: datetime
    station: str
    place: str
    received_at: datetime | None
    rejected: str


class Found(msgspec.Struct, frozen=True):
    """What the laboratory found: Ct as written, for each target gene."""

    result: UUID
    method: str
    cts: tuple[tuple[str, str], ...]
    released_at: datetime | None


class Told(msgspec.Struct, frozen=True):
    """One version of one outcome, with all that it rests on."""

    key: str
    status: str
    reason: str
    version: int
    at: datetime
    supersedes: str | None
    who: Who
    sampled: Sampled
    found: Found | None

    @property
    def line(self) -> str:
        """What all versions have in common: this tube and this person."""
        return self.key.rsplit("/v", 1)[0]


def gather(session: Session, person_id: UUID, key: str, notice: Notice) -> Told:
    """Return what *notice* says with its person and its grounds; raise Refused if they are gone."""
    asked = select(Outcome).where(
        Outcome.tube == notice.of,
        Outcome.person_id == person_id,
        Outcome.version == notice.version,
    )
    outcome = session.scalar(asked)
    if outcome is None:
        raise Refused("there is no such outcome any more")
    return Told(
        key=key,
        status=notice.status,
        reason=notice.reason,
        version=notice.version,
        at=outcome.at,
        supersedes=notice.supersedes,
        who=who(session, person_id),
        sampled=_sampled(session, outcome),
        found=_found(session, outcome.result_id),
    )


def who(session: Session, person_id: UUID) -> Who:
    """Return what is known of a person, with every number that leads to them now."""
    person = session.get_one(Person, person_id)
    numbers = tuple(Number(each.system, each.value) for each in merges.keys_of(session, person_id))
    birth = person.birth or (str(person.birth_year) if person.birth_year else None)
    return Who(person.id, person.name, birth, person.sex, person.address, numbers)


def _sampled(session: Session, outcome: Outcome) -> Sampled:
    pairing = session.get_one(Pairing, outcome.pairing_id)
    reception = lab.reception_of(session, outcome.tube)
    pool = outcome.tube.kind is TubeKind.POOL
    others = select(Pairing.id).where(Pairing.tube == outcome.tube).order_by(Pairing.id)
    return Sampled(
        pairing=pairing.id,
        tube=outcome.tube.text,
        pool=pool,
        members=tuple(session.scalars(others)) if pool else (),
        at=pairing.paired_at,
        station=pairing.station,
        place=outcome.place,
        received_at=reception.at if reception else None,
        rejected=reception.reason if reception else "",
    )


def _found(session: Session, result_id: UUID | None) -> Found | None:
    if result_id is None:
        return None
    result = session.get_one(Result, result_id)
    cts = tuple(
        (GENES.get(each.target, each.target), each.ct.strip().replace(",", "."))
        for each in result.readings
        if rose(each.ct)
    )
    return Found(result.id, result.method, cts, result.released_at)
