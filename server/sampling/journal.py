"""In which order a station wrote its pairings down: `server.intake` keeps that; `hearing` says so.

A station's clock may jump, as when it is switched on again without a network; its journal goes on.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session


class Written(NamedTuple):
    """Where a pairing stands: in which of its station's journals, and as the how many-th event."""

    epoch: str
    seq: int


class Asker(NamedTuple):
    """`places`: where pairings stand; `around`: up to so many on each side of one, and itself."""

    places: Callable[[Session, Collection[UUID]], dict[UUID, Written]]
    around: Callable[[Session, UUID, int], list[UUID]]


askers: list[Asker] = []


def places(session: Session, pairings: Collection[UUID]) -> dict[UUID, Written]:
    """Return where those of *pairings* stand that a station wrote down."""
    found: dict[UUID, Written] = {}
    for ask in askers:
        found |= ask.places(session, pairings)
    return found


def around(session: Session, pairing: UUID, most: int) -> list[UUID]:
    """Return the pairings about *pairing* in its journal, oldest first, *most* on each side; those
    that were refused are among them.  Empty where no station wrote it down."""
    return next((found for ask in askers if (found := ask.around(session, pairing, most))), [])
