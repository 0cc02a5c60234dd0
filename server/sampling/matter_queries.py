"""Whose pairings a matter is about, for its desk.  Reads only."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.people import doubted, merges
from server.people.models import Person
from server.sampling import sight
from server.sampling.decision_models import Matter
from server.sampling.models import Pairing


class Bearers(NamedTuple):
    """Who was given the tubes of one matter."""

    seen: list[Person]  # those whom the asker may read of; one of each person
    given: frozenset[UUID]  # the pairings whose sample, or whose whole record, the asker sees
    persons: int  # 2 where the records are not one person's, or not known to be
    asked: bool = False  # whether they are is still asked


def bearers(session: Session, standing: Sequence[Matter], within: Within) -> dict[UUID, Bearers]:
    """Return the bearers of each matter by its id."""
    sides = {each.id: [p for p in (each.pairing, each.other) if p] for each in standing}
    every = [pairing for both in sides.values() for pairing in both]
    roots = merges.roots_of(session, {pairing.person_id for pairing in every})
    asked = select(Pairing.id).where(
        Pairing.id.in_([pairing.id for pairing in every]), sight.given(within)
    )
    seen = set(session.scalars(asked))
    doubts = {frozenset(roots[e] for e in two) for two in _doubts(session, roots)}
    return {id_: _bearers(both, roots, seen, doubts) for id_, both in sides.items()}


def _doubts(session: Session, roots: dict[UUID, UUID]) -> set[frozenset[UUID]]:
    """Return the open questions whose two records are both of these people."""
    return {both for both in doubted.between(session, roots) if both <= roots.keys()}


def _bearers(
    both: Iterable[Pairing],
    roots: dict[UUID, UUID],
    seen: set[UUID],
    doubts: set[frozenset[UUID]],
) -> Bearers:
    shown: dict[UUID, Person] = {}
    for pairing in both:
        if pairing.id in seen:
            shown.setdefault(roots[pairing.person_id], pairing.person)
    persons = frozenset(roots[pairing.person_id] for pairing in both)
    given = frozenset(pairing.id for pairing in both) & seen
    asked = len(persons) > 1 and persons in doubts
    return Bearers(list(shown.values()), given, len(persons), asked)
