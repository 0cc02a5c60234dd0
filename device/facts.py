"""What the pairing machine knows and what comes out of it.  Pure data.

Times are seconds of the monotonic clock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from contract.tubes import Tube
from device.duties.facts import (
    BoxBegun,
    BoxShut,
    CheckInAgain,
    CheckInAsked,
    CheckInMade,
    CheckInUndone,
    DutySet,
    SameArrival,
    TubeTaken,
)
from device.person import Person as Person
from device.reasons import LetGoReason, Refusal
from device.shifts import Summary
from device.slips import Slip

Order = Literal["person-first", "tube-first", "pool"]
ShutBy = Literal["tube", "card", "cap", "idle", "void"]


@dataclass(frozen=True, slots=True)
class Use:
    """A tube was used before: by these persons (none left after a void), last at `at`."""

    tags: frozenset[str]
    at: datetime | None = None


class Past(Protocol):
    """What was recorded before."""

    def use_of(self, tube: str) -> Use | None: ...

    def tubes_today(self, tag: str) -> int:
        """Return how many tubes the person with *tag* was given today."""

    @property
    def shift_open(self) -> bool: ...

    def checked_in_at(self, tag: str) -> float | None:
        """Return when the person with *tag* was checked in last, on this boot's clock."""

    def box_of(self, tube: str) -> str:
        """Return the box in which *tube* arrived, or ''."""

    def tubes_in(self, box: str) -> int:
        """Return how many tubes of *box* have arrived."""


@dataclass(frozen=True, slots=True)
class PersonHeld:
    person: Person
    today: int = 0  # tubes that this person was given today


@dataclass(frozen=True, slots=True)
class SecondLookAsked:
    """This person was given `today` tubes today already: ask them again, show the code again."""

    person: Person
    today: int


@dataclass(frozen=True, slots=True)
class TubeHeld:
    tube: Tube


@dataclass(frozen=True, slots=True)
class Paired:
    tube: Tube
    person: Person
    order: Order
    took_ms: int
    members: int = 0  # of the pool, with this one
    assigned: bool = False  # the tube bore this person's label
    released: tuple[str, ...] = ()  # so did these, which are needed no more
    manual: bool = False


@dataclass(frozen=True, slots=True)
class SamePair:
    """A pair that stands already: harmless."""

    tube: str


@dataclass(frozen=True, slots=True)
class PoolOpened:
    tube: Tube


@dataclass(frozen=True, slots=True)
class PoolShut:
    tube: str
    members: int
    by: ShutBy = "tube"


@dataclass(frozen=True, slots=True)
class Voided:
    """The pairing of this tube with this person does not hold."""

    tube: str
    tag: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Refusal
    tube: str = ""
    used_at: datetime | None = None
    box: str = ""  # the one in which the tube arrived, or the one that is open


@dataclass(frozen=True, slots=True)
class LetGo:
    reason: LetGoReason
    tube: str = ""


@dataclass(frozen=True, slots=True)
class OperatorAsked:
    """The next personal card is an operator's: to begin a shift, or to take over."""


@dataclass(frozen=True, slots=True)
class ShiftOpened:
    operator: Person


@dataclass(frozen=True, slots=True)
class OperatorNamed:
    operator: Person


@dataclass(frozen=True, slots=True)
class ShiftClosed:
    """The machine closes a shift without knowing what it came to: the books say that."""

    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class SlipNoticed:
    """The pairs of these tubes, oldest first, may be shifted by one.  They stand all the same."""

    slip: Slip
    tubes: tuple[str, ...]


Outcome = (
    PersonHeld
    | SecondLookAsked
    | TubeHeld
    | Paired
    | SamePair
    | PoolOpened
    | PoolShut
    | Voided
    | Refused
    | LetGo
    | OperatorAsked
    | ShiftOpened
    | OperatorNamed
    | ShiftClosed
    | SlipNoticed
    | DutySet
    | CheckInAsked
    | CheckInMade
    | CheckInAgain
    | CheckInUndone
    | BoxBegun
    | TubeTaken
    | SameArrival
    | BoxShut
)

# What the journal must have before the station may go on as if it had happened.
RECORDED = (
    *(Paired, PoolShut, Voided, DutySet),
    *(CheckInMade, CheckInUndone, BoxBegun, TubeTaken, BoxShut),
)
