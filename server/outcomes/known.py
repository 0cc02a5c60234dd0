"""What can be known of one tube, as sets: no order, no repetition.  Pure.

Whoever learns a new kind of fact (another hold, a run taken back) adds it here and in `facts`, and
to what `plain` leaves alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contract.tubes import TubeKind
from server.lab.words import Call
from server.times import CLOCKS_DIFFER as CLOCKS_DIFFER


class Ground(NamedTuple):
    """One fact that an outcome rests on, beside its pairing and its result."""

    kind: str  # "decision", "reception"
    id: UUID


class PoolCount(NamedTuple):
    """A station said on closing a pool how many had joined it; so many of its pairings came.

    What was undone before it closed counts in neither.
    """

    said: int
    paired: int


@dataclass(frozen=True, slots=True)
class Paired:
    """The tube was given to *person*; *claim* is the person, or a pool's station.

    *trusted* says whether the station's clock was set when it wrote *at*.
    """

    id: UUID
    person: UUID
    claim: str
    at: datetime
    trusted: bool = True

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Received:
    """The laboratory has the tube; *rejected* says why it will not be tested ('' if it will).

    A reception or a rejection that was *undone* counts for nothing.
    """

    rejected: str = ""
    at: datetime | None = None
    id: UUID | None = None
    undone: bool = False

    def __hash__(self) -> int:
        return hash((self.id, self.at))


@dataclass(frozen=True, slots=True)
class Resulted:
    """A result, which may correct another and may be released.

    *withdrawn*: its run was taken back, or it was recalled: it speaks no more, and what it had
    corrected does not speak again.  *final*: of several results of one tube, the laboratory's
    rule, or a person, chose this one.  *elsewhere*: its laboratory had not got the tube, as far as
    is known (`lab.moves`); *before*: it came there since; *taken_back*: it took that arrival back
    since.  *gone*: it was withdrawn with such an arrival.  *at* is when it was entered.
    """

    id: UUID
    call: Call
    released: bool
    corrects: UUID | None = None
    withdrawn: bool = False
    final: bool = False
    elsewhere: bool = False
    at: datetime | None = None
    before: bool = False
    taken_back: bool = False
    gone: bool = False

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Held:
    """The tube is held for a reason beside its own claims: its neighbours' pairings slipped."""

    id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one tube.

    `set_aside` are pairings that a decided conflict did not uphold, `upheld` the (decision,
    pairing) that did; `open_conflicts` and `holds` hold the tube whatever else is known;
    `pool_counts` are what stations said on closing the pool.
    """

    kind: TubeKind
    pairings: frozenset[Paired] = frozenset()
    voided: frozenset[UUID] = frozenset()
    set_aside: frozenset[UUID] = frozenset()
    open_conflicts: frozenset[UUID] = frozenset()
    receptions: frozenset[Received] = frozenset()
    results: frozenset[Resulted] = frozenset()
    pool_counts: frozenset[PoolCount] = frozenset()
    holds: frozenset[Held] = frozenset()
    upheld: frozenset[tuple[UUID, UUID]] = frozenset()


def is_plain(facts: Facts) -> bool:
    """Return whether nothing happened to the tube but its one pairing, reception and result.

    So it is with nearly all of a million, and what follows is said at once.
    """
    return (
        len(facts.results) == len(facts.receptions) == len(facts.pairings) == 1
        and facts.kind is TubeKind.SAMPLING
        and not (facts.voided or facts.set_aside or facts.open_conflicts)
        and not (facts.holds or facts.pool_counts or facts.upheld)
    )


def live_pairings(facts: Facts) -> frozenset[Paired]:
    """Return the pairings that nobody voided and no decision set aside."""
    gone = facts.voided | facts.set_aside
    if not gone:
        return facts.pairings
    return frozenset(pairing for pairing in facts.pairings if pairing.id not in gone)


def standing_receptions(facts: Facts) -> list[Received]:
    """Return the receptions and rejections that nobody undid."""
    return [reception for reception in facts.receptions if not reception.undone]


def late_pairings(facts: Facts) -> frozenset[Paired]:
    """Return the live pairings that were made when the laboratory had the tube already.

    It had it when it was received, and where that was not noted, when anything was found in it:
    also what speaks no more was found in a tube of that number.  What a laboratory says that has
    not got the tube, or took its arrival back, is of another.
    """
    times = [reception.at for reception in standing_receptions(facts) if reception.at]
    own = (each for each in facts.results if not (each.elsewhere or each.gone))
    times += [result.at for result in own if result.at]
    if not times:
        return frozenset()
    latest = min(times) + CLOCKS_DIFFER
    return frozenset(p for p in live_pairings(facts) if p.trusted and p.at > latest)


def replaced(results: Iterable[Resulted]) -> set[UUID]:
    """Return the ids that a released result corrects, directly or along a chain."""
    corrects = {result.id: result.corrects for result in results}
    gone: set[UUID] = set()
    for result in results:
        earlier = result.corrects if result.released else None
        while earlier is not None and earlier not in gone:
            gone.add(earlier)
            earlier = corrects.get(earlier)
    return gone


def standing_results(results: frozenset[Resulted]) -> frozenset[Resulted]:
    """Return the results that were neither replaced by a released one nor taken back."""
    gone = replaced(results)
    return frozenset(r for r in results if r.id not in gone and not r.withdrawn)


def current_results(results: frozenset[Resulted]) -> frozenset[Resulted]:
    """Return the released results that stand."""
    return frozenset(result for result in standing_results(results) if result.released)
