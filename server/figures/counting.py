"""What a cell's facts come to: the rows of the roll-up.  Pure, and the only place that counts."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from server.figures.days import day_of
from server.figures.models import EDGES, POOL, SINGLE
from server.figures.samples import Cell, Facts, Given, Said, Tested, Tube
from server.local_forms import VIETNAM

CALLS = ("negative", "positive")


class Key(NamedTuple):
    """How a cell's rows are split."""

    place: str
    operator: str
    lab: str
    kind: str


@dataclass(slots=True)
class Counted:
    """The rows of one cell: each counter by key, and by what its table has beside the key."""

    cell: Cell
    cells: Counter[tuple[Key, str]] = field(default_factory=Counter)
    steps: Counter[tuple[Key, str, date]] = field(default_factory=Counter)
    spans: Counter[tuple[Key, str, int]] = field(default_factory=Counter)
    hours: Counter[tuple[Key, int]] = field(default_factory=Counter)


def count(facts: Facts) -> Counted:
    """Count everything of one cell."""
    counted = Counted(facts.cell)
    for given in facts.given:
        tube = facts.tubes[given.tube]
        key = Key(given.place, given.operator, lab_of(tube), POOL if given.pool else SINGLE)
        if given.voided:
            counted.cells[key, "voided"] += 1
        if given.counts:
            _count_person(counted, key, given, tube)
        if given.head:
            _count_tube(counted, key, given, tube)
    return counted


def lab_of(tube: Tube) -> str:
    """Return the laboratory that had its result first, '' where there is none."""
    first = min(tube.results, key=lambda each: (each.entered_at, each.id), default=None)
    return first.lab if first else ""


def _count_person(counted: Counted, key: Key, given: Given, tube: Tube) -> None:
    cells = counted.cells
    cells[key, "people"] += 1
    cells[key, "manual"] += given.manual
    cells[key, "took_ms"] += given.took_ms
    counted.hours[key, given.at.astimezone(VIETNAM).hour] += 1
    versions = tube.said.get(given.person, [])
    if versions:
        status = versions[-1].status
        cells[key, f"said_{status}"] += 1
        counted.steps[key, f"said_{status}", day_of(_since(versions))] += 1


def _since(versions: list[Said]) -> datetime:
    """Return since when a person's record says what it says now."""
    at = versions[-1].at
    for each in reversed(versions):
        if each.status != versions[-1].status:
            break
        at = each.at
    return at


def _count_tube(counted: Counted, key: Key, given: Given, tube: Tube) -> None:
    counted.cells[key, "tubes"] += 1
    counted.cells[key, "conflicts"] += tube.conflicts
    counted.cells[key, "corrections"] += sum(r.kind == "amendment" for r in tube.results)
    counted.cells[key, "repeats"] += sum(r.kind in ("retest", "rerun") for r in tube.results)
    mine = tube.said.get(given.person, [])
    counted.cells[key, f"at_{_state(tube, mine)}"] += 1
    if call := _call(tube, mine):
        counted.cells[key, f"call_{call if call in CALLS else 'other'}"] += 1
    for step, at in _passed(tube, mine):
        counted.steps[key, step, day_of(at)] += 1
    for span, minutes in _spans(given.at, tube, mine):
        counted.spans[key, span, bisect_right(EDGES, minutes)] += 1


def _state(tube: Tube, said: list[Said]) -> str:
    """Return how far the tube is: what was taken back does not count."""
    if tube.received_at is not None and not tube.accepted:
        return "rejected"
    standing = [result for result in tube.results if not result.withdrawn]
    if any(result.released_at for result in standing):
        return "delivered" if said and said[-1].delivered_at else "released"
    if standing:
        return "resulted"
    return "received" if tube.received_at else "paired"


def _call(tube: Tube, said: list[Said]) -> str:
    """Return what the laboratory's result says that the tube's outcome rests on."""
    speaks: UUID | None = said[-1].result if said and said[-1].status != "withdrawn" else None
    return next((result.call for result in tube.results if result.id == speaks), "")


def _firsts(tube: Tube, said: list[Said]) -> dict[str, datetime | None]:
    """Return when the tube passed each step for the first time."""
    results: list[Tested] = tube.results
    released = [each.released_at for each in results if each.released_at]
    delivered = [each.delivered_at for each in said if each.delivered_at]
    return {
        "received": tube.received_at if tube.accepted else None,
        "resulted": min((each.entered_at for each in results), default=None),
        "released": min(released, default=None),
        "delivered": min(delivered, default=None),
    }


def _passed(tube: Tube, said: list[Said]) -> Iterator[tuple[str, datetime]]:
    for step, at in _firsts(tube, said).items():
        if at is not None:
            yield step, at
    if tube.received_at is not None and not tube.accepted:
        yield "rejected", tube.received_at


def _spans(paired_at: datetime, tube: Tube, said: list[Said]) -> Iterator[tuple[str, float]]:
    """Yield minutes from each step to the next, and from pairing to release."""
    before: datetime | None = paired_at
    firsts = _firsts(tube, said)
    for step, at in firsts.items():
        if before is not None and at is not None:
            yield step, _minutes(before, at)
        before = at
    if firsts["released"] is not None:
        yield "turnaround", _minutes(paired_at, firsts["released"])


def _minutes(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds() / 60)
