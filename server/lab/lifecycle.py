"""The steps that results and runs may take, as two tables.  Pure.

What a result says is never changed: a wrong one is superseded by another, or withdrawn.  Each step
is taken from one state only, so a screen that is behind takes none.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    ENTERED = "entered"
    VERIFIED = "verified"
    RELEASED = "released"
    ORDERED = "ordered"  # not released, and the tube is to be tested again first
    CORRECTED = "corrected"  # another result supersedes this one
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    VERIFY = "verify"
    RELEASE = "release"
    CORRECT = "correct"
    ORDER = "order"  # a retest, or a rerun
    CANCEL = "cancel"  # the order to test again
    REPEAT = "repeat"  # enter what the retest or rerun found
    WITHDRAW = "withdraw"


class RunState(StrEnum):
    ENTERED = "entered"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"


class RunAction(StrEnum):
    CONFIRM = "confirm"  # the calls of its wells
    VERIFY = "verify"  # its controls
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Step:
    """Where an action leads, and what it takes: somebody else than who entered, good controls."""

    to: State
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class RunStep:
    to: RunState
    second_person: bool = False
    controls: bool = False


STEPS = {
    (State.ENTERED, Action.VERIFY): Step(State.VERIFIED, second_person=True),
    (State.VERIFIED, Action.RELEASE): Step(State.RELEASED, second_person=True),
    (State.ENTERED, Action.CORRECT): Step(State.CORRECTED),
    (State.VERIFIED, Action.CORRECT): Step(State.CORRECTED),
    (State.RELEASED, Action.CORRECT): Step(State.CORRECTED),
    (State.ORDERED, Action.CORRECT): Step(State.CORRECTED),
    (State.ORDERED, Action.CANCEL): Step(State.ENTERED),  # or verified, if it was that before
    (State.RELEASED, Action.CANCEL): Step(State.RELEASED),
    (State.ORDERED, Action.REPEAT): Step(State.CORRECTED),
    (State.RELEASED, Action.REPEAT): Step(State.CORRECTED),
    (State.WITHDRAWN, Action.REPEAT): Step(State.WITHDRAWN),
    (State.ENTERED, Action.ORDER): Step(State.ORDERED),
    (State.VERIFIED, Action.ORDER): Step(State.ORDERED),
    (State.RELEASED, Action.ORDER): Step(State.RELEASED),
    (State.WITHDRAWN, Action.ORDER): Step(State.WITHDRAWN),
    (State.ENTERED, Action.WITHDRAW): Step(State.WITHDRAWN),
    (State.VERIFIED, Action.WITHDRAW): Step(State.WITHDRAWN),
    (State.RELEASED, Action.WITHDRAW): Step(State.WITHDRAWN),
    (State.ORDERED, Action.WITHDRAW): Step(State.WITHDRAWN),
    (State.CORRECTED, Action.WITHDRAW): Step(State.WITHDRAWN),
}
RUN_STEPS = {
    (RunState.ENTERED, RunAction.CONFIRM): RunStep(RunState.ENTERED, controls=True),
    (RunState.VERIFIED, RunAction.CONFIRM): RunStep(RunState.VERIFIED, controls=True),
    (RunState.ENTERED, RunAction.VERIFY): RunStep(
        RunState.VERIFIED, second_person=True, controls=True
    ),
    (RunState.ENTERED, RunAction.WITHDRAW): RunStep(RunState.WITHDRAWN),
    (RunState.VERIFIED, RunAction.WITHDRAW): RunStep(RunState.WITHDRAWN),
}


class Refusal(StrEnum):
    NOT_NOW = "not-now"
    OWN_WORK = "own-work"
    CONTROLS_FAILED = "controls-failed"


def take(state: State, action: Action, *, by: str, entered_by: str) -> State | Refusal:
    """Return the state that *action* leads to, or why it may not be taken."""
    step = STEPS.get((state, action))
    if step is None:
        return Refusal.NOT_NOW
    if step.second_person and by == entered_by:
        return Refusal.OWN_WORK
    return step.to


def take_run(
    state: RunState, action: RunAction, *, by: str, entered_by: str, passed: bool
) -> RunState | Refusal:
    """Return the state that *action* on a run leads to, or why it may not be taken."""
    step = RUN_STEPS.get((state, action))
    if step is None:
        return Refusal.NOT_NOW
    if step.controls and not passed:
        return Refusal.CONTROLS_FAILED
    if step.second_person and by == entered_by:
        return Refusal.OWN_WORK
    return step.to


def state_of(
    *,
    verified: bool,
    released: bool,
    corrected: bool,
    withdrawn: bool = False,
    ordered: bool = False,
) -> State:
    """Return the state that a stored result is in; *ordered* is an order nobody has met yet."""
    if withdrawn:
        return State.WITHDRAWN
    if corrected:
        return State.CORRECTED
    if released:
        return State.RELEASED
    if ordered:
        return State.ORDERED
    return State.VERIFIED if verified else State.ENTERED


def run_state_of(*, verified: bool, withdrawn: bool) -> RunState:
    if withdrawn:
        return RunState.WITHDRAWN
    return RunState.VERIFIED if verified else RunState.ENTERED
