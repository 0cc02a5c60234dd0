"""Records of one person, joined and parted again.  The caller owns the transaction.

A merge is an edge between two records.  Pairings, check-ins and numbers stay with the record to
which they came, also those that come later, so that parting restores both sides exactly.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.people import covered, queries
from server.people.merge_models import PersonMerge
from server.people.models import Identity, Person
from server.people.turns import take_turn as take_turn

# Whoever must look again once records are one person's, with all of these; take their turn before a
# merge is taken back; or look again after that.  `hearing` adds them.
joined: list[Callable[[Session, Sequence[UUID], datetime], None]] = []
parting: list[Callable[[Session, PersonMerge], None]] = []
parted: list[Callable[[Session, PersonMerge, datetime], None]] = []


class AlreadyOne(DomainError):
    code = "already-one-person"


class AlreadyParted(DomainError):
    code = "already-parted"


def together(session: Session, person_id: UUID) -> list[UUID]:
    """Return every record of the person whose record this is: the eldest first."""
    found, asked = {person_id}, {person_id}
    while asked:
        asked = _beside(session, asked) - found
        found |= asked
    if len(found) == 1:
        return [person_id]
    order = select(Person.id).where(Person.id.in_(found)).order_by(Person.created_at, Person.id)
    return list(session.scalars(order))


def held_together(session: Session, person_id: UUID) -> list[UUID]:
    """Return what `together` does; none of them is parted before this transaction ends."""
    held = select(PersonMerge.id).where(_live_of(together(session, person_id)))
    session.execute(held.with_for_update(read=True)).all()
    return together(session, person_id)


def are_one(session: Session, person_id: UUID, other_id: UUID) -> bool:
    return person_id == other_id or other_id in together(session, person_id)


def merged_among(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of *ids* whose person has other records too."""
    some = set(ids)
    return _beside(session, some) & some


def roots_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return every record of these people, and for each the same one of its person's records.

    One question, where nobody has several.
    """
    roots = {each: each for each in ids}
    asked = set(roots)
    while asked:
        edges = _edges(session, asked)
        asked = {each for edge in edges for each in edge} - roots.keys()
        roots |= {each: each for each in asked}
        for one, other in edges:
            kept, gone = roots[one], roots[other]
            roots = {each: kept if root == gone else root for each, root in roots.items()}
    return roots


def _beside(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    return {each for edge in _edges(session, ids) for each in edge}


def _edges(session: Session, ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    some = list(ids)
    edges = select(PersonMerge.person_id, PersonMerge.other_id).where(_live_of(some))
    return [(one, other) for one, other in session.execute(edges)]


def _live_of(ids: list[UUID]) -> ColumnElement[bool]:
    """Say it of each end by itself: only so SQLite goes by an index of live ones for either."""
    live = PersonMerge.undone_at.is_(None)
    return or_(
        and_(live, PersonMerge.person_id.in_(ids)), and_(live, PersonMerge.other_id.in_(ids))
    )


def keys_of(session: Session, person_id: UUID) -> list[Identity]:
    """Return the numbers that lead to any record of this person now, one of each."""
    found = [key for each in together(session, person_id) for key in queries.keys_of(session, each)]
    return list({(key.system, key.value_blind): key for key in reversed(found)}.values())[::-1]


def merges_of(session: Session, person_id: UUID) -> list[PersonMerge]:
    """Return the live merges of this person's records, oldest first."""
    ids = together(session, person_id)
    live = select(PersonMerge).where(
        PersonMerge.undone_at.is_(None), PersonMerge.person_id.in_(ids)
    )
    return list(session.scalars(live.order_by(PersonMerge.merged_at, PersonMerge.id)))


def merge(
    session: Session,
    person_id: UUID,
    other_id: UUID,
    *,
    reason: str,
    evidence: str,
    by: str,
    now: datetime,
) -> PersonMerge:
    """Say that two records are one person's.  Raises NotFound, AlreadyOne."""
    take_turn(session)
    queries.person(session, person_id)
    queries.person(session, other_id)
    if are_one(session, person_id, other_id):
        raise AlreadyOne(
            "Hai hồ sơ này đã là của một người.", "These two records are one person's already."
        )
    made = PersonMerge(
        id=uuid4(), person_id=person_id, other_id=other_id, evidence=evidence, reason=reason,
        merged_at=now, merged_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    covered.settle(session, [person_id])
    for each in (person_id, other_id):
        audit.record(session, "person.merged", each, by=by, now=now, detail=str(made.id))
    records = together(session, person_id)
    for tell in joined:
        tell(session, records, now)
    return made


def part(session: Session, merge_id: UUID, *, reason: str, by: str, now: datetime) -> PersonMerge:
    """Take a merge back: each record has what it had, and what came to it since.

    What was not asked because they were one is asked then (`parted`).
    Raises NotFound, AlreadyParted.
    """
    take_turn(session)
    found = session.get(PersonMerge, merge_id)
    if found is None:
        raise NotFound("Không có lần gộp này.", "There is no such merge.")
    for prepare in parting:  # who brings tubes has their turn first, then holds merges
        prepare(session, found)
    session.refresh(found, with_for_update=True)
    if found.undone_at is not None:
        raise AlreadyParted("Đã tách hai hồ sơ này.", "These records were parted already.")
    found.undone_at, found.undone_by, found.undo_reason = now, by, reason
    session.flush()
    covered.settle(session, [found.person_id, found.other_id])
    for each in (found.person_id, found.other_id):
        audit.record(session, "person.parted", each, by=by, now=now, detail=str(found.id))
    for tell in parted:
        tell(session, found, now)
    return found
