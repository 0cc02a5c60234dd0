"""The machine's promises for single tubes, one by one."""

from typing import Any

from contract.commands import Command
from contract.tubes import TubeId
from device.facts import (
    LetGo,
    Paired,
    Person,
    PersonHeld,
    Refused,
    SamePair,
    SecondLookAsked,
    TubeHeld,
    Voided,
)
from device.inputs import HoldBroken, SeveralPersons, Tick, Unusable
from device.reasons import LetGoReason, Refusal
from device.stages import HoldingPerson, Idle, Rules

RULES = Rules()
ANN, BINH, CHI = (Person(letter * 16, "citizen-card", "sealed") for letter in "abc")
TUBE, OTHER = TubeId.mint(26, 1), TubeId.mint(26, 2)
POOL = TubeId.mint(90, 1)


def test_a_person_then_a_tube_makes_a_pair(table: Any) -> None:
    assert table.person(ANN, 1.0) == [PersonHeld(ANN)]
    assert table.tube(TUBE, 4.5) == [Paired(TUBE, ANN, "person-first", 3500)]
    assert table.state.stage == Idle()


def test_a_tube_then_a_person_makes_a_pair(table: Any) -> None:
    assert table.tube(TUBE, 1.0) == [TubeHeld(TUBE)]
    assert table.person(ANN, 2.0) == [Paired(TUBE, ANN, "tube-first", 1000)]


def test_a_second_person_clears_both_and_neither_is_paired(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.person(BINH, 2.0) == [
        LetGo(LetGoReason.SECOND),
        Refused(Refusal.SECOND_PERSON),
    ]
    assert table.tube(TUBE, 3.0) == [TubeHeld(TUBE)]


def test_the_same_person_again_is_harmless(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.person(ANN, 2.0) == [PersonHeld(ANN)]
    assert isinstance(table.tube(TUBE, 3.0)[0], Paired)


def test_a_second_tube_clears_both(table: Any) -> None:
    table.tube(TUBE, 1.0)
    assert table.tube(OTHER, 2.0) == [
        LetGo(LetGoReason.TUBE_SECOND, TUBE.text),
        Refused(Refusal.SECOND_TUBE, OTHER.text),
    ]
    assert table.state.stage == Idle()


def test_who_walks_away_does_not_get_the_next_tube(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.see(Tick(30.9)) == []
    assert table.see(Tick(31.1)) == [LetGo(LetGoReason.TIMEOUT)]
    assert table.tube(TUBE, 31.2) == [TubeHeld(TUBE)]


def test_a_hold_ends_without_a_tick_too(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.tube(TUBE, 31.1) == [LetGo(LetGoReason.TIMEOUT), TubeHeld(TUBE)]


def test_a_tube_scanned_before_the_hold_began_does_not_count(table: Any) -> None:
    table.person(ANN, 5.0)
    assert table.tube(TUBE, 4.9) == [Refused(Refusal.STALE, TUBE.text)]
    assert isinstance(table.state.stage, HoldingPerson)


def test_a_used_tube_is_refused_and_the_person_waits_for_another(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.person(BINH, 3.0)
    assert table.tube(TUBE, 4.0) == [Refused(Refusal.TUBE_USED, TUBE.text)]
    assert isinstance(table.tube(OTHER, 5.0)[0], Paired)


def test_the_same_pair_again_is_harmless(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    assert table.tube(TUBE, 2.2) == [SamePair(TUBE.text)]
    assert table.person(ANN, 2.4) == [SamePair(TUBE.text)]
    assert table.person(ANN, 60.0) == [SecondLookAsked(ANN, today=1)]
    assert table.tube(TUBE, 61.0) == [SamePair(TUBE.text)]
    assert table.state.stage == Idle()


def test_undo_voids_the_last_pairing_once_and_the_tube_stays_used(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    assert table.order(Command.UNDO, 50.0) == [Voided(TUBE.text, ANN.tag, "undo")]
    assert table.order(Command.UNDO, 51.0) == [Refused(Refusal.NOTHING_TO_UNDO)]
    table.person(ANN, 52.0)
    assert table.tube(TUBE, 53.0) == [Refused(Refusal.TUBE_USED, TUBE.text)]


def test_undo_comes_too_late_after_a_while(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    assert table.order(Command.UNDO, 62.1) == [Refused(Refusal.NOTHING_TO_UNDO)]


def test_cancel_lets_go(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.order(Command.CANCEL, 2.0) == [LetGo(LetGoReason.CANCEL)]
    assert table.order(Command.CANCEL, 2.0) == []


def test_two_persons_in_one_picture_are_refused(table: Any) -> None:
    assert table.see(SeveralPersons(1.0)) == [Refused(Refusal.SEVERAL_PERSONS)]
    table.person(ANN, 2.0)
    assert table.see(SeveralPersons(3.0)) == [
        LetGo(LetGoReason.SECOND),
        Refused(Refusal.SEVERAL_PERSONS),
    ]


def test_an_unusable_code_changes_nothing(table: Any) -> None:
    table.person(ANN, 1.0)
    refused = table.see(Unusable(Refusal.TUBE_MISREAD, 2.0, "260000000183"))
    assert refused == [Refused(Refusal.TUBE_MISREAD, "260000000183")]
    assert isinstance(table.tube(TUBE, 3.0)[0], Paired)


def test_a_control_tube_is_for_the_laboratory(table: Any) -> None:
    control = TubeId.mint(98, 1)
    assert table.tube(control, 1.0) == [Refused(Refusal.CONTROL_TUBE, control.text)]


def test_a_lost_device_lets_go(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.see(HoldBroken(LetGoReason.DEVICE_LOST, 2.0)) == [LetGo(LetGoReason.DEVICE_LOST)]
