"""Who should be covered, by the cards and the declarations themselves, against who is kept so.

`differences` proves what `people.covered` keeps, `recount` mends it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from server.db import among_these
from server.declarations.models import Declaration
from server.people import covered
from server.people.covered_models import Covered
from server.people.merged import people_among
from server.people.models import Card, Person
from server.people.turns import take_turn
from server.rows import insert_rows

Kept = dict[UUID, tuple[str, bool]]  # the place of each covered record, and whether it counts


def note_given(session: Session, giver: UUID, taker: UUID) -> None:
    """Note that a declaration by phone went from one record to another."""
    covered.cover(session, [taker])
    covered.hold(session, giver)
    if session.scalar(select(Person.id).where(Person.id == giver, _is_covered())) is None:
        covered.uncover(session, giver)


def differences(session: Session) -> set[UUID]:
    """Return the records that are kept otherwise than what there is says."""
    return _differing(_kept(session), _found(session))


def recount(session: Session) -> int:
    """Keep what there is; return how many records were kept wrongly.  Merges wait meanwhile."""
    take_turn(session)
    kept, found = _kept(session), _found(session)
    wrong = _differing(kept, found)
    session.execute(delete(Covered).where(among_these(Covered.person_id, [w.hex for w in wrong])))
    rows = [
        {"person_id": each, "place": found[each][0], "counts": found[each][1]}
        for each in wrong & found.keys()
    ]
    insert_rows(session, Covered, rows)
    return len(wrong)


def _differing(kept: Kept, found: Kept) -> set[UUID]:
    return {each for each in kept.keys() | found.keys() if kept.get(each) != found.get(each)}


def _kept(session: Session) -> Kept:
    rows = session.execute(select(Covered.person_id, Covered.place, Covered.counts))
    return {each: (place, counts) for each, place, counts in rows}


def _found(session: Session) -> Kept:
    asked = select(Person.id, Person.place).where(_is_covered())
    rows = session.execute(asked.order_by(Person.created_at, Person.id))
    places = {each.hex: place for each, place in rows}  # the eldest first
    later = _later(list(places), people_among(session, list(places)))
    return {UUID(each): (place, each not in later) for each, place in places.items()}


def _later(eldest_first: Sequence[str], people: Sequence[Sequence[str]]) -> set[str]:
    """Return all but the eldest of each person's."""
    rank = {each: at for at, each in enumerate(eldest_first)}
    theirs = (sorted(rank.keys() & set(each), key=rank.__getitem__) for each in people)
    return {each for records in theirs for each in records[1:]}


def _is_covered() -> ColumnElement[bool]:
    declared = exists().where(Declaration.person_id == Person.id, Declaration.source == "phone")
    return or_(exists().where(Card.person_id == Person.id), declared)
