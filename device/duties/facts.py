"""What comes out of check-in and reception, and of a change of duty.  Pure data."""

from dataclasses import dataclass
from typing import Literal

from contract.boxes import BoxId
from contract.duties import Duty
from contract.duty_events import Symptoms
from contract.tubes import Tube
from device.person import Person

BoxBy = Literal["label", "card"]


@dataclass(frozen=True, slots=True)
class DutySet:
    """The station does `duty` from here on; `before` is the same where it did already."""

    duty: Duty
    before: Duty


@dataclass(frozen=True, slots=True)
class CheckInAsked:
    """This person is before us: do they have symptoms?  They are not checked in yet."""

    person: Person


@dataclass(frozen=True, slots=True)
class CheckInMade:
    person: Person
    symptoms: Symptoms
    took_ms: int


@dataclass(frozen=True, slots=True)
class CheckInAgain:
    """This person was checked in a short while ago: harmless."""

    person: Person


@dataclass(frozen=True, slots=True)
class CheckInUndone:
    """The last check-in of the person with this tag does not hold."""

    tag: str


@dataclass(frozen=True, slots=True)
class BoxBegun:
    """A box was opened; `tubes` of it arrived before, where it is opened again."""

    box: BoxId
    expected: int | None
    tubes: int


@dataclass(frozen=True, slots=True)
class TubeTaken:
    """A tube arrived; `count` tubes of the box have, with this one."""

    tube: Tube
    box: BoxId
    count: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class SameArrival:
    """A tube that arrived in this very box, or the label that has just opened it: harmless."""

    box: BoxId
    count: int
    expected: int | None
    tube: str = ""


@dataclass(frozen=True, slots=True)
class BoxShut:
    box: BoxId
    tubes: int
    expected: int | None
    by: BoxBy

    @property
    def adds_up(self) -> bool:
        return self.expected is None or self.expected == self.tubes
