"""Who has a tube of today already is looked at twice, whatever the order and in pools as well."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.commands import Command
from contract.tubes import TubeId
from device.facts import (
    LetGo,
    Paired,
    Person,
    PersonHeld,
    PoolOpened,
    Refused,
    SecondLookAsked,
    TubeHeld,
)
from device.inputs import Tick
from device.reasons import LetGoReason, Refusal
from device.stages import HoldingPerson, Idle, Rules

ANN, BINH = (Person(letter * 16, "citizen-card", "sealed") for letter in "ab")
FIRST, TUBE, OTHER = (TubeId.mint(26, serial) for serial in (1, 2, 3))
POOL = TubeId.mint(90, 1)


@pytest.fixture
def again(table: Any) -> Any:
    """A table at which Ann was given a tube this morning."""
    table.person(ANN, 1.0)
    table.tube(FIRST, 2.0)
    return table


def test_the_same_code_shown_again_confirms(again: Any) -> None:
    assert again.person(ANN, 60.0) == [SecondLookAsked(ANN, 1)]
    assert again.tube(TUBE, 61.0) == [Refused(Refusal.LOOK_FIRST, TUBE.text)]
    assert again.person(ANN, 62.0) == [PersonHeld(ANN, 1)]
    assert again.tube(TUBE, 65.0) == [Paired(TUBE, ANN, "person-first", 3000)]


def test_one_gesture_does_not_confirm_itself(again: Any) -> None:
    again.person(ANN, 60.0)
    assert again.person(ANN, 60.9) == []
    assert again.person(ANN, 61.0) == [PersonHeld(ANN, 1)]


def test_a_held_tube_waits_for_the_second_look_but_not_longer_than_its_hold(again: Any) -> None:
    assert again.tube(TUBE, 60.0) == [TubeHeld(TUBE)]
    assert again.person(ANN, 61.0) == [SecondLookAsked(ANN, 1)]
    assert again.tube(TUBE, 62.0) == [TubeHeld(TUBE)]
    assert again.person(ANN, 63.0) == [Paired(TUBE, ANN, "tube-first", 3000)]
    again.tube(OTHER, 100.0)
    again.person(ANN, 129.0)
    assert again.see(Tick(130.5)) == [LetGo(LetGoReason.TIMEOUT, OTHER.text)]


def test_another_person_or_another_tube_clears_both(again: Any) -> None:
    again.person(ANN, 60.0)
    second = [LetGo(LetGoReason.SECOND), Refused(Refusal.SECOND_PERSON)]
    assert again.person(BINH, 61.0) == second
    again.tube(TUBE, 70.0)
    again.person(ANN, 71.0)
    second_tube = [LetGo(LetGoReason.SECOND, TUBE.text), Refused(Refusal.SECOND_TUBE, OTHER.text)]
    assert again.tube(OTHER, 72.0) == second_tube
    assert again.state.stage == Idle()


def test_cancel_says_that_it_was_somebody_else(again: Any) -> None:
    again.person(ANN, 60.0)
    assert again.order(Command.CANCEL, 61.0) == [LetGo(LetGoReason.CANCEL)]


def test_a_pairing_that_was_undone_does_not_count(again: Any) -> None:
    again.order(Command.UNDO, 10.0)
    assert again.person(ANN, 11.0) == [PersonHeld(ANN)]


def test_at_a_pool_the_second_look_comes_before_joining(again: Any) -> None:
    assert again.tube(POOL, 60.0) == [PoolOpened(POOL)]
    assert again.person(ANN, 61.0) == [SecondLookAsked(ANN, 1)]
    assert again.person(ANN, 61.5) == []
    assert again.person(BINH, 62.0) == [Paired(POOL, BINH, "pool", 2000, 1)]
    assert again.person(ANN, 63.0) == [SecondLookAsked(ANN, 1)]
    assert again.person(ANN, 64.5) == [Paired(POOL, ANN, "pool", 2500, 2)]


def test_a_pool_is_not_opened_around_the_second_look(again: Any) -> None:
    again.person(ANN, 60.0)
    assert again.tube(POOL, 61.0) == [Refused(Refusal.LOOK_FIRST, POOL.text)]


def test_it_can_be_switched_off(table_with: Callable[[Rules], Any]) -> None:
    table = table_with(Rules(second_look=False))
    table.person(ANN, 1.0)
    table.tube(FIRST, 2.0)
    assert table.person(ANN, 60.0) == [PersonHeld(ANN, 1)]
    assert isinstance(table.state.stage, HoldingPerson)
