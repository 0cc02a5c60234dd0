"""Pools: several persons in one tube, and how a pool ends."""

from collections.abc import Callable
from typing import Any

from contract.commands import Command
from contract.tubes import TubeId
from device.facts import (
    LetGo,
    Paired,
    Person,
    PersonHeld,
    PoolOpened,
    PoolShut,
    Refused,
    SamePair,
    Voided,
)
from device.inputs import Tick
from device.reasons import LetGoReason, Refusal
from device.stages import HoldingPerson, OpenPool, Rules

ANN, BINH, CHI = (Person(letter * 16, "citizen-card", "sealed") for letter in "abc")
TUBE, OTHER, THIRD = (TubeId.mint(26, serial) for serial in (1, 2, 3))
POOL = TubeId.mint(90, 1)


def test_a_pool_takes_members_and_closes_at_its_tube(table: Any) -> None:
    assert table.tube(POOL, 1.0) == [PoolOpened(POOL)]
    assert table.person(ANN, 2.0) == [Paired(POOL, ANN, "pool", 1000, 1)]
    assert table.person(BINH, 4.0) == [Paired(POOL, BINH, "pool", 2000, 2)]
    assert table.person(ANN, 5.0) == [SamePair(POOL.text)]
    assert table.tube(TUBE, 6.0) == [Refused(Refusal.POOL_OPEN, TUBE.text)]
    assert table.order(Command.CANCEL, 6.0) == [Refused(Refusal.POOL_OPEN, POOL.text)]
    assert table.tube(POOL, 7.0) == [PoolShut(POOL.text, 2)]
    assert table.tube(POOL, 20.0) == [Refused(Refusal.TUBE_USED, POOL.text)]


def test_a_pool_closes_at_its_cap(table_with: Callable[[Rules], Any]) -> None:
    table = table_with(Rules(pool_cap=2))
    table.person(ANN, 1.0)
    assert table.tube(POOL, 2.0) == [PoolOpened(POOL), Paired(POOL, ANN, "pool", 1000, 1)]
    assert table.person(BINH, 3.0) == [
        Paired(POOL, BINH, "pool", 1000, 2),
        PoolShut(POOL.text, 2, "cap"),
    ]
    assert table.person(CHI, 4.0) == [PersonHeld(CHI)]


def test_a_forgotten_pool_closes_and_the_next_person_is_not_in_it(table: Any) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 500.0)
    assert table.see(Tick(1100.0)) == []
    assert table.person(BINH, 1100.5) == [PoolShut(POOL.text, 1, "idle"), PersonHeld(BINH)]


def test_an_empty_pool_that_is_forgotten_is_put_away(table: Any) -> None:
    table.tube(POOL, 1.0)
    assert table.see(Tick(602.0)) == [LetGo(LetGoReason.TUBE_TIMEOUT, POOL.text)]


def test_an_empty_pool_is_put_away(table: Any) -> None:
    table.tube(POOL, 1.0)
    assert table.order(Command.CLOSE_POOL, 2.0) == [LetGo(LetGoReason.TUBE_CANCEL, POOL.text)]
    assert table.tube(POOL, 3.0) == [PoolOpened(POOL)]


def test_undo_takes_the_last_member_out_of_the_pool(table: Any) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 2.0)
    table.person(BINH, 3.0)
    assert table.order(Command.UNDO, 4.0) == [Voided(POOL.text, BINH.tag, "undo")]
    assert table.person(BINH, 5.0) == [Paired(POOL, BINH, "pool", 2000, 2)]


def test_a_spilt_pool_is_voided_whole(table: Any) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 2.0)
    table.person(BINH, 3.0)
    assert table.order(Command.VOID_TUBE, 4.0) == [
        Voided(POOL.text, ANN.tag, "void-tube"),
        Voided(POOL.text, BINH.tag, "void-tube"),
        PoolShut(POOL.text, 0, "void"),
    ]


def test_a_damaged_tube_in_hand_takes_nothing_from_the_person_before(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.tube(OTHER, 3.0)
    assert table.order(Command.VOID_TUBE, 4.0) == [LetGo(LetGoReason.TUBE_CANCEL, OTHER.text)]
    table.tube(POOL, 5.0)
    assert table.order(Command.VOID_TUBE, 6.0) == [LetGo(LetGoReason.TUBE_CANCEL, POOL.text)]
    assert table.order(Command.VOID_TUBE, 7.0) == [Voided(TUBE.text, ANN.tag, "void-tube")]


def test_a_damaged_tube_takes_nothing_from_the_person_before_while_somebody_is_looked_at_twice(
    table: Any,
) -> None:
    table.person(BINH, 1.0)
    table.tube(TUBE, 2.0)
    table.person(ANN, 100.0)
    table.tube(OTHER, 101.0)
    table.tube(THIRD, 103.0)
    table.person(BINH, 104.0)  # has a tube of today: the third waits for the second look
    (gone,) = table.order(Command.VOID_TUBE, 106.0)
    assert isinstance(gone, LetGo)
    table.person(BINH, 107.0)  # without a tube in hand that was taken up
    assert table.order(Command.VOID_TUBE, 108.0) == [Refused(Refusal.VOID_WHICH)]
    assert set(table.live) == {TUBE.text, OTHER.text}


def test_who_is_looked_at_twice_may_have_their_own_damaged_tube_voided(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.person(ANN, 10.0)
    assert table.order(Command.VOID_TUBE, 12.0) == [Voided(TUBE.text, ANN.tag, "void-tube")]


def test_who_was_given_the_tube_that_broke_may_stand_there_again(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.person(ANN, 10.0)
    table.person(ANN, 12.0)  # looked at twice, and held
    assert table.order(Command.VOID_TUBE, 13.0) == [Voided(TUBE.text, ANN.tag, "void-tube")]
    assert isinstance(table.state.stage, HoldingPerson)


def test_a_tube_that_breaks_while_the_next_person_is_held_is_asked_about(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.person(BINH, 3.0)
    assert table.order(Command.VOID_TUBE, 4.0) == [Refused(Refusal.VOID_WHICH)]
    assert table.state.stage == HoldingPerson(BINH, 3.0)
    table.order(Command.CANCEL, 5.0)
    assert table.order(Command.VOID_TUBE, 6.0) == [Voided(TUBE.text, ANN.tag, "void-tube")]
    table.person(BINH, 7.0)
    assert table.order(Command.VOID_TUBE, 8.0) == [Refused(Refusal.NOTHING_TO_UNDO)]


def test_a_closed_pool_that_is_spilt_loses_nobody_by_the_card(table: Any) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 2.0)
    table.person(BINH, 3.0)
    table.order(Command.CLOSE_POOL, 4.0)
    assert table.order(Command.VOID_TUBE, 5.0) == [Refused(Refusal.POOL_IS_CLOSED, POOL.text)]
    assert table.order(Command.UNDO, 6.0) == [Voided(POOL.text, BINH.tag, "undo")]


def test_an_undo_for_another_tube_leaves_the_open_pool_alone(table: Any) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.tube(POOL, 3.0)
    assert table.order(Command.UNDO, 4.0) == [Voided(TUBE.text, ANN.tag, "undo")]
    assert isinstance(table.state.stage, OpenPool)
