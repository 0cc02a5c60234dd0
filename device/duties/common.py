"""What check-in and reception do alike: operators and shifts, holds that end.  Pure."""

from contract.commands import Command
from device.facts import Past, Refused
from device.inputs import (
    BoxScanned,
    CommandGiven,
    HoldBroken,
    Input,
    PairTyped,
    PersonShown,
    Tick,
    TubeScanned,
    VehicleShown,
)
from device.operators import is_badge_again, order_of_shift, take_badge
from device.reasons import Refusal
from device.stages import AwaitingOperator, Rules, State, Step, let_go

_SHIFT = (Command.BEGIN_SHIFT, Command.END_SHIFT, Command.CHANGE_OPERATOR)


def done_alike(state: State, event: Input, past: Past, rules: Rules) -> Step | None:
    """Take an input that every duty takes alike; None for what is the duty's own."""
    match event:
        case Tick():
            return state, []
        case HoldBroken():
            return let_go(state, event.reason)
        case PairTyped():
            return state, [Refused(Refusal.WRONG_DUTY, event.tube.text)]
        case CommandGiven() if event.command in _SHIFT:
            return order_of_shift(state, event, past)
        case PersonShown() | TubeScanned() | VehicleShown() | BoxScanned():
            return _scan(state, event, past, rules)
    return None


def _scan(
    state: State,
    event: PersonShown | TubeScanned | VehicleShown | BoxScanned,
    past: Past,
    rules: Rules,
) -> Step | None:
    if isinstance(state.stage, AwaitingOperator):
        if isinstance(event, PersonShown | TubeScanned):
            return take_badge(state, state.stage, event)
        return state, [Refused(Refusal.NOT_AN_OPERATOR)]
    if rules.shift_required and not past.shift_open:
        return state, [Refused(Refusal.NO_SHIFT)]
    if isinstance(event, PersonShown) and is_badge_again(state, event, rules):
        return state, []
    return None
