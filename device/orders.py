"""What command cards and buttons order.  The part of the pairing machine for them.  Pure."""

from dataclasses import replace

from contract.commands import Command
from device.facts import Past, Refused, Voided
from device.inputs import CommandGiven
from device.operators import order_of_shift
from device.pools import close_pool, void_pool, without
from device.reasons import LetGoReason, Refusal
from device.stages import HoldingTube, OpenPool, Rules, SecondLook, State, Step, let_go


def obey(state: State, event: CommandGiven, past: Past, rules: Rules) -> Step:
    """Carry out a command, or refuse it where it makes no sense."""
    pool = state.stage if isinstance(state.stage, OpenPool) else None
    match event.command:
        case Command.CANCEL:
            return _cancel(state, pool)
        case Command.UNDO:
            return _undo(state, event.at, rules, "undo")
        case Command.VOID_TUBE:
            return _void(state, pool, event.at, rules)
        case Command.CLOSE_POOL:
            return close_pool(state, pool, "card") if pool else (state, [Refused(Refusal.NO_POOL)])
        case Command.OPEN_POOL:
            return state, [Refused(Refusal.POOL_OPEN if pool else Refusal.NO_POOL)]
        case Command.BEGIN_SHIFT | Command.END_SHIFT | Command.CHANGE_OPERATOR:
            return order_of_shift(state, event, past)
    return state, [Refused(Refusal.COMMAND_NOT_USED)]


def _cancel(state: State, pool: OpenPool | None) -> Step:
    if pool and pool.members:
        return state, [Refused(Refusal.POOL_OPEN, pool.tube.text)]
    return close_pool(state, pool, "card") if pool else let_go(state, LetGoReason.CANCEL)


def _void(state: State, pool: OpenPool | None, at: float, rules: Rules) -> Step:
    """Void the tube in hand: the open pool's, else the one that is held, else the last pair's."""
    if pool and pool.members:
        return void_pool(state, pool, "void-tube")
    if pool or _is_tube_in_hand(state):
        return _cancel(state, pool)  # nobody is in it yet, and no earlier pair is meant
    return _undo(state, at, rules, "void-tube")


def _is_tube_in_hand(state: State) -> bool:
    """Return whether a tube waits for somebody, or for the second look at them.

    Who is looked at twice without one may hold a tube that was not taken up: only their own last
    pair can be meant then.
    """
    stage = state.stage
    if isinstance(stage, SecondLook):
        own = state.last is not None and state.last.tag == stage.person.tag
        return stage.held is not None or not own
    return isinstance(stage, HoldingTube)


def _undo(state: State, at: float, rules: Rules, reason: str) -> Step:
    last = state.last
    if last is None or at - last.at > rules.undo_seconds:
        return state, [Refused(Refusal.NOTHING_TO_UNDO)]
    state = replace(without(state, last.tube, last.tag), last=None)
    return state, [Voided(last.tube, last.tag, reason)]
