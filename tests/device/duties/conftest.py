"""A table whose duty a test sets: the machines, and the books that the journal would keep."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import msgspec
import pytest

from contract.boxes import BoxId, BoxLabel
from contract.commands import Command
from contract.duties import Duty
from contract.events import Event
from contract.tubes import Tube
from device.drafts import Drafts, Moment
from device.duties.machine import step
from device.facts import Outcome, Person
from device.inputs import BoxScanned, CommandGiven, Input, PersonShown, TubeScanned
from device.ledger import Ledger
from device.stages import Rules, State


@dataclass
class Table:
    """What is decided is kept in a real ledger, by way of the events that would be written."""

    morning: Moment
    state: State
    rules: Rules = field(default_factory=Rules)
    ledger: Ledger = field(default_factory=Ledger)
    events: list[Event] = field(default_factory=list)

    def fresh(self) -> "Table":
        """Return a table like this one, on which nothing has happened."""
        return Table(self.morning, State(duty=self.state.duty))

    def see(self, event: Input) -> Sequence[Outcome]:
        self.state, outcomes = step(self.state, event, self.ledger, self.rules)
        now = replace(self.morning, mono=round(event.at * 1e9))
        for outcome in outcomes:
            draft = Drafts("ban-1", "vn-2021:24").of(outcome, now, self.ledger)
            if draft is not None:
                self._keep(draft)
        return outcomes

    def _keep(self, draft: Event) -> None:
        event = msgspec.structs.replace(draft, id=UUID(int=len(self.events) + 1))
        self.events.append(event)
        self.ledger.take(event)

    def person(self, person: Person, at: float) -> Sequence[Outcome]:
        return self.see(PersonShown(person, at))

    def tube(self, tube: Tube, at: float) -> Sequence[Outcome]:
        return self.see(TubeScanned(tube, at))

    def box(self, serial: int, at: float, tubes: int | None = None) -> Sequence[Outcome]:
        return self.see(BoxScanned(BoxLabel(BoxId.mint(serial), tubes), at))

    def order(self, command: Command, at: float) -> Sequence[Outcome]:
        return self.see(CommandGiven(command, at))


@pytest.fixture
def sampling(morning: Moment) -> Table:
    return Table(morning, State())


@pytest.fixture
def point(morning: Moment) -> Table:
    return Table(morning, State(duty=Duty.CHECK_IN))


@pytest.fixture
def bench(morning: Moment) -> Table:
    return Table(morning, State(duty=Duty.RECEPTION))
