"""What a person's own page shows: all that is recorded of them, and who looked.  Reads only."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations import queries as declared
from server.declarations.models import CheckIn, Declaration, RecordEntry
from server.outcomes import queries as outcomes
from server.people import merges, queries
from server.people.models import Identity, Person
from server.record.consents import Agreed, consents_of, withdrawn_at
from server.record.looks import Look, looks_at
from server.record.request_models import DataRequest
from server.record.requests import requests_of
from server.record.slips import printable
from server.record.vaccination_models import Vaccination
from server.record.vaccinations import vaccinations_of

SHOWN = 60  # of each list: the page stays small on a weak network


class Told(NamedTuple):
    """One tube: the version that holds, and those before it, newest first."""

    current: RecordEntry
    earlier: list[RecordEntry]
    slip_of: UUID | None  # the outcome that a slip can be printed for


class MyPage(NamedTuple):
    person: Person
    told: list[Told]
    declarations: list[Declaration]
    check_ins: list[CheckIn]
    vaccinations: list[Vaccination]
    numbers: list[Identity]
    looks: list[Look]
    requests: list[DataRequest]
    consents: list[Agreed]
    withdrawn_at: datetime | None


def my_page(session: Session, person_id: UUID) -> MyPage:
    ids = merges.together(session, person_id)
    record = [entry for each in ids for entry in declared.record_of(session, each)]
    check_ins = [one for each in ids for one in declared.check_ins_of(session, each, limit=SHOWN)]
    check_ins.sort(key=lambda one: one.at, reverse=True)
    return MyPage(
        person=queries.person(session, person_id),
        told=_told(session, record)[:SHOWN],
        declarations=_declarations(session, ids),
        check_ins=check_ins[:SHOWN],
        vaccinations=vaccinations_of(session, person_id),
        numbers=[
            each for each in merges.keys_of(session, person_id) if each.system != "fingerprint"
        ],
        looks=looks_at(session, ids, limit=SHOWN),
        requests=requests_of(session, person_id),
        consents=consents_of(session, ids),
        withdrawn_at=withdrawn_at(session, ids),
    )


def _told(session: Session, record: list[RecordEntry]) -> list[Told]:
    by_tube: dict[tuple[UUID, str], list[RecordEntry]] = {}
    for entry in sorted(record, key=lambda one: -one.version):
        by_tube.setdefault((entry.person_id, entry.tube.text), []).append(entry)
    told = [Told(each[0], each[1:], _slip_of(session, each[0])) for each in by_tube.values()]
    return sorted(told, key=lambda one: one.current.sampled_at, reverse=True)


def _slip_of(session: Session, entry: RecordEntry) -> UUID | None:
    """Return the outcome of *entry* if a slip can be given for it."""
    outcome = outcomes.current_of(session, entry.tube).get(entry.person_id)
    if outcome is None or outcome.version != entry.version:
        return None
    return outcome.id if printable(session, [outcome]) else None


def _declarations(session: Session, ids: list[UUID]) -> list[Declaration]:
    found = select(Declaration).where(Declaration.person_id.in_(ids), declared.holds())
    return list(session.scalars(found.order_by(Declaration.at.desc()).limit(SHOWN)))
