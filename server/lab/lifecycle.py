"""The steps a result may take, as one table.  Pure.

A result is never changed: a wrong one is corrected by another, which takes the same steps.  So what
a person saw on a screen is what they verify or release, however old the screen is.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    ENTERED = "entered"
    VERIFIED = "verified"
    RELEASED = "released"
    CORRECTED = "corrected"  # another result corrects this one


class Action(StrEnum):
    VERIFY = "verify"
    RELEASE = "release"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Step:
    """Where an action leads, and whether it takes somebody other than who entered the result."""

    to: State
    second_person: bool


STEPS = {
    (State.ENTERED, Action.VERIFY): Step(State.VERIFIED, second_person=True),
    (State.VERIFIED, Action.RELEASE): Step(State.RELEASED, second_person=True),
    (State.ENTERED, Action.CORRECT): Step(State.CORRECTED, second_person=False),
    (State.VERIFIED, Action.CORRECT): Step(State.CORRECTED, second_person=False),
    (State.RELEASED, Action.CORRECT): Step(State.CORRECTED, second_person=False),
}


class Refusal(StrEnum):
    NOT_NOW = "not-now"
    OWN_WORK = "own-work"


def take(state: State, action: Action, *, by: str, entered_by: str) -> State | Refusal:
    """Return the state that *action* leads to, or why it may not be taken."""
    step = STEPS.get((state, action))
    if step is None:
        return Refusal.NOT_NOW
    if step.second_person and by == entered_by:
        return Refusal.OWN_WORK
    return step.to


def state_of(*, verified: bool, released: bool, corrected: bool) -> State:
    """Return the state that a stored result is in."""
    if corrected:
        return State.CORRECTED
    if released:
        return State.RELEASED
    return State.VERIFIED if verified else State.ENTERED
