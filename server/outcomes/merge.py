"""From everything known about one tube to what the records of its people must say.  Pure.

Facts are sets: in whatever order they came, and however often, the verdict is the same.

A tube belongs to one *claim*.  A sampling tube is claimed by a person, a pool's tube by a station.
Two claims are a doubt, and a doubt gives no outcome: a person decides.  A tube that is held, with
its neighbours, says nothing either until it is freed.  A pool's negative clears each member;
anything else of a pool names nobody and asks each member for a sample of their own.  Who was given
a tube that the laboratory had already, received or tested, was given another with the same number:
what is found in the first says nothing of them, and they give a sample again.  Of several results
one must be final, or all must agree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from contract.tubes import TubeKind
from server.lab.words import Call
from server.outcomes.known import CLOCKS_DIFFER as CLOCKS_DIFFER
from server.outcomes.known import Facts as Facts
from server.outcomes.known import Ground as Ground
from server.outcomes.known import Held as Held
from server.outcomes.known import Paired as Paired
from server.outcomes.known import PoolCount as PoolCount
from server.outcomes.known import Received as Received
from server.outcomes.known import Resulted as Resulted
from server.outcomes.known import current_results as current_results
from server.outcomes.known import is_plain, standing_receptions, standing_results
from server.outcomes.known import late_pairings as late_pairings
from server.outcomes.known import live_pairings as live_pairings

PAIRED_AFTER = "paired-after-reception"  # a reason; stored, so it never changes
_EVER = datetime.min.replace(tzinfo=UTC)


class Status(StrEnum):
    """What a person's record may say.  `withdrawn` is how an outcome ends, never how one begins."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    RESAMPLE = "resample"
    WITHDRAWN = "withdrawn"


class TakenBack(StrEnum):
    """Why an outcome is withdrawn.  The value is a reason; stored, so it never changes."""

    ENTERED_IN_ERROR = "entered-in-error"  # the tube was not this person's
    RECALLED = "recalled"  # the laboratory took its result back
    RECHECKING = "rechecking"  # a doubt came up, and is looked into


class Problem(StrEnum):
    """Why a tube gives no outcome yet, or not as it stands."""

    CONTESTED = "contested"
    HELD = "held"
    UNPAIRED = "unpaired"
    NOT_RECEIVED = "not-received"
    NO_RESULT = "no-result"
    NOT_RELEASED = "not-released"
    SEVERAL_RESULTS = "several-results"
    WITHDRAWN = "withdrawn"
    REJECTED_AND_TESTED = "rejected-and-tested"
    CONTROL_PAIRED = "control-paired"
    POOL_MISCOUNTED = "pool-miscounted"
    PAIRED_LATE = "paired-late"
    OTHER_LABORATORY = "other-laboratory"  # of a result, at the gate alone
    FOUND_BEFORE = "found-before"  # of a result, at the gate alone
    ARRIVAL_TAKEN_BACK = "arrival-taken-back"  # of a result, at the gate alone


SILENT = {Problem.CONTESTED, Problem.HELD, Problem.CONTROL_PAIRED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one person's record must say because of this tube, and on what ground."""

    person: UUID
    status: Status
    pairing: UUID
    result: UUID | None = None
    reason: str = ""
    grounds: frozenset[Ground] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    outcomes: frozenset[Outcome] = frozenset()
    problems: frozenset[Problem] = frozenset()


def merge(facts: Facts) -> Verdict:
    """Return what follows from *facts*: total, and blind to the order in which they came."""
    if is_plain(facts) and (said := _plainly(facts)):
        return said
    live = live_pairings(facts)
    problems = frozenset(_problems(facts, live))
    if problems & SILENT:
        return Verdict(frozenset(), problems)
    return Verdict(frozenset(_outcomes(facts, live)), problems)


def _plainly(facts: Facts) -> Verdict | None:
    """Return the verdict on a plain tube if all went well with it: the usual case, told fast."""
    [pairing], [reception], [result] = facts.pairings, facts.receptions, facts.results
    good = result.released and not result.withdrawn and not reception.undone
    if not good or reception.rejected or late_pairings(facts):
        return None
    grounds = frozenset([Ground("reception", reception.id)] if reception.id else ())
    outcome = Outcome(
        pairing.person, Status(result.call.value), pairing.id, result.id, grounds=grounds
    )
    return Verdict(frozenset([outcome]))


def taken_back(facts: Facts, person: UUID) -> TakenBack:
    """Return why nothing is said of *person* any more, of whom something was said before."""
    live = live_pairings(facts)
    if person not in {pairing.person for pairing in live}:
        return TakenBack.ENTERED_IN_ERROR
    problems = merge(facts).problems
    if not problems & SILENT and Problem.WITHDRAWN in problems:
        return TakenBack.RECALLED
    return TakenBack.RECHECKING


def speaking_result(results: frozenset[Resulted]) -> Resulted | None:
    """Return the one result that speaks for a tube, if there is one beyond doubt.

    Of several: the one that is final.  Where none is, and all agree, the first.
    """
    current = current_results(results)
    chosen = [result for result in current if result.final] or list(current)
    if len({result.call for result in chosen}) > 1:
        return None
    return min(chosen, key=lambda result: (result.at or _EVER, result.id), default=None)


def _problems(facts: Facts, live: frozenset[Paired]) -> Iterator[Problem]:
    receptions, results = standing_receptions(facts), bool(facts.results)
    standing, current = standing_results(facts.results), current_results(facts.results)
    received, rejected = bool(receptions), any(each.rejected for each in receptions)
    contested = bool(facts.open_conflicts) or len({pairing.claim for pairing in live}) > 1
    miscounted = any(count.said != count.paired for count in facts.pool_counts)
    holds = {
        Problem.CONTESTED: contested,
        Problem.HELD: bool(facts.holds),
        Problem.CONTROL_PAIRED: facts.kind is TubeKind.CONTROL and bool(live),
        Problem.UNPAIRED: not live and (received or results),
        Problem.NOT_RECEIVED: not received and (bool(live) or results),
        Problem.NO_RESULT: received and not rejected and not standing,
        Problem.NOT_RELEASED: bool(standing) and not current,
        Problem.SEVERAL_RESULTS: bool(current) and speaking_result(facts.results) is None,
        Problem.WITHDRAWN: not current and any(result.withdrawn for result in facts.results),
        Problem.REJECTED_AND_TESTED: rejected and bool(standing),
        Problem.POOL_MISCOUNTED: miscounted,
        Problem.PAIRED_LATE: bool(late_pairings(facts)),
    }
    return (problem for problem, holding in holds.items() if holding)


def _outcomes(facts: Facts, live: frozenset[Paired]) -> Iterator[Outcome]:
    result = speaking_result(facts.results)
    receptions = standing_receptions(facts)
    rejections = sorted(each.rejected for each in receptions if each.rejected)
    late = late_pairings(facts)
    for pairing in _one_for_each_person(live):
        grounds = frozenset(_grounds(facts, pairing, rejections[:1]))
        if pairing in late and receptions:
            yield _again(pairing, None, PAIRED_AFTER, grounds)
        elif rejections:
            yield _again(pairing, None, rejections[0], grounds)
        elif receptions and result is not None:
            yield _of_result(facts.kind, pairing, result, grounds)


def _of_result(
    kind: TubeKind, pairing: Paired, result: Resulted, grounds: frozenset[Ground]
) -> Outcome:
    if kind is TubeKind.POOL and result.call is not Call.NEGATIVE:
        return _again(pairing, result.id, f"pool-{result.call}", grounds)
    status = Status(result.call.value)
    return Outcome(pairing.person, status, pairing.id, result.id, grounds=grounds)


def _again(
    pairing: Paired, result: UUID | None, reason: str, grounds: frozenset[Ground]
) -> Outcome:
    return Outcome(pairing.person, Status.RESAMPLE, pairing.id, result, reason, grounds)


def _grounds(facts: Facts, pairing: Paired, rejection: list[str]) -> Iterator[Ground]:
    """Name the receptions that count (the rejections of a rejected tube), and the decisions."""
    for each in standing_receptions(facts):
        if each.id is not None and each.rejected in (rejection or [""]):
            yield Ground("reception", each.id)
    for decision, upheld in facts.upheld:
        if upheld == pairing.id:
            yield Ground("decision", decision)


def _one_for_each_person(live: Iterable[Paired]) -> list[Paired]:
    """A person scanned twice for one tube counts once, by the first scan."""
    first: dict[UUID, Paired] = {}
    for pairing in sorted(live, key=lambda pairing: (pairing.at, pairing.id)):
        first.setdefault(pairing.person, pairing)
    return list(first.values())
