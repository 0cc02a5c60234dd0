"""The check-in machine: a person comes to a point, and says whether they have symptoms.

Pure.  The rules:

* Who is shown is held until an answer card says what they answered: nobody is assumed to be well.
* A second person while one is held clears both: an answer must never go to the wrong one.
* An answer that comes faster than a person can be asked does not count: a card lies in view.
* Who was checked in a short while ago is checked in already; UNDO takes the last one back.
* A vehicle's pass is noted as such and is asked nothing.
"""

from dataclasses import replace
from types import MappingProxyType

from contract.commands import Command
from contract.duty_events import Symptoms
from device.duties.common import done_alike
from device.duties.facts import CheckInAgain, CheckInAsked, CheckInMade, CheckInUndone
from device.facts import Past, Person, Refused
from device.inputs import (
    BoxScanned,
    CommandGiven,
    Input,
    PersonShown,
    SeveralPersons,
    TubeScanned,
    Unusable,
    VehicleShown,
)
from device.reasons import LetGoReason, Refusal
from device.stages import (
    Answering,
    Idle,
    Last,
    Rules,
    State,
    Step,
    clear_both,
    expire,
    let_go,
    milliseconds,
)

ASKING = 0.5  # seconds that asking takes at least
_ANSWERS: MappingProxyType[Command, Symptoms] = MappingProxyType(
    {Command.NO_SYMPTOMS: "no", Command.SYMPTOMS: "yes"}
)
_OF_TUBES = {  # what cannot be a person, in the words of this duty
    Refusal.TUBE_MISREAD: Refusal.TUBE_NOT_HERE,
    Refusal.TUBE_OF_OTHER_LOT: Refusal.TUBE_NOT_HERE,
    Refusal.NO_LOTS: Refusal.TUBE_NOT_HERE,
    Refusal.TUBE_AT_PERSON_READER: Refusal.TUBE_NOT_HERE,
    Refusal.NOT_A_TUBE: Refusal.NOT_A_PERSON,
}


def step(state: State, event: Input, past: Past, rules: Rules) -> Step:
    """Take one input; return the next state and what happened, in order."""
    state, before = expire(state, event.at, rules)
    alike = done_alike(state, event, past, rules)
    state, outcomes = alike if alike is not None else _take(state, event, past, rules)
    return state, [*before, *outcomes]


def _take(state: State, event: Input, past: Past, rules: Rules) -> Step:
    match event:
        case PersonShown():
            return _person(state, event, past, rules)
        case VehicleShown():
            return _vehicle(state, event, past, rules)
        case CommandGiven():
            return _obey(state, event, rules)
        case SeveralPersons():
            refused = Refused(Refusal.SEVERAL_PERSONS)
            return clear_both(state, refused) if _is_held(state) else (state, [refused])
        case TubeScanned():
            return state, [Refused(Refusal.TUBE_NOT_HERE, event.tube.text)]
        case BoxScanned():
            return state, [Refused(Refusal.BOX_NOT_HERE)]
        case Unusable():
            return state, [Refused(_OF_TUBES.get(event.reason, event.reason), event.tube)]
    return state, []


def _is_held(state: State) -> bool:
    return isinstance(state.stage, Answering)


def _person(state: State, event: PersonShown, past: Past, rules: Rules) -> Step:
    person, at, stage = event.person, event.at, state.stage
    if isinstance(stage, Answering):
        if at < stage.since:
            return state, [Refused(Refusal.STALE)]
        if stage.person != person:
            return clear_both(state, Refused(Refusal.SECOND_PERSON))
        return state, [CheckInAsked(person)] if at - stage.since >= 1.0 else []
    if _was_here(person, at, past, rules):
        return state, [CheckInAgain(person)]
    if rules.declare == "none":
        return _check_in(state, person, "", at, at)
    return replace(state, stage=Answering(person, at)), [CheckInAsked(person)]


def _vehicle(state: State, event: VehicleShown, past: Past, rules: Rules) -> Step:
    if _is_held(state):  # the driver is asked first, then the pass
        return state, [Refused(Refusal.VEHICLE)]
    if _was_here(event.vehicle, event.at, past, rules):
        return state, [CheckInAgain(event.vehicle)]
    return _check_in(state, event.vehicle, "", event.at, event.at)


def _was_here(person: Person, at: float, past: Past, rules: Rules) -> bool:
    before = past.checked_in_at(person.tag)
    return before is not None and at - before <= rules.again_seconds


def _check_in(state: State, person: Person, symptoms: Symptoms, since: float, at: float) -> Step:
    made = CheckInMade(person, symptoms, milliseconds(since, at))
    return replace(state, stage=Idle(), last=Last("", person.tag, at)), [made]


def _obey(state: State, event: CommandGiven, rules: Rules) -> Step:
    match event.command:
        case Command.NO_SYMPTOMS | Command.SYMPTOMS:
            return _answer(state, event)
        case Command.CANCEL:
            return let_go(state, LetGoReason.CANCEL)
        case Command.UNDO:
            return _undo(state, event.at, rules)
    return state, [Refused(Refusal.COMMAND_NOT_USED)]


def _answer(state: State, event: CommandGiven) -> Step:
    stage = state.stage
    if not isinstance(stage, Answering):
        return state, [Refused(Refusal.NOBODY_HELD)]
    if event.at - stage.since < ASKING:
        return state, [Refused(Refusal.STALE)]
    return _check_in(state, stage.person, _ANSWERS[event.command], stage.since, event.at)


def _undo(state: State, at: float, rules: Rules) -> Step:
    last = state.last
    if last is None or at - last.at > rules.undo_seconds:
        return state, [Refused(Refusal.NOTHING_TO_UNDO)]
    return replace(state, last=None), [CheckInUndone(last.tag)]
