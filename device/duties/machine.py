"""One step of whatever the station is set to do; and the change from one duty to another.  Pure.

While a person is held, or a pool or a box is open, the duty stays: what was begun is finished by
the rules under which it began.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from contract.commands import Command
from contract.duties import Duty
from device import pairing
from device.duties import checkin, reception
from device.duties.facts import DutySet
from device.facts import Past, Refused
from device.inputs import CommandGiven, Input, Tick
from device.reasons import Refusal
from device.stages import Idle, Rules, State, Step

Machine = Callable[[State, Input, Past, Rules], Step]
MACHINES: Mapping[Duty, Machine] = MappingProxyType(
    {
        Duty.SAMPLING: pairing.step,
        Duty.CHECK_IN: checkin.step,
        Duty.RECEPTION: reception.step,
    }
)
_ORDERS = {
    Command.DUTY_SAMPLING: Duty.SAMPLING,
    Command.DUTY_CHECK_IN: Duty.CHECK_IN,
    Command.DUTY_RECEPTION: Duty.RECEPTION,
}


def step(state: State, event: Input, past: Past, rules: Rules) -> Step:
    """Take one input; return the next state and what happened, in order."""
    machine = MACHINES[state.duty]
    if not isinstance(event, CommandGiven) or event.command not in _ORDERS:
        return machine(state, event, past, rules)
    state, before = machine(state, Tick(event.at), past, rules)  # a hold that is over is over
    state, outcomes = _change(state, _ORDERS[event.command])
    return state, [*before, *outcomes]


def _change(state: State, duty: Duty) -> Step:
    if not isinstance(state.stage, Idle):
        return state, [Refused(Refusal.DUTY_BUSY)]
    if duty is state.duty:
        return state, [DutySet(duty, duty)]
    return State(badge=state.badge, duty=duty), [DutySet(duty, state.duty)]
