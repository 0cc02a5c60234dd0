"""Whatever people scan, in whatever order and however late."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from contract.commands import Command
from contract.tubes import TubeId
from device.facts import Paired, Person, ShiftClosed, ShiftOpened, Use, Voided
from device.inputs import (
    CommandGiven,
    HoldBroken,
    Input,
    PersonShown,
    SeveralPersons,
    Tick,
    TubeScanned,
    Unusable,
)
from device.pairing import step
from device.reasons import LetGoReason, Refusal
from device.stages import OpenPool, Rules, State

RULES = Rules(pool_cap=3)
PERSONS = [Person(letter * 16, "citizen-card", "sealed") for letter in "abcd"] + [
    Person(letter * 16, "personal-card", "sealed") for letter in "ef"
]
TUBES = [TubeId.mint(26, number) for number in range(4)]
POOLS = [TubeId.mint(90, number) for number in range(2)]

makers = st.one_of(
    st.sampled_from(PERSONS).map(lambda person: lambda at: PersonShown(person, at)),
    st.sampled_from(TUBES + POOLS).map(lambda tube: lambda at: TubeScanned(tube, at)),
    st.sampled_from(Command).map(lambda command: lambda at: CommandGiven(command, at)),
    st.sampled_from(
        [
            SeveralPersons,
            Tick,
            lambda at: Unusable(Refusal.NOT_A_TUBE, at),
            lambda at: HoldBroken(LetGoReason.DEVICE_LOST, at),
        ]
    ),
)
# A pause may be negative: a code that was scanned earlier and is looked at late.
pauses = st.one_of(st.floats(-2, 5), st.floats(0, 90))
scans = st.lists(st.tuples(makers, pauses), max_size=40)


@dataclass
class Day:
    """A day at the table and its books, kept independently of the machine."""

    state: State = field(default_factory=State)
    live: dict[str, set[str]] = field(default_factory=dict)
    shown: list[tuple[str, float]] = field(default_factory=list)
    scanned: list[tuple[str, float]] = field(default_factory=list)
    pairings: list[tuple[str, str, float]] = field(default_factory=list)
    shift_open: bool = False

    def use_of(self, tube: str) -> Use | None:
        return Use(frozenset(self.live[tube])) if tube in self.live else None

    def tubes_today(self, tag: str) -> int:
        return sum(tag in tags for tags in self.live.values())

    def see(self, event: Input) -> None:
        match event:
            case PersonShown():
                self.shown.append((event.person.tag, event.at))
            case TubeScanned():
                self.scanned.append((event.tube.text, event.at))
        self.state, outcomes = step(self.state, event, self, RULES)
        for outcome in outcomes:
            if isinstance(outcome, Paired):
                self.check_pair(outcome, event.at)
            if isinstance(outcome, ShiftOpened | ShiftClosed):
                assert self.shift_open is isinstance(outcome, ShiftClosed)
                self.shift_open = not self.shift_open
            if isinstance(outcome, Voided):
                self.check_void(outcome, event)
        if isinstance(event, CommandGiven) and event.command is Command.VOID_TUBE:
            # A tube that is spilt is nobody's: no part of a pool stays in it.
            assert not any(self.live[each.tube] for each in outcomes if isinstance(each, Voided))

    def check_pair(self, pair: Paired, at: float) -> None:
        tube, tag = pair.tube.text, pair.person.tag
        members = self.live.setdefault(tube, set())
        assert tag not in members
        members.add(tag)
        if pair.order == "pool":
            assert len(members) <= RULES.pool_cap
            assert any(seen == tube for seen, _ in self.scanned)
        else:
            assert len(members) == 1
            assert any(seen == tube and near(at, when) for seen, when in self.scanned)
        assert any(seen == tag and near(at, when) for seen, when in self.shown)
        if any(tag in tags for text, tags in self.live.items() if text != tube):
            looks = {when for seen, when in self.shown if seen == tag and at - when <= 60}
            assert max(looks) - min(looks) >= 1
        self.pairings.append((tube, tag, at))

    def check_void(self, void: Voided, event: Input) -> None:
        assert isinstance(event, CommandGiven)
        self.live[void.tube].remove(void.tag)
        if event.command is Command.UNDO:
            tube, tag, at = self.pairings.pop()
            assert (void.tube, void.tag) == (tube, tag)
            assert event.at - at <= RULES.undo_seconds


def near(at: float, when: float) -> bool:
    return at - when <= RULES.hold_seconds


@given(scans)
def test_no_order_of_scans_pairs_a_tube_with_a_person_not_scanned_for_it(
    script: list[tuple[Callable[[float], Input], float]],
) -> None:
    day, now = Day(), 100.0
    for make, pause in script:
        day.see(make(now + pause))
        now += max(pause, 0.0)
        if isinstance(day.state.stage, OpenPool):
            members = day.state.stage.members
            assert len(members) < RULES.pool_cap
            assert len(set(members)) == len(members)


@given(scans)
def test_one_showing_of_a_person_earns_at_most_one_tube(
    script: list[tuple[Callable[[float], Input], float]],
) -> None:
    day, now = Day(), 100.0
    for make, pause in script:
        day.see(make(now + pause))
        now += max(pause, 0.0)
        assert len(day.pairings) <= len(day.shown)
