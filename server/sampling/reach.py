"""How far the results of tubes are: who looks at a doubt begins where a result is out, or there.

The laboratory and the outcomes know it, above; `hearing` says whom to ask.
"""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum

from sqlalchemy.orm import Session

from contract.tubes import Tube


class Reach(StrEnum):
    """In the order in which they want a look."""

    TOLD = "told"  # a record says it now
    THERE = "there"  # the laboratory has it, and no record says it


askers: list[Callable[[Session, Collection[Tube]], Mapping[Tube, Reach]]] = []


def reach_of(session: Session, tubes: Collection[Tube]) -> dict[Tube, Reach]:
    """Return it of those of *tubes* that have a result."""
    found: dict[Tube, Reach] = {}
    for ask in askers:
        found |= ask(session, tubes)
    return found


def rank(reach: Reach | None) -> int:
    """Return what to sort by: what wants a look first is least."""
    return list(Reach).index(reach) if reach else len(Reach)
