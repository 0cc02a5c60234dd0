"""The machine's promises, one by one, and for any order of scans."""

from collections.abc import Sequence

import pytest

from contract.commands import Command
from contract.tubes import Tube, TubeId
from device.facts import (
    CommandGiven,
    HoldBroken,
    Input,
    LetGo,
    LetGoReason,
    Outcome,
    Paired,
    Person,
    PersonHeld,
    PersonShown,
    PoolOpened,
    PoolShut,
    Refusal,
    Refused,
    SamePair,
    SeveralPersons,
    Tick,
    TubeHeld,
    TubeScanned,
    Unusable,
    Use,
    Voided,
)
from device.pairing import step
from device.stages import HoldingPerson, Idle, OpenPool, Rules, State

RULES = Rules()
ANN, BINH, CHI = (Person(letter * 16, "citizen-card", "sealed") for letter in "abc")
TUBE, OTHER = TubeId.mint(26, 1), TubeId.mint(26, 2)
POOL = TubeId.mint(90, 1)


class Table:
    """A table with the machine on it, and a memory of what was paired."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.rules, self.state = rules, State()
        self.live: dict[str, frozenset[str]] = {}

    def use_of(self, tube: str) -> Use | None:
        return Use(self.live[tube]) if tube in self.live else None

    def tubes_today(self, tag: str) -> int:
        return sum(tag in tags for tags in self.live.values())

    def see(self, event: Input) -> Sequence[Outcome]:
        self.state, outcomes = step(self.state, event, self, self.rules)
        for outcome in outcomes:
            if isinstance(outcome, Paired):
                self.live[outcome.tube.text] = self.live.get(
                    outcome.tube.text, frozenset()
                ) | frozenset({outcome.person.tag})
            if isinstance(outcome, Voided):
                self.live[outcome.tube] -= {outcome.tag}
        return outcomes

    def person(self, person: Person, at: float) -> Sequence[Outcome]:
        return self.see(PersonShown(person, at))

    def tube(self, tube: Tube, at: float) -> Sequence[Outcome]:
        return self.see(TubeScanned(tube, at))

    def order(self, command: Command, at: float) -> Sequence[Outcome]:
        return self.see(CommandGiven(command, at))


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_person_then_a_tube_makes_a_pair(table: Table) -> None:
    assert table.person(ANN, 1.0) == [PersonHeld(ANN)]
    assert table.tube(TUBE, 4.5) == [Paired(TUBE, ANN, "person-first", 3500)]
    assert table.state.stage == Idle()


def test_a_tube_then_a_person_makes_a_pair(table: Table) -> None:
    assert table.tube(TUBE, 1.0) == [TubeHeld(TUBE)]
    assert table.person(ANN, 2.0) == [Paired(TUBE, ANN, "tube-first", 1000)]


def test_a_second_person_clears_both_and_neither_is_paired(table: Table) -> None:
    table.person(ANN, 1.0)
    assert table.person(BINH, 2.0) == [
        LetGo(LetGoReason.SECOND),
        Refused(Refusal.SECOND_PERSON),
    ]
    assert table.tube(TUBE, 3.0) == [TubeHeld(TUBE)]


def test_the_same_person_again_is_harmless(table: Table) -> None:
    table.person(ANN, 1.0)
    assert table.person(ANN, 2.0) == [PersonHeld(ANN)]
    assert isinstance(table.tube(TUBE, 3.0)[0], Paired)


def test_a_second_tube_clears_both(table: Table) -> None:
    table.tube(TUBE, 1.0)
    assert table.tube(OTHER, 2.0) == [
        LetGo(LetGoReason.TUBE_SECOND, TUBE.text),
        Refused(Refusal.SECOND_TUBE, OTHER.text),
    ]
    assert table.state.stage == Idle()


def test_who_walks_away_does_not_get_the_next_tube(table: Table) -> None:
    table.person(ANN, 1.0)
    assert table.see(Tick(30.9)) == []
    assert table.see(Tick(31.1)) == [LetGo(LetGoReason.TIMEOUT)]
    assert table.tube(TUBE, 31.2) == [TubeHeld(TUBE)]


def test_a_hold_ends_without_a_tick_too(table: Table) -> None:
    table.person(ANN, 1.0)
    assert table.tube(TUBE, 31.1) == [LetGo(LetGoReason.TIMEOUT), TubeHeld(TUBE)]


def test_a_tube_scanned_before_the_hold_began_does_not_count(table: Table) -> None:
    table.person(ANN, 5.0)
    assert table.tube(TUBE, 4.9) == [Refused(Refusal.STALE, TUBE.text)]
    assert isinstance(table.state.stage, HoldingPerson)


def test_a_used_tube_is_refused_and_the_person_waits_for_another(table: Table) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.person(BINH, 3.0)
    assert table.tube(TUBE, 4.0) == [Refused(Refusal.TUBE_USED, TUBE.text)]
    assert isinstance(table.tube(OTHER, 5.0)[0], Paired)


def test_the_same_pair_again_is_harmless(table: Table) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    assert table.tube(TUBE, 2.2) == [SamePair(TUBE.text)]
    assert table.person(ANN, 2.4) == [SamePair(TUBE.text)]
    assert table.person(ANN, 60.0) == [PersonHeld(ANN, today=1)]
    assert table.tube(TUBE, 61.0) == [SamePair(TUBE.text)]
    assert table.state.stage == Idle()


def test_undo_voids_the_last_pairing_once_and_the_tube_stays_used(table: Table) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    assert table.order(Command.UNDO, 50.0) == [Voided(TUBE.text, ANN.tag, "undo")]
    assert table.order(Command.UNDO, 51.0) == [Refused(Refusal.NOTHING_TO_UNDO)]
    table.person(ANN, 52.0)
    assert table.tube(TUBE, 53.0) == [Refused(Refusal.TUBE_USED, TUBE.text)]


def test_undo_comes_too_late_after_a_while(table: Table) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    assert table.order(Command.UNDO, 62.1) == [Refused(Refusal.NOTHING_TO_UNDO)]


def test_cancel_lets_go(table: Table) -> None:
    table.person(ANN, 1.0)
    assert table.order(Command.CANCEL, 2.0) == [LetGo(LetGoReason.CANCEL)]
    assert table.order(Command.CANCEL, 2.0) == []


def test_two_persons_in_one_picture_are_refused(table: Table) -> None:
    assert table.see(SeveralPersons(1.0)) == [Refused(Refusal.SEVERAL_PERSONS)]
    table.person(ANN, 2.0)
    assert table.see(SeveralPersons(3.0)) == [
        LetGo(LetGoReason.SECOND),
        Refused(Refusal.SEVERAL_PERSONS),
    ]


def test_an_unusable_code_changes_nothing(table: Table) -> None:
    table.person(ANN, 1.0)
    refused = table.see(Unusable(Refusal.TUBE_MISREAD, 2.0, "260000000183"))
    assert refused == [Refused(Refusal.TUBE_MISREAD, "260000000183")]
    assert isinstance(table.tube(TUBE, 3.0)[0], Paired)


def test_a_control_tube_is_for_the_laboratory(table: Table) -> None:
    control = TubeId.mint(98, 1)
    assert table.tube(control, 1.0) == [Refused(Refusal.CONTROL_TUBE, control.text)]


def test_a_lost_device_lets_go(table: Table) -> None:
    table.person(ANN, 1.0)
    assert table.see(HoldBroken(LetGoReason.DEVICE_LOST, 2.0)) == [LetGo(LetGoReason.DEVICE_LOST)]


@pytest.mark.parametrize("command", [Command.BEGIN_SHIFT, Command.CHANGE_OPERATOR])
def test_a_command_that_means_nothing_here_says_so(table: Table, command: Command) -> None:
    assert table.order(command, 1.0) == [Refused(Refusal.COMMAND_NOT_USED)]


def test_a_pool_takes_members_and_closes_at_its_tube(table: Table) -> None:
    assert table.tube(POOL, 1.0) == [PoolOpened(POOL)]
    assert table.person(ANN, 2.0) == [Paired(POOL, ANN, "pool", 1000, 1)]
    assert table.person(BINH, 4.0) == [Paired(POOL, BINH, "pool", 2000, 2)]
    assert table.person(ANN, 5.0) == [SamePair(POOL.text)]
    assert table.tube(TUBE, 6.0) == [Refused(Refusal.POOL_OPEN, TUBE.text)]
    assert table.order(Command.CANCEL, 6.0) == [Refused(Refusal.POOL_OPEN, POOL.text)]
    assert table.tube(POOL, 7.0) == [PoolShut(POOL.text, 2)]
    assert table.tube(POOL, 20.0) == [Refused(Refusal.TUBE_USED, POOL.text)]


def test_a_pool_closes_at_its_cap() -> None:
    table = Table(Rules(pool_cap=2))
    table.person(ANN, 1.0)
    assert table.tube(POOL, 2.0) == [PoolOpened(POOL), Paired(POOL, ANN, "pool", 1000, 1)]
    assert table.person(BINH, 3.0) == [Paired(POOL, BINH, "pool", 1000, 2), PoolShut(POOL.text, 2)]
    assert table.person(CHI, 4.0) == [PersonHeld(CHI)]


def test_an_open_pool_waits_as_long_as_it_takes(table: Table) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 2.0)
    assert table.see(Tick(4000.0)) == []
    assert isinstance(table.state.stage, OpenPool)


def test_an_empty_pool_is_put_away(table: Table) -> None:
    table.tube(POOL, 1.0)
    assert table.order(Command.CLOSE_POOL, 2.0) == [LetGo(LetGoReason.TUBE_CANCEL, POOL.text)]
    assert table.tube(POOL, 3.0) == [PoolOpened(POOL)]


def test_undo_takes_the_last_member_out_of_the_pool(table: Table) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 2.0)
    table.person(BINH, 3.0)
    assert table.order(Command.UNDO, 4.0) == [Voided(POOL.text, BINH.tag, "undo")]
    assert table.person(BINH, 5.0) == [Paired(POOL, BINH, "pool", 2000, 2)]


def test_a_spilt_pool_is_voided_whole(table: Table) -> None:
    table.tube(POOL, 1.0)
    table.person(ANN, 2.0)
    table.person(BINH, 3.0)
    assert table.order(Command.VOID_TUBE, 4.0) == [
        Voided(POOL.text, ANN.tag, "void-tube"),
        Voided(POOL.text, BINH.tag, "void-tube"),
        PoolShut(POOL.text, 0),
    ]


def test_an_undo_for_another_tube_leaves_the_open_pool_alone(table: Table) -> None:
    table.person(ANN, 1.0)
    table.tube(TUBE, 2.0)
    table.tube(POOL, 3.0)
    assert table.order(Command.UNDO, 4.0) == [Voided(TUBE.text, ANN.tag, "undo")]
    assert isinstance(table.state.stage, OpenPool)
