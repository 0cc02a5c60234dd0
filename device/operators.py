"""Who works at the station, and from when to when.  The part of the pairing machine for shifts.

Pure.  BEGIN SHIFT or CHANGE OPERATOR asks for a card; the next personal card of ours, within the
hold, says who works here.  No other code can: a passer-by's paper must not become a signature.
An open pool or box is closed first, so that it is one operator's work.
"""

from dataclasses import replace

from contract.commands import Command
from contract.identities import Kind
from device.facts import OperatorAsked, OperatorNamed, Past, Refused, ShiftClosed, ShiftOpened
from device.inputs import CommandGiven, PersonShown, TubeScanned
from device.reasons import LetGoReason, Refusal
from device.stages import (
    AwaitingOperator,
    Badge,
    Idle,
    OpenBox,
    OpenPool,
    Rules,
    State,
    Step,
    let_go,
)


def order_of_shift(state: State, event: CommandGiven, past: Past) -> Step:
    """Obey BEGIN SHIFT, CHANGE OPERATOR or END SHIFT, or refuse it where it makes no sense."""
    if isinstance(state.stage, OpenPool):
        return state, [Refused(Refusal.POOL_OPEN, state.stage.tube.text)]
    if isinstance(state.stage, OpenBox):
        return state, [Refused(Refusal.BOX_OPEN, box=state.stage.box.text)]
    if event.command is Command.BEGIN_SHIFT and past.shift_open:
        return state, [Refused(Refusal.SHIFT_OPEN)]
    if event.command is Command.END_SHIFT and not past.shift_open:
        return state, [Refused(Refusal.NO_SHIFT)]
    state, before = let_go(state, LetGoReason.CANCEL)
    if event.command is Command.END_SHIFT:
        return state, [*before, ShiftClosed()]
    asking = AwaitingOperator(event.command is Command.BEGIN_SHIFT, event.at)
    return replace(state, stage=asking), [*before, OperatorAsked()]


def is_badge_again(state: State, event: PersonShown, rules: Rules) -> bool:
    """Return whether this is the operator's card, still in view after it was taken."""
    badge = state.badge
    if badge is None or not isinstance(state.stage, Idle):
        return False
    return badge.tag == event.person.tag and event.at - badge.at <= rules.echo_seconds


def take_badge(state: State, asking: AwaitingOperator, event: PersonShown | TubeScanned) -> Step:
    """Take a personal card as the operator's; refuse everything else and go on waiting."""
    if event.at < asking.since:
        return state, [Refused(Refusal.STALE)]
    if isinstance(event, TubeScanned):
        return state, [Refused(Refusal.OPERATOR_FIRST, event.tube.text)]
    if event.person.kind != Kind.PERSONAL_CARD:
        return state, [Refused(Refusal.NOT_AN_OPERATOR)]
    named = ShiftOpened(event.person) if asking.begins else OperatorNamed(event.person)
    badge = Badge(event.person.tag, event.at)
    return replace(state, stage=Idle(), badge=badge), [named]
