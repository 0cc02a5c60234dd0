"""What command cards and buttons order.  The part of the pairing machine for them.  Pure."""

from dataclasses import replace

from contract.commands import Command
from contract.tubes import TubeKind
from contract.tubes import tube as tube_of
from device.facts import Past, Refused, Voided
from device.inputs import CommandGiven
from device.operators import order_of_shift
from device.pools import close_pool, void_pool, without
from device.reasons import LetGoReason, Refusal
from device.stages import (
    HoldingPerson,
    HoldingTube,
    Last,
    OpenPool,
    Rules,
    SecondLook,
    State,
    Step,
    let_go,
)


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
    """Void the tube in hand: the open pool's, else the one that is held, else the last pair's.

    Where it is not plain which tube lies spilt, nothing is voided: of a closed pool the card would
    take out one person, and leave the others with a tube that is gone.
    """
    if pool and pool.members:
        return void_pool(state, pool, "void-tube")
    if pool or _is_tube_in_hand(state):
        return _cancel(state, pool)  # nobody is in it yet, and no earlier pair is meant
    last = state.last
    if last is None or at - last.at > rules.undo_seconds:
        return state, [Refused(Refusal.NOTHING_TO_UNDO)]
    if _is_another_held(state, last):
        return state, [Refused(Refusal.VOID_WHICH)]
    if tube_of(last.tube).kind is TubeKind.POOL:
        return state, [Refused(Refusal.POOL_IS_CLOSED, last.tube)]
    return _undo(state, at, rules, "void-tube")


def _is_tube_in_hand(state: State) -> bool:
    """Return whether a tube waits for somebody, or for the second look at them."""
    stage = state.stage
    return isinstance(stage, HoldingTube) or (
        isinstance(stage, SecondLook) and stage.held is not None
    )


def _is_another_held(state: State, last: Last) -> bool:
    """Return whether somebody else waits: the card may mean a tube in their hand that was not taken
    up, or the pair before.  Of who was given *last* only that can be meant."""
    stage = state.stage
    return isinstance(stage, HoldingPerson | SecondLook) and stage.person.tag != last.tag


def _undo(state: State, at: float, rules: Rules, reason: str) -> Step:
    last = state.last
    if last is None or at - last.at > rules.undo_seconds:
        return state, [Refused(Refusal.NOTHING_TO_UNDO)]
    state = replace(without(state, last.tube, last.tag), last=None)
    return state, [Voided(last.tube, last.tag, reason)]
