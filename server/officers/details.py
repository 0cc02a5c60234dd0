"""What a list of samples says of each: who, where, when, how far it came and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.officers.sample_states import state, superseded
from server.outcomes.models import Outcome
from server.people.models import Person
from server.sampling.models import Pairing


@dataclass(frozen=True, slots=True)
class Row:
    """One person's sample.  What follows `status` is the version that holds, if any."""

    id: UUID
    tube: Tube
    at: datetime
    trusted: bool
    place: str
    station: str
    pool: bool
    person: UUID
    name: str | None
    birth_year: int | None
    state: str
    status: str | None
    reason: str | None
    version: int | None


_NOW: Select[*tuple[Any, ...]] = (
    select(
        Pairing.id, Pairing.tube, Pairing.paired_at, Pairing.trusted, Pairing.place,
        Pairing.station, Pairing.order == "pool", Pairing.person_id, Person.name,
        Person.birth_year, state(), Outcome.status, Outcome.reason, Outcome.version,
    )
    .join(Person, Person.id == Pairing.person_id)
    .outerjoin(
        Outcome,
        and_(
            Outcome.tube == Pairing.tube, Outcome.person_id == Pairing.person_id,
            Outcome.pairing_id == Pairing.id, ~superseded(),
        ),
    )
)  # fmt: skip


def rows_of(session: Session, ids: Sequence[UUID]) -> list[Row]:
    """Return the samples with these pairings, in their order."""
    if not ids:
        return []
    found = {row[0]: Row(*row) for row in session.execute(_NOW.where(Pairing.id.in_(ids)))}
    return [found[each] for each in ids if each in found]
