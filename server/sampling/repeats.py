"""Which tubes were given to one person not long apart: by one record, by records that are one, or
by two of which it is still asked whether they are.  Reads only."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, select, type_coerce
from sqlalchemy.orm import Session

from server.people import doubted, merges
from server.sampling import lot_queries
from server.sampling.models import Pairing
from server.times import moved

TWICE_WITHIN = timedelta(hours=12)
HELD_WITHIN = timedelta(hours=4)  # a session: who stepped in for somebody shows when they return
# Tubes on either side of one: a card that is scanned all day asks no more than that.  Where one of
# them does not hold any more, the next is asked about (`matters.ask_again`).
NEAREST = 5


class Near(NamedTuple):
    """What is compared of a pairing; a tube stands here as its text."""

    person_id: UUID  # one record for all of a person's
    id: UUID
    tube: str
    station: str
    paired_at: datetime
    trusted: bool
    aside: bool  # a decision about a conflict did not uphold it


Pairs = dict[tuple[UUID, UUID], tuple[Near, Near]]
_Given = list[Near]  # oldest first


def find(session: Session, people: set[UUID], first: datetime, last: datetime) -> Pairs:
    """Return the repeats among what *people* were given about the time from *first* to *last*.

    What one person was given twice within a session is hardly all theirs, and an open question
    whether two are one is no answer: a tube of each counts, within a session.
    """
    roots = merges.roots_of(session, people)
    doubts = doubted.between(session, roots)
    beside = {each for both in doubts for each in both} - roots.keys()
    all_roots = roots | merges.roots_of(session, beside) if beside else roots
    given = _given(session, all_roots, first, last)
    found = _repeats(given.get(root, []) for root in set(roots.values()))
    for apart in {frozenset(all_roots[each] for each in both) for both in doubts}:
        if len(apart) == 2:  # else they are one by now, whatever is still asked
            found |= _across(*(given.get(each, []) for each in apart))
    return found


def about(first: datetime, last: datetime) -> ColumnElement[bool]:
    """Return the condition that a pairing is compared with others from *first* to *last*."""
    return Pairing.paired_at.between(moved(first, -TWICE_WITHIN), moved(last, TWICE_WITHIN))


def _given(
    session: Session, roots: dict[UUID, UUID], first: datetime, last: datetime
) -> dict[UUID, _Given]:
    """Return what each person of *roots* was given about that time, in its order."""
    asked = select(
        Pairing.person_id, Pairing.id, type_coerce(Pairing.tube, String), Pairing.station,
        Pairing.paired_at, Pairing.trusted, lot_queries.put_aside(),
    ).where(
        Pairing.person_id.in_(roots),
        about(first, last),
        ~lot_queries.undone(),
    )  # fmt: skip
    given: dict[UUID, _Given] = {}
    for row in session.execute(asked.order_by(Pairing.paired_at, Pairing.id)):
        root = roots[row[0]]
        given.setdefault(root, []).append(Near(root, *row[1:]))
    return given


def _across(one: _Given, other: _Given) -> Pairs:
    """Return the repeats of one session whose tubes are not both of the same record."""
    both = sorted([*one, *other], key=lambda each: (each.paired_at, each.id))
    return {
        ids: (first, second)
        for ids, (first, second) in _repeats([both]).items()
        if first.person_id != second.person_id and are_held(first, second)
    }


def are_held(first: Near, second: Near) -> bool:
    """Return whether two tubes are so near each other that no result of them leaves unasked."""
    return second.paired_at - first.paired_at <= HELD_WITHIN


def _repeats(near: Iterable[_Given]) -> Pairs:
    return {
        (first.id, second.id): (first, second)
        for given in near
        for at, first in enumerate(given)
        for second in _after(first, given[at + 1 :])
    }


def _after(first: Near, later: _Given) -> Iterator[Near]:
    """Yield the repeats of *first* up to NEAREST tubes on: what was put aside takes no place."""
    passed: set[str] = set()
    for second in later:
        if len(passed) == NEAREST or second.paired_at - first.paired_at > TWICE_WITHIN:
            return
        if _is_repeat(first, second):
            yield second
            if not second.aside:
                passed.add(second.tube)


def _is_repeat(first: Near, second: Near) -> bool:
    """Return whether two pairings of one person are near; clocks that are not set prove nothing."""
    comparable = (first.trusted and second.trusted) or first.station == second.station
    apart = second.paired_at - first.paired_at
    return comparable and first.tube != second.tube and apart <= TWICE_WITHIN
