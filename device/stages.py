"""The stages of the pairing machine, its settings, and the steps that every stage shares.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from contract.boxes import BoxId
from contract.duties import Duty
from contract.tubes import Tube
from device.facts import LetGo, Outcome, Person, Refused
from device.reasons import LetGoReason
from device.slips import Run


@dataclass(frozen=True, slots=True)
class Rules:
    """The machine's settings.

    `pool_idle_seconds`: a pool that nobody joins for so long closes by itself.
    `shift_required`: nobody is paired outside a shift.
    `fast_seconds`: two pairs closer than this are faster than hands can be.

    `again_seconds`: who is shown again so soon after their check-in is checked in already.
    `declare`: what is asked at check-in.

    `echo_seconds`: a code seen again so soon after its pair was made is the same gesture.
    """

    hold_seconds: float = 30.0
    undo_seconds: float = 60.0
    echo_seconds: float = 3.0
    pool_cap: int = 5
    pool_idle_seconds: float = 600.0
    second_look: bool = True
    shift_required: bool = False
    slip_alarm: bool = True
    fast_seconds: float = 1.0
    again_seconds: float = 3600.0
    declare: Literal["symptoms", "none"] = "symptoms"


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is held."""


@dataclass(frozen=True, slots=True)
class HoldingPerson:
    person: Person
    since: float


@dataclass(frozen=True, slots=True)
class HoldingTube:
    tube: Tube
    since: float
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A person who has a tube of today is to be looked at twice; `held` waits for them."""

    person: Person
    since: float
    asked: float
    held: HoldingTube | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """At an open pool, the person with this tag was asked for a second look."""

    tag: str
    at: float


@dataclass(frozen=True, slots=True)
class OpenPool:
    """`members` are tags; `since` is the moment of its last act: opening, or the latest member."""

    tube: Tube
    members: tuple[str, ...]
    since: float
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class AwaitingOperator:
    """The next personal card says who works here; `begins`: and a shift begins with it."""

    begins: bool
    since: float


@dataclass(frozen=True, slots=True)
class Answering:
    """At check-in: a person whose answer is awaited."""

    person: Person
    since: float


@dataclass(frozen=True, slots=True)
class OpenBox:
    """At reception: `tubes` of `box` have arrived; `fresh`: none since it was opened."""

    box: BoxId
    expected: int | None
    tubes: int
    since: float
    fresh: bool = True


Stage = (
    Idle
    | HoldingPerson
    | HoldingTube
    | SecondLook
    | OpenPool
    | AwaitingOperator
    | Answering
    | OpenBox
)


@dataclass(frozen=True, slots=True)
class Last:
    """The last pairing or check-in that was made: what UNDO undoes.  A check-in has no tube."""

    tube: str
    tag: str
    at: float


@dataclass(frozen=True, slots=True)
class Badge:
    tag: str
    at: float


@dataclass(frozen=True, slots=True)
class State:
    """`badge`: the operator's card that was read last, which may still be before the camera.

    `run`: the single tubes that were given out last, for the slip alarm.
    """

    stage: Stage = Idle()
    last: Last | None = None
    badge: Badge | None = None
    run: Run = field(default_factory=Run)
    duty: Duty = Duty.SAMPLING


Step = tuple[State, Sequence[Outcome]]

_OF_TUBE = {
    LetGoReason.TIMEOUT: LetGoReason.TUBE_TIMEOUT,
    LetGoReason.SECOND: LetGoReason.TUBE_SECOND,
    LetGoReason.CANCEL: LetGoReason.TUBE_CANCEL,
    LetGoReason.DEVICE_LOST: LetGoReason.TUBE_DEVICE_LOST,
    LetGoReason.SHUTDOWN: LetGoReason.TUBE_SHUTDOWN,
}


def let_go(state: State, reason: LetGoReason) -> Step:
    """Let go of the person or tube that is held; an open pool stays open."""
    match state.stage:
        case HoldingPerson() | Answering():
            return replace(state, stage=Idle()), [LetGo(reason)]
        case HoldingTube(tube=tube):
            return replace(state, stage=Idle()), [LetGo(_OF_TUBE[reason], tube.text)]
        case SecondLook(held=held):
            tube_text = held.tube.text if held else ""
            return replace(state, stage=Idle()), [LetGo(reason, tube_text)]
        case AwaitingOperator():
            return replace(state, stage=Idle()), [LetGo(LetGoReason.NO_OPERATOR)]
    return state, []


def clear_both(state: State, refused: Refused) -> Step:
    """Let go of what is held because of a second one, which is refused."""
    state, outcomes = let_go(state, LetGoReason.SECOND)
    return state, [*outcomes, refused]


def expire(state: State, at: float, rules: Rules) -> Step:
    """End a hold that has lasted too long by *at*."""
    stage = state.stage
    if isinstance(stage, Idle | OpenPool | OpenBox):
        return state, []
    if at - stage.since > rules.hold_seconds:
        return let_go(state, LetGoReason.TIMEOUT)
    return state, []


def milliseconds(since: float, at: float) -> int:
    return max(0, round((at - since) * 1000))
