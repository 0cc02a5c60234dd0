"""Persons of whom nothing is needed any more: blanked, as a request to delete does it.

Nobody whose tube is on its way, who is to be called, or whose result the law keeps; nobody who
came, declared or was vaccinated since.  Of a merged person all records are old, or none goes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from server import schema
from server.db import Database
from server.declarations.models import CheckIn, Declaration
from server.declarations.phone_models import PhonePerson
from server.outcomes.models import Outcome
from server.people.models import Identity, Person
from server.record import requests
from server.record.vaccination_models import Vaccination
from server.sampling.models import Pairing
from server.upkeep.columns import raw

PIECE = 200
_EMPTY = 33  # bytes that an encrypted '' takes


def due(session: Session, until: datetime, after: UUID | None, limit: int) -> list[UUID]:
    """Return persons of whom nothing happened since *until*, in the order of their ids."""
    asked = select(Person.id).where(*_old(until))
    if after is not None:
        asked = asked.where(Person.id > after)
    return list(session.scalars(asked.order_by(Person.id).limit(limit)))


def count(session: Session, until: datetime) -> int:
    """Return how many records are old; some of them may have to stay for another reason."""
    return session.scalar(select(func.count()).select_from(Person).where(*_old(until))) or 0


def _old(until: datetime) -> list[ColumnElement[bool]]:
    since = (
        (Outcome.person_id, Outcome.at),
        (Pairing.person_id, Pairing.received_at),
        (CheckIn.person_id, CheckIn.at),
        (Declaration.person_id, Declaration.at),
        (PhonePerson.person_id, PhonePerson.last_at),
        (Vaccination.person_id, Vaccination.recorded_at),
    )
    numbers = func.length(raw(schema.tables.tables["identity"].columns["value"])) > _EMPTY
    named = or_(
        Person.name.is_not(None),
        Person.address.is_not(None),
        exists().where(Identity.person_id == Person.id, numbers),
    )
    newer = [exists().where(who == Person.id, at >= until) for who, at in since]
    return [Person.created_at < until, named, *(~each for each in newer)]


def forget(database: Database, until: datetime, *, keep_days: int, now: datetime) -> int:
    """Blank everybody who is due; return how many records."""
    gone, after = 0, None
    while True:
        with database.write() as session:
            some = due(session, until, after, PIECE)
            for ids in requests.take_records(session, some).values():
                gone += _forget_one(session, ids, until, keep_days, now)
        if len(some) < PIECE:
            return gone
        after = some[-1]


def _forget_one(
    session: Session, ids: list[UUID], until: datetime, keep_days: int, now: datetime
) -> int:
    whole = select(func.count()).select_from(Person).where(Person.id.in_(ids), *_old(until))
    if session.scalar(whole) != len(ids):
        return 0
    try:
        requests.check_deletable(session, ids, keep_days=keep_days, now=now)
    except (requests.MustBeKept, requests.StillTested):
        return 0
    requests.erase(session, ids, by="system:retention", now=now)
    return len(ids)
