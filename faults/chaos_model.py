"""What must be at the end of a chaos run, in plain steps, without a thought for speed or order.

It knows what the journals hold, what the laboratory was answered for and what people decided, and
nothing of how the product keeps any of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from contract.events import Event, PairingVoided, PoolClosed, TubePaired

LATE = timedelta(minutes=10)  # between a station's clock and the laboratory's
Said = tuple[str, str, UUID, UUID | None]  # status, reason, pairing, result


@dataclass
class Found:
    """One result as the laboratory was answered for it."""

    id: UUID
    call: str
    corrects: UUID | None = None
    released: bool = False


@dataclass
class Told:
    """Everything that was acknowledged, beside the journals."""

    received: dict[str, datetime] = field(default_factory=dict)  # by tube
    tested: dict[str, datetime] = field(default_factory=dict)  # when its first result was entered
    rejected: dict[str, str] = field(default_factory=dict)
    results: dict[str, list[Found]] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # which side the last decision upheld, or ''
    denied: set[UUID] = field(default_factory=set)
    times: dict[UUID, datetime] = field(default_factory=dict)  # when pairings really were
    untimed: set[UUID] = field(default_factory=set)  # pairings whose clock nobody can tell


def expected(
    events: Iterable[Event], people: dict[str, str], told: Told
) -> dict[tuple[str, str], Said]:
    """Return what the record of each person must say of each tube.

    *people* is who holds each (station, tag): their number.
    """
    every = list(events)
    void = {each.pairing for each in every if isinstance(each, PairingVoided)} | told.denied
    found: dict[tuple[str, str], Said] = {}
    by_tube: dict[str, list[TubePaired]] = {}
    for each in every:
        if isinstance(each, TubePaired) and each.id not in void:
            by_tube.setdefault(each.tube, []).append(each)
    for tube, pairs in by_tube.items():
        who = {each.id: people[f"{each.station} {each.tag}"] for each in pairs}
        pool = tube.startswith("9")
        side = {each.id: each.station if pool else who[each.id] for each in pairs}
        if tube in told.kept:
            pairs = [each for each in pairs if side[each.id] == told.kept[tube]]
        for number in {who[each.id] for each in pairs}:
            own = [each for each in pairs if who[each.id] == number]
            first = min(own, key=lambda each: (told.times[each.id], each.id))
            said = _said(tube, first, told, pool=pool)
            if said is not None:
                found[tube, number] = said
    return found


def _said(tube: str, pair: TubePaired, told: Told, *, pool: bool) -> Said | None:
    received = told.received.get(tube)
    if received is None:
        return None
    there = min(received, told.tested.get(tube, received))
    if pair.id not in told.untimed and told.times[pair.id] > there + LATE:
        return "resample", "paired-after-reception", pair.id, None
    if tube in told.rejected:
        return "resample", told.rejected[tube], pair.id, None
    result = _speaking(told.results.get(tube, []))
    if result is None:
        return None
    if pool and result.call != "negative":
        return "resample", f"pool-{result.call}", pair.id, result.id
    return result.call, "", pair.id, result.id


def _speaking(results: list[Found]) -> Found | None:
    """Return the last of the chain that was released."""
    out = [each for each in results if each.released]
    return out[-1] if out else None


def pools_of(events: Iterable[Event]) -> dict[str, int]:
    """Return how many members each station counted on closing each pool."""
    return {each.tube: each.members for each in events if isinstance(each, PoolClosed)}
