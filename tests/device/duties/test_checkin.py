"""Check-in: nobody is assumed to be well, and no answer goes to the wrong person."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.boxes import BoxId, BoxLabel
from contract.commands import Command
from contract.duty_events import CheckedIn, CheckInVoided
from contract.identities import Kind
from contract.tubes import TubeId
from device.duties.facts import CheckInAgain, CheckInAsked, CheckInMade, CheckInUndone
from device.facts import LetGo, Person, Refused
from device.inputs import BoxScanned, SeveralPersons, Tick, Unusable, VehicleShown
from device.reasons import LetGoReason, Refusal
from device.stages import Answering, Rules

MAU, THO = (Person(letter * 16, "citizen-card", "sealed") for letter in "ab")
LORRY = Person("c" * 16, Kind.VEHICLE.value, "sealed", "Xe …567")
YES, NO = Command.SYMPTOMS, Command.NO_SYMPTOMS


@pytest.mark.parametrize(("card", "said"), [(YES, "yes"), (NO, "no")])
def test_a_person_is_checked_in_once_they_have_answered(
    point: Any, card: Command, said: str
) -> None:
    assert point.person(MAU, 1.0) == [CheckInAsked(MAU)]
    assert point.events == []
    assert point.order(card, 3.5) == [CheckInMade(MAU, said, 2500)]  # type: ignore[arg-type]
    [event] = point.events
    assert isinstance(event, CheckedIn)
    assert (event.symptoms, event.took_ms, event.person) == (said, 2500, "sealed")


def test_nobody_is_assumed_to_be_well(point: Any) -> None:
    point.person(MAU, 1.0)
    assert point.see(Tick(32.0)) == [LetGo(LetGoReason.TIMEOUT)]
    assert not any(isinstance(event, CheckedIn) for event in point.events)


def test_a_point_that_asks_nothing_checks_in_at_once(point: Any) -> None:
    point.rules = Rules(declare="none")
    assert point.person(MAU, 1.0) == [CheckInMade(MAU, "", 0)]


def test_a_second_person_before_the_answer_clears_both(point: Any) -> None:
    point.person(MAU, 1.0)
    assert point.person(THO, 2.0) == [
        LetGo(LetGoReason.SECOND),
        Refused(Refusal.SECOND_PERSON),
    ]
    assert point.order(NO, 3.0) == [Refused(Refusal.NOBODY_HELD)]
    point.person(MAU, 4.0)
    assert point.see(SeveralPersons(5.0))[-1] == Refused(Refusal.SEVERAL_PERSONS)
    assert point.order(NO, 6.0) == [Refused(Refusal.NOBODY_HELD)]


def test_an_answer_card_that_lies_in_view_answers_for_nobody(point: Any) -> None:
    point.person(MAU, 1.0)
    assert point.order(NO, 1.2) == [Refused(Refusal.STALE)]
    assert isinstance(point.state.stage, Answering)
    assert isinstance(point.order(NO, 2.0)[0], CheckInMade)


def test_who_was_here_a_short_while_ago_is_checked_in_already(point: Any) -> None:
    point.person(MAU, 1.0)
    point.order(NO, 2.0)
    assert point.person(MAU, 2.5) == [CheckInAgain(MAU)]
    assert point.person(MAU, 3602.0) == [CheckInAgain(MAU)]
    assert point.person(MAU, 3603.0) == [CheckInAsked(MAU)]


def test_the_last_check_in_can_be_undone_and_answered_anew(point: Any) -> None:
    point.person(MAU, 1.0)
    point.order(NO, 2.0)
    assert point.order(Command.UNDO, 10.0) == [CheckInUndone(MAU.tag)]
    made, undone = point.events
    assert isinstance(undone, CheckInVoided)
    assert undone.check_in == made.id
    assert point.order(Command.UNDO, 11.0) == [Refused(Refusal.NOTHING_TO_UNDO)]
    assert point.person(MAU, 12.0) == [CheckInAsked(MAU)]
    point.order(YES, 14.0)
    assert point.order(Command.UNDO, 75.0) == [Refused(Refusal.NOTHING_TO_UNDO)]


def test_a_vehicle_is_noted_and_asked_nothing_and_stands_for_nobody(point: Any) -> None:
    assert point.see(VehicleShown(LORRY, 1.0)) == [CheckInMade(LORRY, "", 0)]
    assert point.see(VehicleShown(LORRY, 9.0)) == [CheckInAgain(LORRY)]
    point.person(MAU, 10.0)
    assert point.see(VehicleShown(LORRY, 11.0)) == [Refused(Refusal.VEHICLE)]
    assert isinstance(point.state.stage, Answering)


def test_tubes_and_boxes_have_nothing_to_do_here(point: Any) -> None:
    tube = TubeId.mint(26, 1)
    assert point.tube(tube, 1.0) == [Refused(Refusal.TUBE_NOT_HERE, tube.text)]
    assert point.see(BoxScanned(BoxLabel(BoxId.mint(1)), 2.0)) == [Refused(Refusal.BOX_NOT_HERE)]
    for reason in (Refusal.TUBE_MISREAD, Refusal.TUBE_OF_OTHER_LOT, Refusal.NO_LOTS):
        assert point.see(Unusable(reason, 3.0)) == [Refused(Refusal.TUBE_NOT_HERE)]
    assert point.see(Unusable(Refusal.PLACE_POSTER, 4.0)) == [Refused(Refusal.PLACE_POSTER)]
    assert point.order(Command.CLOSE_POOL, 5.0) == [Refused(Refusal.COMMAND_NOT_USED)]


ACTS = st.lists(
    st.tuples(st.sampled_from([MAU, THO, YES, NO, Command.CANCEL, Command.UNDO]),
              st.floats(0.1, 20.0)),
    max_size=25,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_an_answer_goes_to_the_one_person_who_was_shown_last(point: Any, acts: list[Any]) -> None:
    point, at, shown = point.fresh(), 1e6, None
    for act, later in acts:
        at += later
        outcomes = point.person(act, at) if isinstance(act, Person) else point.order(act, at)
        for outcome in outcomes:
            if isinstance(outcome, CheckInAsked):
                shown = outcome.person
            if isinstance(outcome, LetGo):
                shown = None
            if isinstance(outcome, CheckInMade):
                assert (outcome.person, outcome.symptoms) == (shown, {YES: "yes", NO: "no"}[act])
                shown = None
