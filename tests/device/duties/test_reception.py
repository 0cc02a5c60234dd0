"""Reception: each tube of a box counts once, and the closing says whether all are there."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.boxes import BoxId
from contract.commands import Command
from contract.duty_events import BoxClosed, BoxOpened, TubeArrived
from contract.tubes import TubeId
from device.duties.facts import BoxBegun, BoxShut, SameArrival, TubeTaken
from device.facts import Person, Refused
from device.inputs import PersonShown, SeveralPersons, Unusable
from device.reasons import Refusal
from device.stages import Idle

BOX, OTHER = BoxId.mint(1), BoxId.mint(2)
TUBES = [TubeId.mint(26, serial) for serial in range(6)]
MAU = Person("a" * 16, "citizen-card", "sealed")


def test_a_box_is_opened_filled_and_closed_with_its_label(bench: Any) -> None:
    assert bench.box(1, 1.0, tubes=2) == [BoxBegun(BOX, 2, 0)]
    assert bench.tube(TUBES[0], 2.0) == [TubeTaken(TUBES[0], BOX, 1, 2)]
    assert bench.tube(TUBES[1], 3.0) == [TubeTaken(TUBES[1], BOX, 2, 2)]
    assert bench.box(1, 4.0) == [BoxShut(BOX, 2, 2, "label")]
    opened, *tubes, closed = bench.events
    assert isinstance(opened, BoxOpened)
    assert [event.count for event in tubes if isinstance(event, TubeArrived)] == [1, 2]
    assert isinstance(closed, BoxClosed)
    assert (closed.tubes, closed.expected, closed.by) == (2, 2, "label")


def test_a_count_that_does_not_match_is_told(bench: Any) -> None:
    bench.box(1, 1.0)
    bench.tube(TUBES[0], 2.0)
    [shut] = bench.box(1, 3.0, tubes=2)  # the label that the sender stuck on says two
    assert not shut.adds_up
    bench.box(2, 4.0, tubes=1)
    bench.tube(TUBES[1], 5.0)
    [shut] = bench.order(Command.CLOSE_BOX, 6.0)
    assert shut.adds_up
    assert shut.by == "card"


def test_a_label_that_is_read_twice_does_not_close_its_box(bench: Any) -> None:
    bench.box(1, 1.0)
    assert bench.box(1, 1.5) == [SameArrival(BOX, 0, None)]
    assert bench.box(1, 5.0) == [BoxShut(BOX, 0, None, "label")]


def test_the_same_tube_is_harmless_here_and_refused_in_another_box(bench: Any) -> None:
    bench.box(1, 1.0)
    bench.tube(TUBES[0], 2.0)
    assert bench.tube(TUBES[0], 2.5) == [SameArrival(BOX, 1, None, TUBES[0].text)]
    bench.box(1, 9.0)
    bench.box(2, 10.0)
    assert bench.tube(TUBES[0], 11.0) == [
        Refused(Refusal.TUBE_IN_OTHER_BOX, TUBES[0].text, box=BOX.text)
    ]


def test_a_box_that_is_opened_again_goes_on_counting(bench: Any) -> None:
    bench.box(1, 1.0)
    bench.tube(TUBES[0], 2.0)
    bench.order(Command.CLOSE_BOX, 3.0)
    assert bench.box(1, 10.0) == [BoxBegun(BOX, None, 1)]
    assert bench.tube(TUBES[1], 11.0) == [TubeTaken(TUBES[1], BOX, 2, None)]


def test_no_two_boxes_are_open_and_no_tube_is_outside_a_box(bench: Any) -> None:
    assert bench.tube(TUBES[0], 1.0) == [Refused(Refusal.NO_BOX, TUBES[0].text)]
    assert bench.order(Command.CLOSE_BOX, 2.0) == [Refused(Refusal.NO_BOX)]
    bench.box(1, 3.0)
    for refused in (bench.box(2, 4.0), bench.order(Command.CANCEL, 5.0)):
        assert refused == [Refused(Refusal.BOX_OPEN, box=BOX.text)]
    assert bench.order(Command.END_SHIFT, 6.0) == [Refused(Refusal.BOX_OPEN, box=BOX.text)]
    assert bench.tube(TUBES[0], 2.9) == [Refused(Refusal.STALE, TUBES[0].text)]


def test_what_cannot_be_used_is_put_aside(bench: Any) -> None:
    bench.box(1, 1.0)
    reasons = [
        (Refusal.TUBE_MISREAD, Refusal.DAMAGED_TUBE),
        (Refusal.TUBE_OF_OTHER_LOT, Refusal.UNKNOWN_TUBE),
        (Refusal.NOT_A_PERSON, Refusal.NOT_A_TUBE),
        (Refusal.BOX_MISREAD, Refusal.BOX_MISREAD),
    ]
    for seen, told in reasons:
        assert bench.see(Unusable(seen, 2.0)) == [Refused(told)]
    control = TubeId.mint(98, 1)
    assert bench.tube(control, 3.0) == [Refused(Refusal.CONTROL_TUBE, control.text)]


def test_no_person_is_noted_where_tubes_are_received(bench: Any) -> None:
    for event in (PersonShown(MAU, 1.0), SeveralPersons(2.0)):
        assert bench.see(event) == [Refused(Refusal.PERSON_NOT_HERE)]
    assert MAU.sealed not in str(bench.events)


SCANS = st.lists(st.one_of(st.integers(0, 5), st.sampled_from(["box-1", "box-2", "close"])))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SCANS)
def test_whatever_is_scanned_each_tube_counts_once_and_in_one_box(
    bench: Any, scans: list[int | str]
) -> None:
    bench, at = bench.fresh(), 1e6
    for scan in scans:
        at += 5.0
        if isinstance(scan, int):
            bench.tube(TUBES[scan], at)
        elif scan == "close":
            bench.order(Command.CLOSE_BOX, at)
        else:
            bench.box(int(scan[-1]), at)
    bench.order(Command.CLOSE_BOX, at + 5.0)
    assert isinstance(bench.state.stage, Idle)
    arrived = [event for event in bench.events if isinstance(event, TubeArrived)]
    assert len({event.tube for event in arrived}) == len(arrived)
    for box in (BOX, OTHER):
        closed = [one for one in bench.events if isinstance(one, BoxClosed) and one.box == box.text]
        if closed:
            assert closed[-1].tubes == sum(event.box == box.text for event in arrived)
