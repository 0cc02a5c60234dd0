"""The slip alarm: it sees a run that is shifted, is silent without a run, and blocks nothing."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract.tubes import ForeignTube, TubeId
from device.facts import Outcome, Paired, Person, SlipNoticed
from device.slips import Given, Run, Slip, lengthen, passed_over
from device.stages import Rules


def tube(serial: int, series: int = 26) -> TubeId:
    return TubeId.mint(series, serial)


def give(table: Any, serials: Sequence[int], pause: float = 20.0) -> list[Outcome]:
    """Give each tube to a person of its own; return what came after the last one's pair."""
    outcomes: Sequence[Outcome] = []
    for serial in serials:
        person = Person(f"{len(table.live):016x}", "citizen-card", "sealed")
        at = (len(table.live) + 1) * pause
        table.person(person, at)
        outcomes = table.tube(tube(serial), at + pause / 10)
        assert isinstance(outcomes[0], Paired)
    return list(outcomes[1:])


def test_a_tube_passed_over_in_an_established_run_is_told_with_the_run(table: Any) -> None:
    noticed = give(table, [10, 11, 12, 13, 15])
    told = tuple(tube(serial).text for serial in (10, 11, 12, 13, 15))
    assert noticed == [SlipNoticed(Slip.SKIPPED, told)]


def test_two_tubes_swapped_are_told_twice(table: Any) -> None:
    assert give(table, range(1, 8)) == []
    assert [one.slip for one in give(table, [9]) if isinstance(one, SlipNoticed)] == [Slip.SKIPPED]
    back = [one.slip for one in give(table, [8]) if isinstance(one, SlipNoticed)]
    assert back == [Slip.BACKWARDS]
    assert give(table, [10]) == []


def test_a_box_that_is_emptied_from_its_end_is_a_run_too(table: Any) -> None:
    assert give(table, [20, 19, 18, 17]) == []
    assert [type(one) for one in give(table, [15])] == [SlipNoticed]


def test_a_tube_that_was_used_before_was_not_passed_over(table: Any) -> None:
    assert give(table, [14]) == []
    assert give(table, [10, 11, 12, 13, 15]) == []


def test_another_box_begins_another_run(table: Any) -> None:
    assert give(table, [1, 2, 3, 4, 50, 51]) == []


def test_two_pairs_faster_than_hands_are_told(table: Any) -> None:
    assert give(table, [3]) == []
    fast = give(table, [90], pause=10.5)  # the second pair is 0.05 s after the first
    assert [one.slip for one in fast if isinstance(one, SlipNoticed)] == [Slip.TOO_FAST]


def test_the_alarm_can_be_switched_off(table_with: Any) -> None:
    table = table_with(Rules(slip_alarm=False))
    assert give(table, [10, 11, 12, 13, 15]) == []


def test_makers_codes_have_no_order_and_no_alarm() -> None:
    run = Run()
    for number, code in enumerate(("ABC-1", "ABC-9", "ABC-2")):
        given = Given(ForeignTube(code), str(number), number * 10.0)
        assert passed_over(run, given.tube) == []
        run, slip = lengthen(run, given, 1.0, skipped=False)
        assert slip is None


@given(st.lists(st.integers(0, 400), max_size=30, unique=True), st.sampled_from([1, -1]))
def test_an_unbroken_run_is_never_suspected(starts: list[int], direction: int) -> None:
    run = Run()
    for place in range(len(starts)):
        given = Given(tube(500 + direction * place), str(place), place * 10.0)
        run, slip = lengthen(run, given, 1.0, skipped=bool(passed_over(run, given.tube)))
        assert slip is None


@given(st.lists(st.integers(0, 99), max_size=40, unique=True))
def test_no_alarm_without_three_steps_in_order_before_it(serials: list[int]) -> None:
    run, steps = Run(), [b - a for a, b in pairwise(serials)]
    for place, serial in enumerate(serials):
        given = Given(tube(serial), str(place), place * 10.0)
        run, slip = lengthen(run, given, 1.0, skipped=bool(passed_over(run, given.tube)))
        if slip is not None:
            near = [step for step in steps[: place - 1] if 0 < abs(step) <= 5]
            assert len(near) >= 3
