"""Keep who is covered, in the transaction that changes it: a page of all places then only counts.

Whoever gives a card, keeps a declaration by phone, merges or parts says so here.  What it should be
is found from the cards and declarations themselves by `declarations.targets.covering`.
"""

from collections.abc import Collection, Sequence
from itertools import chain
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db import among_these
from server.people.covered_models import Covered
from server.people.merged import people_among
from server.people.models import Person
from server.people.turns import take_turn, take_turn_beside


def cover(session: Session, ids: Collection[UUID]) -> None:
    """Note that these records have a card, or a declaration by phone."""
    known = select(Covered.person_id).where(_these(_digits(ids)))
    new = _digits(set(ids) - set(session.scalars(known.with_for_update(read=True))))
    if new:
        _take_turn(session, new)
        _insert(session, new)
        _settle(session, new)


def hold(session: Session, person_id: UUID) -> None:
    """Have nobody cover this record meanwhile: whether it has a card is looked up after this."""
    records = _digits([person_id])
    _take_turn(session, records)
    session.execute(select(Covered.person_id).where(_these(records)).with_for_update()).all()


def uncover(session: Session, person_id: UUID) -> None:
    """Note that this record has neither any more; it was held (`hold`)."""
    records = _digits([person_id])
    _run(session, delete(Covered).where(_these(records)))
    _settle(session, records)


def move(session: Session, person_id: UUID, place: str) -> None:
    """Note that this record is of another place since; whoever covers it now waits for that."""
    theirs = _these(_digits([person_id]))
    _run(session, update(Covered).where(theirs).values(place=place))


def settle(session: Session, ids: Collection[UUID]) -> None:
    """Have one record count of each person who has these, once they were merged or parted."""
    _settle(session, _digits(ids))


def _take_turn(session: Session, records: Sequence[str]) -> None:
    """Go beside others who cover; alone where it is about people with several records."""
    if not people_among(session, records):
        take_turn_beside(session)
    if people_among(session, records):
        take_turn(session)


def _insert(session: Session, records: Sequence[str]) -> None:
    """Whoever else does it, or moves a record, at this moment is waited for, and finds it held."""
    asked = select(Person.id, Person.place, true()).where(among_these(Person.id, records))
    asked = asked.with_for_update(read=True)
    sqlite_too = session.get_bind().dialect.name == "sqlite"
    made = (sqlite.insert if sqlite_too else postgresql.insert)(Covered)
    made = made.from_select(["person_id", "place", "counts"], asked)
    same = {"place": made.excluded.place}
    _run(session, made.on_conflict_do_update(index_elements=["person_id"], set_=same))


def _settle(session: Session, records: Sequence[str]) -> None:
    people = people_among(session, records)
    alone = sorted(set(records).difference(*people))
    _run(session, update(Covered).where(_these(alone), ~Covered.counts).values(counts=True))
    if not people:
        return
    every = select(Covered.person_id).join(Person).where(_these(list(chain(*people))))
    eldest_first = every.order_by(Person.created_at, Person.id)
    rank = {one.hex: at for at, one in enumerate(session.scalars(eldest_first))}
    for person in people:
        if there := [each for each in person if each in rank]:
            _let_count(session, min(there, key=rank.__getitem__), there)


def _let_count(session: Session, one: str, records: Sequence[str]) -> None:
    counts = Covered.person_id == UUID(one)
    _run(session, update(Covered).where(_these(records)).values(counts=counts))


def _these(records: Sequence[str]) -> ColumnElement[bool]:
    return among_these(Covered.person_id, records)


def _digits(ids: Collection[UUID]) -> list[str]:
    return [each.hex for each in ids]


def _run(session: Session, statement: object) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
