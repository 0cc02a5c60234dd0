"""Everything that is stored about a person, found by the tables' own references to persons.

Whatever a later version stores with such a reference is exported, and erased, without a word here.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapper, Session, class_mapper

from contract.identities import Key, System
from server.audit.models import AuditEntry
from server.db import Base, Encrypted, EncryptedBytes
from server.declarations.models import CheckIn
from server.outcomes.models import Callback, CallbackAttempt
from server.people import queries
from server.people.merge_models import PersonMerge
from server.people.models import Disagreement, Identity, Person
from server.sampling.models import Pairing

KEPT = {"data_request.reason"}  # the answer, which proves that the law was kept
NAMELESS = {"person.name", "person.birth", "person.address"}  # as of somebody who never said it
HIDDEN = {"token"}  # what opens a page is no data about a person
# What a phone holds for all whom it declared for: its own mark, and a card that anybody can show.
# Who looked, or did it, is told by role (`record.looks`); the log-in stands in the trail alone.
NOT_TOLD = {
    "phone_person.phone", "phone_person.card", "pairing.operator", "disagreement.answered_within",
    "audit_entry.actor", "audit_entry.detail", "audit_entry.mark",
}  # fmt: skip
# Text that programs read back: erased, it still must be of its form.
ERASED_JSON = {
    "declaration.answers": "{}",
    "check_in.answers": "{}",
    "vaccination.said": '{"on":"","vaccine":""}',
}


def tables_about_persons() -> Iterator[tuple[Mapper[Any], list[InstrumentedAttribute[Any]]]]:
    """Yield each mapped table that refers to a person, with the columns that do."""
    for mapper in sorted(Base.registry.mappers, key=lambda each: str(each.local_table)):
        refers = [
            getattr(mapper.class_, prop.key)
            for prop in mapper.column_attrs
            if any(key.column.table.name == "person" for key in prop.columns[0].foreign_keys)
        ]
        if refers:
            yield mapper, refers


def rows_about(session: Session, ids: Sequence[UUID]) -> Iterator[Any]:
    """Yield every row of every table that refers to one of these records, and these themselves."""
    yield from session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    for mapper, refers in tables_about_persons():
        asked = select(mapper.class_).where(or_(*(column.in_(ids) for column in refers)))
        yield from session.scalars(asked)
    calls = select(CallbackAttempt).join(Callback, Callback.id == CallbackAttempt.callback_id)
    yield from session.scalars(calls.where(Callback.person_id.in_(ids)))


def export(session: Session, ids: Sequence[UUID]) -> dict[str, list[dict[str, object]]]:
    """Return all that is stored about a person as plain values, table by table."""
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows_about(session, ids):
        found.setdefault(row.__tablename__, []).append(_plain(row, _others(session, row, ids)))
    looked = select(AuditEntry).where(AuditEntry.subject.in_([str(each) for each in ids]))
    found["audit_entry"] = [_plain(row) for row in session.scalars(looked.order_by(AuditEntry.id))]
    return found


def _others(session: Session, row: Any, ids: Sequence[UUID]) -> set[str]:
    """Return the columns of *row* that may tell another person's data.

    What a code said that names another is theirs until somebody answered that it is the same.  Why
    a number, or a sample, went from one to the other names whom it went to, or came from; so does
    why two records were held to be one person's, or are not.
    """
    if isinstance(row, Identity):
        return {"reason", "unlink_reason"} if _was_anothers(session, row, ids) else set()
    if isinstance(row, PersonMerge):
        return set() if {row.person_id, row.other_id} <= set(ids) else {"reason", "undo_reason"}
    if not isinstance(row, Disagreement):
        return set()
    if row.answer == "same" or row.other_id in ids:
        return {"reason"} if _was_between(session, row, ids) else set()
    return {"said_name", "said_birth", "said_sex", "reason"}


def _was_between(session: Session, question: Disagreement, ids: Sequence[UUID]) -> bool:
    """Return whether it was asked of another's record, or because a number went to another."""
    link = session.get(Identity, question.identity_id) if question.identity_id else None
    return question.person_id not in ids or (link is not None and _was_anothers(session, link, ids))


def _was_anothers(session: Session, link: Identity, ids: Sequence[UUID]) -> bool:
    """Return whether *link*, which somebody gave a reason for, has a number that led to another
    person before, or has since: they may be erased, and it is blank there."""
    if not (link.reason or link.unlink_reason):
        return False
    blinds = queries.value_blinds(Key(System(link.system), link.value))
    beside = or_(Identity.id == link.replaces_id, Identity.replaces_id == link.id)
    same = or_(Identity.value_blind.in_(blinds), beside)
    found = select(Identity.id).where(same, Identity.person_id.not_in(ids))
    return session.scalar(found.limit(1)) is not None


def _plain(row: Any, others: Collection[str] = ()) -> dict[str, object]:
    shown = (prop.key for prop in class_mapper(type(row)).column_attrs)
    return {
        key: _value(getattr(row, key))
        for key in shown
        if not key.endswith("_blind") and key not in HIDDEN and key not in others
        if f"{row.__tablename__}.{key}" not in NOT_TOLD and key != "by" and not key.endswith("_by")
    }


def _value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return getattr(value, "text", None) or str(value)


def erase(session: Session, ids: Sequence[UUID]) -> int:
    """Blank whatever names or describes a person in rows about these; return how many rows."""
    count = 0
    for row in rows_about(session, ids):
        for prop in class_mapper(type(row)).column_attrs:
            _blank(row, prop.key, prop.columns[0])
        count += 1
    blank_events(session, ids, Pairing, CheckIn)
    session.flush()
    return count


def blank_events(
    session: Session, ids: Sequence[UUID], *kinds: type[Pairing] | type[CheckIn]
) -> None:
    """Blank the bytes of the events that showed these people's codes; their hashes stay."""
    events = Base.metadata.tables["wire_event"]
    for told in kinds:
        theirs = select(told.id).where(told.person_id.in_(ids))
        applied = events.c.event_id.in_(theirs) & (events.c.state == "applied")
        session.execute(update(events).where(applied).values(payload=b""))


def _blank(row: Any, key: str, column: Any) -> None:
    """Blank one value.  What is said of a step stays said, for constraints ask for it; as ''."""
    name, known = f"{row.__tablename__}.{column.name}", getattr(row, key)
    if known is None or name in KEPT:
        return
    if isinstance(column.type, Encrypted):
        setattr(row, key, None if name in NAMELESS else ERASED_JSON.get(name, ""))
    elif isinstance(column.type, EncryptedBytes):
        setattr(row, key, b"")
    elif key.endswith("_blind") and isinstance(column.type, String):
        setattr(row, key, None if column.nullable else _nobodys(row))


def _nobodys(row: Any) -> str:
    """Return a search key that nothing has: unique where it must be, and found by no search."""
    return UUID(int=row.id.int ^ (1 << 127)).hex
