"""Who works at the station: a card of ours within the hold, and nobody else's paper."""

from collections.abc import Callable
from typing import Any

from contract.commands import Command
from contract.tubes import TubeId
from device.facts import (
    LetGo,
    OperatorAsked,
    OperatorNamed,
    Paired,
    Person,
    PersonHeld,
    Refused,
    ShiftClosed,
    ShiftOpened,
)
from device.inputs import Tick
from device.reasons import LetGoReason, Refusal
from device.stages import Idle, Rules

LAN, MAI = (Person(letter * 16, "personal-card", "sealed") for letter in "lm")
ANN = Person("a" * 16, "citizen-card", "sealed")
TUBE, POOL = TubeId.mint(26, 1), TubeId.mint(90, 1)


def test_a_shift_begins_with_a_card_and_ends_with_its_own(table: Any) -> None:
    assert table.order(Command.BEGIN_SHIFT, 1.0) == [OperatorAsked()]
    assert table.person(LAN, 2.0) == [ShiftOpened(LAN)]
    assert table.order(Command.BEGIN_SHIFT, 3.0) == [Refused(Refusal.SHIFT_OPEN)]
    assert table.order(Command.END_SHIFT, 9.0) == [ShiftClosed()]
    assert table.order(Command.END_SHIFT, 10.0) == [Refused(Refusal.NO_SHIFT)]


def test_another_operator_takes_over_in_the_middle(table: Any) -> None:
    table.order(Command.BEGIN_SHIFT, 1.0)
    table.person(LAN, 2.0)
    assert table.order(Command.CHANGE_OPERATOR, 3.0) == [OperatorAsked()]
    assert table.person(MAI, 4.0) == [OperatorNamed(MAI)]
    assert table.shift_open


def test_only_a_personal_card_names_an_operator(table: Any) -> None:
    table.order(Command.BEGIN_SHIFT, 1.0)
    assert table.person(ANN, 2.0) == [Refused(Refusal.NOT_AN_OPERATOR)]
    assert table.tube(TUBE, 3.0) == [Refused(Refusal.OPERATOR_FIRST, TUBE.text)]
    assert table.person(LAN, 0.5) == [Refused(Refusal.STALE)]
    assert table.person(LAN, 4.0) == [ShiftOpened(LAN)]


def test_the_operators_card_still_in_view_is_no_person(table: Any) -> None:
    table.order(Command.CHANGE_OPERATOR, 1.0)
    table.person(LAN, 2.0)
    assert table.person(LAN, 4.0) == []
    assert table.person(LAN, 6.0) == [PersonHeld(LAN)]


def test_an_operators_card_is_not_waited_for_longer_than_a_hold(table: Any) -> None:
    table.order(Command.BEGIN_SHIFT, 1.0)
    assert table.see(Tick(31.5)) == [LetGo(LetGoReason.NO_OPERATOR)]
    assert table.person(LAN, 32.0) == [PersonHeld(LAN)]


def test_cancel_ends_the_wait_for_an_operator(table: Any) -> None:
    table.order(Command.CHANGE_OPERATOR, 1.0)
    assert table.order(Command.CANCEL, 2.0) == [LetGo(LetGoReason.NO_OPERATOR)]
    assert table.state.stage == Idle()


def test_who_is_held_is_let_go_of_when_the_shift_ends(table: Any) -> None:
    table.order(Command.BEGIN_SHIFT, 1.0)
    table.person(LAN, 2.0)
    table.person(ANN, 6.0)
    assert table.order(Command.END_SHIFT, 7.0) == [LetGo(LetGoReason.CANCEL), ShiftClosed()]


def test_an_open_pool_is_closed_before_the_operator_changes(table: Any) -> None:
    table.tube(POOL, 1.0)
    for command in (Command.BEGIN_SHIFT, Command.CHANGE_OPERATOR, Command.END_SHIFT):
        assert table.order(command, 2.0) == [Refused(Refusal.POOL_OPEN, POOL.text)]


def test_nobody_is_paired_outside_a_shift_where_one_is_required(
    table_with: Callable[[Rules], Any],
) -> None:
    table = table_with(Rules(shift_required=True))
    assert table.person(ANN, 1.0) == [Refused(Refusal.NO_SHIFT)]
    assert table.tube(TUBE, 2.0) == [Refused(Refusal.NO_SHIFT)]
    table.order(Command.BEGIN_SHIFT, 3.0)
    table.person(LAN, 4.0)
    table.person(ANN, 5.0)
    assert isinstance(table.tube(TUBE, 6.0)[0], Paired)
