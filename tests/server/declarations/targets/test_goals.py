"""Targets: above the day before by the rate, never below the start, never above the most."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contract.places import Place
from server.declarations.targets.goals import Rule, above, fitting, state_of, target_of

MONDAY = date(2026, 11, 23)
VIET_YEN = Place.parse("vn-2021:24.222.07")
RATES, STARTS = st.integers(0, 100), st.integers(1, 5000)


def rule(kind: str = "", place: str = "", **more: object) -> Rule:
    said = {"start": 20, "rate": 5, "most": None, "basis": "target", "since": MONDAY}
    return Rule(kind, place, **{**said, **more})  # type: ignore[arg-type]


@given(STARTS, RATES, st.integers(0, 60))
def test_each_days_target_lies_above_the_day_before_by_the_rate(
    start: int, rate: int, days: int
) -> None:
    one = rule(start=start, rate=rate)
    today, tomorrow = (
        target_of(one, MONDAY + timedelta(days=day), MONDAY, {}) for day in (days, days + 1)
    )
    assert today >= start
    assert tomorrow == above(today, rate) or today > 10**6
    assert tomorrow > today or rate == 0 or today > 10**6


@given(STARTS, RATES, st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_push_lies_above_what_came_the_day_before(
    start: int, rate: int, more: int, came: int
) -> None:
    one = rule(start=start, rate=rate, most=start + more, basis="actual")
    target = target_of(one, MONDAY + timedelta(days=1), MONDAY, {MONDAY: came})
    assert start <= target <= start + more
    assert target == min(start + more, max(start, above(came, rate)))


@given(st.integers(0, 10**6), RATES)
def test_a_part_of_a_declaration_is_a_whole_one(count: int, rate: int) -> None:
    assert 0 <= above(count, rate) * 100 - count * (100 + rate) < 100


def test_a_point_that_opens_later_begins_at_the_start() -> None:
    later = MONDAY + timedelta(days=10)
    assert target_of(rule(), later, later, {}) == 20
    assert target_of(rule(), later, MONDAY, {}) > 30


def test_the_smallest_place_counts_first_then_the_own_kind_then_the_newest() -> None:
    everywhere, factories = rule(start=1), rule("factory", start=2)
    province, commune = rule(place="vn-2021:24", start=3), rule(place=str(VIET_YEN), start=4)
    rules = [everywhere, factories, province]
    assert fitting(rules, "factory", VIET_YEN, MONDAY) == province
    assert fitting([*rules, commune], "market", VIET_YEN, MONDAY) == commune
    assert fitting([everywhere, factories], "factory", VIET_YEN, MONDAY) == factories
    newer = rule(start=5, since=MONDAY + timedelta(days=1))
    assert fitting([everywhere, newer], "market", VIET_YEN, MONDAY) == everywhere
    assert fitting([everywhere, newer], "market", VIET_YEN, newer.since) == newer
    assert fitting([rule("market")], "factory", VIET_YEN, MONDAY) is None


def test_a_point_is_never_used_silent_behind_or_there() -> None:
    assert state_of(20, 0, None, MONDAY, 2) == "never"
    assert state_of(20, 0, MONDAY - timedelta(days=2), MONDAY, 2) == "silent"
    assert state_of(20, 19, MONDAY, MONDAY, 2) == "behind"
    assert state_of(20, 20, MONDAY, MONDAY, 2) == "reached"
    assert state_of(None, 20, MONDAY, MONDAY, 2) == "open"
