"""What happens at the table: who comes, which tube, and what goes wrong on purpose."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import sleep

from contract.cards import read_card
from contract.tubes import Tube
from device.lines import Line
from pi.table import Hands, Table
from rehearsal.script import Visitor

_LATEST = 1.2  # seconds after a tube's scan by which its beep has come, on an emulated Pi


@dataclass
class Scenes:
    """Scenes of one day; people and tubes are used up in order; the last has a card of ours."""

    hands: Hands
    people: list[Visitor]
    tubes: list[Tube]
    tell: Callable[[str], None]
    _at_the_cut: list[str] = field(default_factory=list)
    _last: str = ""

    def morning(self, table: Table) -> None:
        card = read_card(self.people.pop().code.decode())
        self.tell("Pairs by camera and USB reader; the GM65 was set by the station")
        for _ in range(3):
            table.pair(self._person(), self._tube())
        self.tell("A reader that types (wedge): a card's number")
        table.pair_typed(f"P:{card.number.text}", self._tube())
        self.tell("Tube first; CANCEL and UNDO pressed on the header's pins")
        table.tube_first(self._person(), self._tube())
        again = self._person()
        table.cancel(again)
        table.pair(again, self._tube())
        table.undo()
        table.pair(again, self._tube())
        self.tell("The reader's cable is pulled while a person is held, and put back")
        table.pull_and_plug(self._person())
        table.pair(self._person(), self._tube())

    def cut_at_the_beep(self, table: Table) -> None:
        """Cut the power as soon as a pair was told."""
        self._last = self._tube()
        table.hold(self._person())
        table.scan_paired(self._last)
        table.cut_power()
        self.tell("Power cut at the beep: the emulator was killed")

    def noon(self, table: Table) -> None:
        self.tell(f"  the journal after the cut: {table.verify()}")
        table.begin()
        if self._last:
            self.tell("The tube whose beep was the last thing heard is known to be used")
            table.hold(self._person())
            table.scan_refused(self._last, "tube-used")
            table.scan_paired(self._tube())
            self._last = ""

    def cut_somewhere(self, table: Table) -> None:
        """Cut the power at some moment between a tube's scan and its beep, or just after it."""
        tube, wait = self._tube(), random.uniform(0.0, _LATEST)  # noqa: S311 - any moment
        self._at_the_cut.append(tube)
        table.hold(self._person())
        table.hands.reader.scan(tube)
        sleep(wait)
        table.cut_power()
        self.tell(f"Power cut {wait:.2f} s after a tube was scanned: the emulator was killed")

    def evening(self, table: Table) -> None:
        self.tell(f"  the journal after the last cut: {table.verify()}")
        table.begin()
        table.pair(self._person(), self._tube())

    def heard_of_the_cut(self, heard: Sequence[Line]) -> int:
        """Return how many of the pairs that the power cut met were told before it."""
        told = {line.tube for line in heard if line.outcome == "paired"}
        return sum(tube in told for tube in self._at_the_cut)

    def _person(self) -> bytes:
        return self.people.pop(0).code

    def _tube(self) -> str:
        return self.tubes.pop(0).text
