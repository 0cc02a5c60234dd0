"""What stands beside a pairing in its station's run: evidence for whoever must decide.  Reads."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from server.sampling.models import Pairing
from server.sampling.slip_runs import Given
from server.sampling.slips import run_around

BESIDE = 2


class Beside(NamedTuple):
    """The pairings just before and just after one, oldest first."""

    before: list[Given]
    after: list[Given]


def beside(session: Session, pairings: Iterable[Pairing]) -> dict[UUID, Beside]:
    """Return the neighbours of each of *pairings* at its own station."""
    return {each.id: _beside(run_around(session, each), each.id) for each in pairings}


def _beside(run: list[Given], pairing: UUID) -> Beside:
    at = next(place for place, given in enumerate(run) if given.id == pairing)
    return Beside(run[max(0, at - BESIDE) : at], run[at + 1 : at + 1 + BESIDE])
