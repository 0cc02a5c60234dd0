"""A record is set right as its person asked, and what hangs on its words is looked at again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from contract import names
from contract.identities import fields
from server.audit import services as audit
from server.errors import BadInput
from server.people import queries
from server.people.models import Person
from server.record.request_models import DataRequest
from server.record.requests import Kind, note_answer, open_request
from server.sampling import doubts_again

# Whoever told others what a record said: whose records, by which request.  `hearing` adds them.
corrected: list[Callable[[Session, Sequence[UUID], UUID, datetime], None]] = []


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person's record shall say; '' leaves what it says."""

    name: str = ""
    birth: str = ""
    sex: str = ""
    address: str = ""


def correct(
    session: Session, request_id: UUID, right: Correction, *, reason: str, by: str, now: datetime
) -> DataRequest:
    """Change what the record says of a person, as they asked.

    Whether they may be somebody else on record too may be another matter then, and with it which
    tubes wait.
    """
    found = open_request(session, request_id, Kind.CORRECT)
    person = queries.person(session, found.person_id)
    questions = doubts_again.open_about(session, person.id)
    doubts_again.take_turns(session, questions)
    _correct(person, right)
    audit.record(session, "person.corrected", person.id, by=by, now=now)
    session.flush()
    for each in questions:
        doubts_again.look_at(session, each, now=now)
    for tell in corrected:
        tell(session, [person.id], found.id, now)
    return note_answer(session, found, "done", reason, by, now)


def _correct(person: Person, right: Correction) -> None:
    born = fields.year_first(right.birth) or fields.day_first(right.birth)
    if right.birth and born is None:
        raise BadInput("Ngày sinh không đúng.", "This is no date of birth.", field="birth")
    if born is not None:
        person.birth, person.birth_year = str(born), born.year
    person.name = names.display(right.name) or person.name
    person.sex = right.sex or person.sex
    person.address = right.address or person.address
    person.name_blind = queries.name_blind(person.name)
    person.block_blind = queries.block_blind(person.name, person.birth_year)
