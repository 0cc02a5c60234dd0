"""What goes into the pairing machine.  Pure data; times are seconds of the monotonic clock."""

from dataclasses import dataclass

from contract.boxes import BoxLabel
from contract.commands import Command
from contract.tubes import Tube
from device.facts import Person
from device.reasons import LetGoReason, Refusal


@dataclass(frozen=True, slots=True)
class PersonShown:
    person: Person
    at: float


@dataclass(frozen=True, slots=True)
class TubeScanned:
    """`assigned`: the tube bears somebody's roster label."""

    tube: Tube
    at: float
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class VehicleShown:
    """A vehicle's pass: it names nobody, but a point may note that the vehicle came."""

    vehicle: Person
    at: float


@dataclass(frozen=True, slots=True)
class BoxScanned:
    label: BoxLabel
    at: float


@dataclass(frozen=True, slots=True)
class PairTyped:
    """A tube and a person, each typed twice; `sure`: the second look has been taken."""

    person: Person
    tube: Tube
    at: float
    assigned: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class SeveralPersons:
    """Codes of two or more persons in one picture."""

    at: float


@dataclass(frozen=True, slots=True)
class Unusable:
    """A code that can be neither person, tube nor command here, and why."""

    reason: Refusal
    at: float
    tube: str = ""


@dataclass(frozen=True, slots=True)
class CommandGiven:
    command: Command
    at: float


@dataclass(frozen=True, slots=True)
class HoldBroken:
    """Nobody stays held on half a station: the reader or camera is gone, or the program ends."""

    reason: LetGoReason
    at: float


@dataclass(frozen=True, slots=True)
class Tick:
    at: float


Input = (
    PersonShown
    | TubeScanned
    | VehicleShown
    | BoxScanned
    | PairTyped
    | SeveralPersons
    | Unusable
    | CommandGiven
    | HoldBroken
    | Tick
)
