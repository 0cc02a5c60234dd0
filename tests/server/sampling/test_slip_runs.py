"""A shift by one is found from the pairing that proved wrong; a clean run is left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.tubes import TubeId
from server.sampling.slip_runs import REACH, Given, Group, group_around, skipped_between

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SPACE = UUID(int=7)


def run_of(serials: list[int], *, people: list[int] | None = None) -> list[Given]:
    """One tube a minute, in this order."""
    people = people or list(range(len(serials)))
    return [
        Given(uuid5(SPACE, str(place)), TubeId.mint(26, serial), uuid5(SPACE, f"p{people[place]}"),
              "op", START + timedelta(minutes=place))
        for place, serial in enumerate(serials)
    ]  # fmt: skip


def places(run: list[Given], group: Group) -> list[int]:
    known = {each.id: place for place, each in enumerate(run)}
    return [known[each] for each in group.members]


@settings(max_examples=60)
@given(st.data())
def test_a_shift_that_began_at_a_tube_passed_over_is_found_whole(data: st.DataObject) -> None:
    size = data.draw(st.integers(8, REACH))
    begins = data.draw(st.integers(2, size - 2))
    down = data.draw(st.booleans())
    # From `begins` on, each person's own tube was left lying and the next one was scanned.
    serials = [*range(1, begins + 1), *range(begins + 2, size + 2)]
    run = run_of([100 - serial for serial in serials] if down else serials)
    wrong = data.draw(st.integers(begins, size - 1))
    group = group_around(run, run[wrong].id)
    assert group.shift
    assert places(run, group) == [place for place in range(begins, size) if place != wrong]


@settings(max_examples=60)
@given(st.data())
def test_a_shift_that_ends_at_a_break_is_found_back_to_where_it_can_have_begun(
    data: st.DataObject,
) -> None:
    # A person was not scanned, so those behind had the tube of the one before, until somebody
    # noticed and left a tube out.
    ends = data.draw(st.integers(3, REACH))
    run = run_of([*range(1, ends + 1), *range(ends + 2, ends + 8)])
    wrong = data.draw(st.integers(0, ends - 1))
    group = group_around(run, run[wrong].id)
    assert group.shift
    assert places(run, group) == [place for place in range(ends) if place != wrong]


@given(st.integers(3, 30), st.data())
def test_in_a_run_without_a_break_only_the_neighbours_are_flagged(
    size: int, data: st.DataObject
) -> None:
    run = run_of(list(range(1, size + 1)))
    wrong = data.draw(st.integers(1, size - 2))
    group = group_around(run, run[wrong].id)
    assert not group.shift
    assert places(run, group) == [wrong - 1, wrong + 1]


@given(st.permutations(range(100, 120)))
def test_tubes_in_no_order_never_flag_more_than_can_be_reached(serials: list[int]) -> None:
    run = run_of([serial * 10 for serial in serials])  # every step is another box
    assert group_around(run, run[9].id).members == ()


def test_a_tube_passed_over_that_is_accounted_for_breaks_nothing() -> None:
    run = run_of([1, 2, 3, 5, 6, 7])
    assert skipped_between(run) == {TubeId.mint(26, 4)}
    assert places(run, group_around(run, run[4].id)) == [3, 5]
    clean = group_around(run, run[4].id, {TubeId.mint(26, 4)})
    assert (clean.shift, places(run, clean)) == (False, [3, 5])


def test_an_undone_pairing_or_one_person_twice_in_a_row_is_a_break() -> None:
    undone = run_of([1, 2, 3, 4, 5])
    undone[1] = Given(
        undone[1].id, undone[1].tube, undone[1].person, "op", undone[1].at, live=False
    )
    assert places(undone, group_around(undone, undone[3].id)) == [2, 4]
    twice = run_of([1, 2, 3, 4, 5], people=[0, 1, 1, 3, 4])
    group = group_around(twice, twice[3].id)
    assert (group.shift, places(twice, group)) == (True, [2, 4])


def test_another_operator_a_rest_and_a_pairing_found_right_end_the_reach() -> None:
    run = run_of([1, 2, 4, 5, 6, 7, 8, 9])
    run[6] = Given(run[6].id, run[6].tube, run[6].person, "other", run[6].at)
    assert places(run, group_around(run, run[3].id)) == [2, 4, 5]
    run[5] = Given(run[5].id, run[5].tube, run[5].person, "op", run[5].at, sound=True)
    assert places(run, group_around(run, run[3].id)) == [2, 4]
    late = run[4].at + timedelta(hours=1)
    run[4] = Given(run[4].id, run[4].tube, run[4].person, "op", late)
    assert places(run, group_around(run, run[3].id)) == [2]


def test_times_of_different_clocks_part_nothing() -> None:
    run = run_of([1, 2, 3, 4])
    old = datetime(1970, 1, 1, tzinfo=UTC)
    run[:2] = [
        replace(each, at=old + timedelta(hours=place), clock="boot")
        for place, each in enumerate(run[:2])
    ]
    assert places(run, group_around(run, run[2].id)) == [1, 3]
    assert places(run, group_around(run, run[1].id)) == [2]  # the first is an hour before, by one
