"""From everything known about one tube to what the records of its people must say.  Pure.

Facts are sets: in whatever order they came, and however often, the verdict is the same.

A tube belongs to one *claim*.  A sampling tube is claimed by a person, a pool's tube by a station.
Two claims are a doubt, and a doubt gives no outcome: a person decides.  A pool's negative clears
each member; anything else of a pool names nobody and asks each member for a sample of their own.
Who was given a tube that the laboratory had already was given another with the same number: what
is found in the first says nothing of them, and they give a sample again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contract.tubes import TubeKind
from server.lab.words import Call

PAIRED_AFTER = "paired-after-reception"  # a reason; stored, so it never changes
CLOCKS_DIFFER = timedelta(minutes=10)  # between a station and the server, both set


class Status(StrEnum):
    """What a person's record may say.  `withdrawn` is how an outcome ends, never how one begins."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    RESAMPLE = "resample"
    WITHDRAWN = "withdrawn"


class Problem(StrEnum):
    """Why a tube gives no outcome yet, or not as it stands."""

    CONTESTED = "contested"
    UNPAIRED = "unpaired"
    NOT_RECEIVED = "not-received"
    NO_RESULT = "no-result"
    NOT_RELEASED = "not-released"
    SEVERAL_RESULTS = "several-results"
    REJECTED_AND_TESTED = "rejected-and-tested"
    CONTROL_PAIRED = "control-paired"
    POOL_MISCOUNTED = "pool-miscounted"
    PAIRED_LATE = "paired-late"


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


@dataclass(frozen=True, slots=True)
class Received:
    """The laboratory has the tube; *rejected* says why it will not be tested ('' if it will)."""

    rejected: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resulted:
    """A result, which may correct another and may be released."""

    id: UUID
    call: Call
    released: bool
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one tube.

    `set_aside` are pairings that a decided conflict did not uphold; `open_conflicts` hold the tube
    whatever else is known; `pool_members` are counts that stations gave on closing the pool.
    """

    kind: TubeKind
    pairings: frozenset[Paired] = frozenset()
    voided: frozenset[UUID] = frozenset()
    set_aside: frozenset[UUID] = frozenset()
    open_conflicts: frozenset[UUID] = frozenset()
    receptions: frozenset[Received] = frozenset()
    results: frozenset[Resulted] = frozenset()
    pool_members: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one person's record must say because of this tube, and on what ground."""

    person: UUID
    status: Status
    pairing: UUID
    result: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    outcomes: frozenset[Outcome] = frozenset()
    problems: frozenset[Problem] = frozenset()


def merge(facts: Facts) -> Verdict:
    """Return what follows from *facts*: total, and blind to the order in which they came."""
    live = live_pairings(facts)
    problems = frozenset(_problems(facts, live))
    if problems & {Problem.CONTESTED, Problem.CONTROL_PAIRED}:
        return Verdict(frozenset(), problems)
    return Verdict(frozenset(_outcomes(facts, live)), problems)


def live_pairings(facts: Facts) -> frozenset[Paired]:
    """Return the pairings that nobody voided and no decision set aside."""
    gone = facts.voided | facts.set_aside
    return frozenset(pairing for pairing in facts.pairings if pairing.id not in gone)


def late_pairings(facts: Facts) -> frozenset[Paired]:
    """Return the live pairings that were made when the laboratory had the tube already."""
    received = min((reception.at for reception in facts.receptions if reception.at), default=None)
    if received is None:
        return frozenset()
    live = live_pairings(facts)
    return frozenset(p for p in live if p.trusted and p.at > received + CLOCKS_DIFFER)


def current_results(results: Iterable[Resulted]) -> frozenset[Resulted]:
    """Return the released results that no released result corrects, directly or along a chain."""
    results = frozenset(results)
    corrects = {result.id: result.corrects for result in results}
    replaced: set[UUID] = set()
    for result in results:
        earlier = result.corrects if result.released else None
        while earlier is not None and earlier not in replaced:
            replaced.add(earlier)
            earlier = corrects.get(earlier)
    return frozenset(r for r in results if r.released and r.id not in replaced)


def _problems(facts: Facts, live: frozenset[Paired]) -> Iterator[Problem]:
    received, results = bool(facts.receptions), bool(facts.results)
    current = current_results(facts.results)
    rejected = any(reception.rejected for reception in facts.receptions)
    contested = bool(facts.open_conflicts) or len({pairing.claim for pairing in live}) > 1
    miscounted = any(members != len(facts.pairings) for members in facts.pool_members)
    holds = {
        Problem.CONTESTED: contested,
        Problem.CONTROL_PAIRED: facts.kind is TubeKind.CONTROL and bool(live),
        Problem.UNPAIRED: not live and (received or results),
        Problem.NOT_RECEIVED: not received and (bool(live) or results),
        Problem.NO_RESULT: received and not rejected and not results,
        Problem.NOT_RELEASED: results and not current,
        Problem.SEVERAL_RESULTS: len(current) > 1,
        Problem.REJECTED_AND_TESTED: rejected and results,
        Problem.POOL_MISCOUNTED: miscounted,
        Problem.PAIRED_LATE: bool(late_pairings(facts)),
    }
    return (problem for problem, holding in holds.items() if holding)


def _outcomes(facts: Facts, live: frozenset[Paired]) -> Iterator[Outcome]:
    current = current_results(facts.results)
    rejections = sorted(r.rejected for r in facts.receptions if r.rejected)
    late = late_pairings(facts)
    for pairing in _one_for_each_person(live):
        if pairing in late:
            yield Outcome(pairing.person, Status.RESAMPLE, pairing.id, None, PAIRED_AFTER)
        elif rejections:
            yield Outcome(pairing.person, Status.RESAMPLE, pairing.id, None, rejections[0])
        elif facts.receptions and len(current) == 1:
            (result,) = current
            yield _of_result(facts.kind, pairing, result)


def _of_result(kind: TubeKind, pairing: Paired, result: Resulted) -> Outcome:
    if kind is TubeKind.POOL and result.call is not Call.NEGATIVE:
        reason = f"pool-{result.call}"
        return Outcome(pairing.person, Status.RESAMPLE, pairing.id, result.id, reason)
    return Outcome(pairing.person, Status(result.call.value), pairing.id, result.id)


def _one_for_each_person(live: frozenset[Paired]) -> list[Paired]:
    """A person scanned twice for one tube counts once, by the first scan."""
    first: dict[UUID, Paired] = {}
    for pairing in sorted(live, key=lambda pairing: (pairing.at, pairing.id)):
        first.setdefault(pairing.person, pairing)
    return list(first.values())
