"""Which of a tube's results is final.  Pure, and blind to the order in which they came.

All are kept.  A result that is not released, or was withdrawn, says nothing.  A released result
takes the place of those that it supersedes (amendment, retest, rerun), and for good: withdrawing it
brings none of them back, for somebody had found them wanting.  What is left is at most one result
of each laboratory.  An invalid one gives way to any other.  Where the rest agree, the one released
first is final; where they differ none is, until a person chooses, knowing all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.lab.words import Call


@dataclass(frozen=True, slots=True)
class Said:
    """What a laboratory said of a tube, released (or else entered) at `at`."""

    id: UUID
    call: Call
    at: datetime
    released: bool
    corrects: UUID | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A person chose `kept`, seeing all of `over`; a result that came later was not seen."""

    kept: UUID
    over: frozenset[UUID]
    at: datetime


@dataclass(frozen=True, slots=True)
class Final:
    """The result that speaks, if one does, or those that differ."""

    result: Said | None = None
    differing: frozenset[Said] = frozenset()


def current(results: Iterable[Said]) -> frozenset[Said]:
    """Return the released results that no released result supersedes and nobody withdrew."""
    results = frozenset(results)
    corrects = {result.id: result.corrects for result in results}
    replaced: set[UUID] = set()
    for result in results:
        earlier = result.corrects if result.released else None
        while earlier is not None and earlier not in replaced:
            replaced.add(earlier)
            earlier = corrects.get(earlier)
    return frozenset(r for r in results if r.released and not r.withdrawn and r.id not in replaced)


def final(results: Iterable[Said], decisions: Iterable[Decided] = ()) -> Final:
    """Return which of *results* speaks for their tube."""
    standing = current(results)
    speaking = {result for result in standing if result.call is not Call.INVALID} or standing
    if len({result.call for result in speaking}) <= 1:
        return Final(min(speaking, key=lambda each: (each.at, each.id), default=None))
    chosen = _chosen(standing, decisions)
    return Final(chosen) if chosen else Final(differing=frozenset(standing))


def _chosen(standing: frozenset[Said], decisions: Iterable[Decided]) -> Said | None:
    by_id = {result.id: result for result in standing}
    seen = [each for each in decisions if each.kept in by_id and each.over >= by_id.keys()]
    last = max(seen, key=lambda each: (each.at, each.kept), default=None)
    return by_id[last.kept] if last else None
