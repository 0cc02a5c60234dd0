"""Who had a box, and how many tubes, read from its steps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contract.tubes import TubeId
from server.lab.boxes.custody import Gap, Kind, State, Step, read

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TUBES = [TubeId.mint(26, serial) for serial in range(1, 6)]


def steps(*said: tuple[Kind, str, int | None]) -> list[Step]:
    return [
        Step(number, kind, START + timedelta(minutes=number), by, count=count, team="Đội 1")
        for number, (kind, by, count) in enumerate(said, 1)
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Any sequence of steps, sensible or not."""
    found = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        kind = draw(st.sampled_from(Kind))
        moved = kind in {Kind.PUT_IN, Kind.TAKEN_OUT}
        counted = kind in {Kind.PACKED, Kind.GIVEN, Kind.TAKEN, Kind.COUNTED}
        found.append(
            Step(
                number,
                kind,
                START + timedelta(minutes=number),
                draw(st.sampled_from(["user:an", "user:binh", "user:chi"])),
                tube=draw(st.sampled_from(TUBES)) if moved else None,
                count=draw(st.integers(0, 3)) if counted else None,
            )
        )
    return found


def test_a_whole_way_with_equal_counts_has_no_difference() -> None:
    custody = read(
        steps(
            (Kind.PACKED, "an", 5),
            (Kind.GIVEN, "an", 5),
            (Kind.TAKEN, "binh", 5),
            (Kind.GIVEN, "binh", 5),
            (Kind.TAKEN, "chi", 5),
            (Kind.COUNTED, "chi", 5),
        )
    )
    assert custody.state is State.RECEIVED
    assert custody.differences == []
    assert [each.whole for each in custody.hand_overs] == [True, True]


def test_either_side_may_confirm_first() -> None:
    for first, second in ((Kind.GIVEN, Kind.TAKEN), (Kind.TAKEN, Kind.GIVEN)):
        custody = read(steps((Kind.PACKED, "an", 5), (first, "an", 5), (second, "binh", 5)))
        assert custody.state is State.IN_TRANSIT
        assert len(custody.hand_overs) == 1


def test_every_gap_is_named_where_it_opened() -> None:
    custody = read(
        steps(
            (Kind.PACKED, "an", 6),
            (Kind.GIVEN, "an", 5),  # one lost at the table
            (Kind.TAKEN, "binh", 4),  # one in the hand-over
            (Kind.COUNTED, "chi", 3),  # one on the way
        )
    )
    gaps = [(each.gap, each.expected, each.counted) for each in custody.differences]
    assert gaps == [(Gap.ON_THE_WAY, 6, 5), (Gap.HAND_OVER, 5, 4), (Gap.ARRIVAL, 4, 3)]


def test_one_side_alone_is_a_difference_once_the_box_went_on() -> None:
    waiting = steps((Kind.PACKED, "an", 5), (Kind.GIVEN, "an", 5))
    assert read(waiting).differences == []
    assert read(waiting).state is State.HANDING_OVER
    arrived = read(steps((Kind.PACKED, "an", 5), (Kind.GIVEN, "an", 5), (Kind.COUNTED, "chi", 5)))
    assert [each.gap for each in arrived.differences] == [Gap.ONE_SIDE]


def test_a_difference_is_owned_until_it_is_explained() -> None:
    said = [(Kind.PACKED, "an", 5), (Kind.COUNTED, "chi", 4), (Kind.OWNED, "user:dung", None)]
    assert read(steps(*said)).owner == "user:dung"
    cleared = read(steps(*said, (Kind.EXPLAINED, "user:dung", None)))
    assert (cleared.differences, cleared.owner) == ([], "")


@given(histories())
def test_no_history_is_beyond_reading_and_order_of_arrival_does_not_matter(
    history: list[Step],
) -> None:
    custody = read(history)
    assert read(reversed(history)) == custody
    assert len(set(custody.tubes)) == len(custody.tubes)
    assert all(each.expected != each.counted or each.gap is Gap.ONE_SIDE
               for each in custody.differences)  # fmt: skip


@given(histories())
def test_an_explanation_closes_what_was_seen_and_nothing_later(history: list[Step]) -> None:
    number = len(history) + 1
    explained = Step(number, Kind.EXPLAINED, START + timedelta(days=1), "user:dung")
    assert read([*history, explained]).differences == []
    later = Step(number + 1, Kind.COUNTED, START + timedelta(days=2), "user:chi", count=99)
    after = read([*history, explained, later]).differences
    assert all(each.number > number for each in after)


def test_equal_counts_of_different_tubes_are_a_difference_until_it_is_explained() -> None:
    said = [
        Step(1, Kind.PUT_IN, START, "an", tube=TUBES[0]),
        Step(2, Kind.PUT_IN, START, "an", tube=TUBES[1]),
        *(Step(n, kind, START, "an", count=2) for n, kind in ((3, Kind.PACKED), (4, Kind.COUNTED))),
    ]
    right = replace(read(said), received=frozenset(TUBES[:2]))
    assert right.differences == []
    swapped = replace(read(said), received=frozenset(TUBES[1:3]))
    [found] = swapped.differences
    assert (found.gap, found.expected, found.counted) == (Gap.OTHER_TUBES, 1, 1)
    [silent] = replace(read(said), received=frozenset(TUBES[:1])).differences
    assert (silent.gap, silent.expected, silent.counted) == (Gap.OTHER_TUBES, 1, 0)
    said.append(Step(5, Kind.EXPLAINED, START, "chi", reason="nhầm hộp"))
    assert replace(read(said), received=frozenset(TUBES[1:3])).differences == []
