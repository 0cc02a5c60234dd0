"""When two pairings of one tube cannot both be true.  Pure.

An ordinary tube holds the sample of one person: the same person twice is harmless.  A pool's tube
holds those whom one station put into it: another station's claim means two tubes with one id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contract.tubes import TubeKind


class Contradiction(StrEnum):
    """The value is stored and never changes."""

    TWO_PERSONS = "two-persons"
    TWO_STATIONS = "two-stations"


class Hold(StrEnum):
    """Why a tube waits for a person.  The value is stored and never changes."""

    SLIP = "slip"
    TWICE = "person-twice"
    VOIDED = "voided-after-result"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Claim:
    """One pairing that holds so far."""

    pairing: UUID
    person: UUID
    station: str

    def side(self, kind: TubeKind) -> str:
        """Return what must be the same for all claims on a tube of *kind*."""
        return self.station if kind is TubeKind.POOL else str(self.person)


def contradiction(kind: TubeKind, claims: Iterable[Claim]) -> Contradiction | None:
    """Return how the claims on a tube of *kind* contradict each other, if they do."""
    if len({claim.side(kind) for claim in claims}) < 2:
        return None
    return Contradiction.TWO_STATIONS if kind is TubeKind.POOL else Contradiction.TWO_PERSONS


def upheld_with(kind: TubeKind, claims: Iterable[Claim], keep: UUID | None) -> frozenset[UUID]:
    """Return the pairings that hold if *keep* does: all on its side, or none for None."""
    known = list(claims)
    sides = {claim.side(kind) for claim in known if claim.pairing == keep}
    return frozenset(claim.pairing for claim in known if claim.side(kind) in sides)
