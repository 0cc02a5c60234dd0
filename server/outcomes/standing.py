"""Which desk a tube stands on, and since when: at the first thing that it lacks.  Pure.

A tube that is contested stands with its conflict, and beside that only where somebody has work to
do with it all the same: to find it, or to test it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contract.tubes import TubeKind
from server.outcomes.facts import Known
from server.outcomes.known import (
    Facts,
    Paired,
    Received,
    Resulted,
    current_results,
    is_plain,
    live_pairings,
    standing_receptions,
    standing_results,
)
from server.outcomes.merge import speaking_result

HELD = "held"  # the detail of what waits only for a doubt to be looked into; stored
ELSEWHERE = "other-laboratory"  # the laboratory that gave the result has not got the tube; stored


class Desk(StrEnum):
    """What waits.  The value is stored, is part of the JSON summary, and never changes."""

    CONFLICTS_OPEN = "conflicts_open"
    RESULT_WITHOUT_PAIRING = "result_without_pairing"
    RECEPTION_WITHOUT_PAIRING = "reception_without_pairing"
    POOL_MISCOUNTED = "pool_miscounted"
    PAIRING_WITHOUT_RECEPTION = "pairing_without_reception"
    RECEPTION_WITHOUT_RESULT = "reception_without_result"
    SEVERAL_RESULTS = "several_results"
    RESULT_WITHOUT_RELEASE = "result_without_release"
    OUTCOME_WITHOUT_DELIVERY = "outcome_without_delivery"
    CALLBACKS_OPEN = "callbacks_open"


@dataclass(frozen=True, slots=True)
class Standing:
    """One tube on its desk.  *detail* helps to find it: its box, what was found, how far it is."""

    desk: Desk
    since: datetime
    detail: str = ""
    place: str = ""
    station: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The facts of a tube, looked through once."""

    facts: Facts
    known: Known
    live: frozenset[Paired]
    receptions: list[Received]
    results: frozenset[Resulted]
    contested: bool


def standing(known: Known, facts: Facts) -> Standing | None:
    """Return where the tube stands, or None if nothing waits for it."""
    if facts.kind is TubeKind.CONTROL or _is_done(facts):
        return None
    live = live_pairings(facts)
    seen = _Seen(
        facts, known, live, standing_receptions(facts), standing_results(facts.results),
        bool(facts.open_conflicts) or len({pairing.claim for pairing in live}) > 1,
    )  # fmt: skip
    for desk, rule in RULES.items():
        found = rule(seen)
        if found is not None:
            since, detail = found
            return _standing(seen, desk, since, detail)
    return None


def _is_done(facts: Facts) -> bool:
    """Return whether a plain tube's result is out, which is where most tubes stand."""
    if not is_plain(facts):
        return False
    [reception], [result] = facts.receptions, facts.results
    return result.released and not result.withdrawn and not reception.undone


def _standing(seen: _Seen, desk: Desk, since: datetime, detail: str) -> Standing:
    first = min(seen.live or seen.facts.pairings, key=_when, default=None)
    place = seen.known.places[first.id] if first else ""
    station = seen.known.stations[first.id] if first else ""
    return Standing(desk, since, detail, place, station, seen.known.box)


def _when(pairing: Paired) -> tuple[datetime, UUID]:
    return pairing.at, pairing.id


_Found = tuple[datetime, str] | None


def _result_unpaired(seen: _Seen) -> _Found:
    if seen.live or seen.contested or not seen.results:
        return None
    first = min(seen.results, key=_entered)
    return _entered(first)[0], first.call.value


def _reception_unpaired(seen: _Seen) -> _Found:
    if seen.live or seen.contested or seen.results or not seen.receptions:
        return None
    return _received_at(seen.receptions), ""


def _miscounted(seen: _Seen) -> _Found:
    wrong = [count for count in seen.facts.pool_counts if count.said != count.paired]
    if not seen.live or seen.contested or not wrong or seen.known.closed_at is None:
        return None
    said, paired = max(wrong)
    return seen.known.closed_at, f"{paired}/{said}"


def _not_received(seen: _Seen) -> _Found:
    if not seen.live or seen.receptions:
        return None
    return min(pairing.at for pairing in seen.live), ""


def _untested(seen: _Seen) -> _Found:
    if not seen.live or not _accepted(seen) or seen.results:
        return None
    withdrawn = any(result.withdrawn for result in seen.facts.results)
    return _received_at(seen.receptions), "recalled" if withdrawn else ""


def _differing(seen: _Seen) -> _Found:
    if not seen.live or seen.contested or not _accepted(seen):
        return None
    current = current_results(seen.facts.results)
    if not current or speaking_result(seen.facts.results) is not None:
        return None
    return max(_entered(result)[0] for result in current), ""


def _unreleased(seen: _Seen) -> _Found:
    if not seen.live or seen.contested or not _accepted(seen):
        return None
    corrected = {result.corrects for result in seen.facts.results}
    waiting = [r for r in seen.results if not r.released and r.id not in corrected]
    if not waiting:
        return None
    first = min([r for r in waiting if not r.elsewhere] or waiting, key=_entered)
    step = "verified" if first.id in seen.known.verified else "entered"
    step = ELSEWHERE if first.elsewhere else step
    return _entered(first)[0], HELD if seen.facts.holds else step


def _accepted(seen: _Seen) -> bool:
    return bool(seen.receptions) and not any(each.rejected for each in seen.receptions)


def _received_at(receptions: Iterable[Received]) -> datetime:
    return min(each.at for each in receptions if each.at)


def _entered(result: Resulted) -> tuple[datetime, UUID]:
    if result.at is None:
        raise ValueError(f"result {result.id} was entered at no time")
    return result.at, result.id


# In the order of the work: the first that finds something is the desk.
RULES: dict[Desk, Callable[[_Seen], _Found]] = {
    Desk.RESULT_WITHOUT_PAIRING: _result_unpaired,
    Desk.RECEPTION_WITHOUT_PAIRING: _reception_unpaired,
    Desk.POOL_MISCOUNTED: _miscounted,
    Desk.PAIRING_WITHOUT_RECEPTION: _not_received,
    Desk.RECEPTION_WITHOUT_RESULT: _untested,
    Desk.SEVERAL_RESULTS: _differing,
    Desk.RESULT_WITHOUT_RELEASE: _unreleased,
}
