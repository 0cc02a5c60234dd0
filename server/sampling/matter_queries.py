"""Whose pairings a matter is about, for its desk.  Reads only."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.people import merges
from server.people.models import Person
from server.sampling import sight
from server.sampling.decision_models import Matter
from server.sampling.models import Pairing


class Bearers(NamedTuple):
    """Who was given the tubes of one matter."""

    seen: list[Person]  # those whom the asker may read of; one of each person
    persons: int  # 2 while it is still asked whether two records are one person's


def bearers(session: Session, standing: Sequence[Matter], within: Within) -> dict[UUID, Bearers]:
    """Return the bearers of each matter by its id."""
    sides = {each.id: [p for p in (each.pairing, each.other) if p] for each in standing}
    every = [pairing for both in sides.values() for pairing in both]
    roots = merges.roots_of(session, {pairing.person_id for pairing in every})
    asked = select(Pairing.id).where(
        Pairing.id.in_([pairing.id for pairing in every]), sight.given(within)
    )
    seen = set(session.scalars(asked))
    return {id_: _bearers(both, roots, seen) for id_, both in sides.items()}


def _bearers(both: Iterable[Pairing], roots: dict[UUID, UUID], seen: set[UUID]) -> Bearers:
    shown: dict[UUID, Person] = {}
    for pairing in both:
        if pairing.id in seen:
            shown.setdefault(roots[pairing.person_id], pairing.person)
    return Bearers(list(shown.values()), len({roots[pairing.person_id] for pairing in both}))
