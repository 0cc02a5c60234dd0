"""What a point should come to on a day, by the rule that fits it best.  Pure.

A target lies above the day before by the rule's rate: above the *target* of the day before (a path
that is set), or above the *count* of it (a push from where the point is).  It never falls below the
rule's start, and never rises above its most.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from contract.places import Place

LONGEST = 400  # days after which a path rises no more


@dataclass(frozen=True, slots=True)
class Rule:
    """A `TargetRule` as data; *kind* and *place* may be '' for any."""

    kind: str
    place: str
    start: int
    rate: int  # percent
    most: int | None
    basis: str
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def in_order(rules: Iterable[Rule], kind: str, place: Place) -> list[Rule]:
    """Return the rules for a point: smallest place first, then its own kind, then the newest."""
    around = {text: rank for rank, text in enumerate((*place.around, ""))}
    able = [rule for rule in rules if rule.kind in {"", kind} and rule.place in around]
    return sorted(
        able, key=lambda rule: (around[rule.place], rule.kind == "", -rule.since.toordinal())
    )


def fitting(rules: Iterable[Rule], kind: str, place: Place, day: date) -> Rule | None:
    """Return the rule for a point on a day."""
    return holding(in_order(rules, kind, place), day)


def holding(in_order: Iterable[Rule], day: date) -> Rule | None:
    """Return the first of the rules for a point that holds on *day*."""
    return next((rule for rule in in_order if rule.holds(day)), None)


def above(count: int, rate: int) -> int:
    """Return *count* and *rate* percent of it, whole, upwards."""
    return -(-count * (100 + rate) // 100)


def target_of(rule: Rule, day: date, begins: date, counts: Mapping[date, int]) -> int:
    """Return what a point that *begins* then should come to on *day*.

    *counts* holds what it came to; of a rule above targets only the dates matter.
    """
    if rule.basis == "actual":
        wanted = above(counts.get(day - timedelta(days=1), 0), rule.rate)
    else:
        wanted = _path(rule, (day - max(rule.since, begins)).days)
    wanted = max(wanted, rule.start)
    return wanted if rule.most is None else min(wanted, rule.most)


@lru_cache(maxsize=4096)
def _path(rule: Rule, days: int) -> int:
    wanted = rule.start
    for _ in range(min(days, LONGEST)):
        if rule.rate == 0 or (rule.most is not None and wanted >= rule.most) or wanted > 10**6:
            break
        wanted = above(wanted, rule.rate)
    return wanted


def state_of(target: int | None, count: int, last: date | None, day: date, silent: int) -> str:
    """Return a point's state on *day*: never, silent, behind, reached, or open (no target)."""
    if last is None:
        return "never"
    if (day - last).days >= silent:
        return "silent"
    if target is None:
        return "open"
    return "reached" if count >= target else "behind"
