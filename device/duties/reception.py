"""The reception machine: tubes reach the laboratory, box by box.

Pure.  The rules:

* A box label opens a box; its label again, or the CLOSE BOX card, closes it; no two are open.
* Each tube counts once.  The same tube in the same box is harmless; in another box it is refused.
* What no lot knows, what was misread and what no tube can be is refused: it lies apart.
* Where a label says how many tubes there should be, the closing says whether they are there.
"""

from dataclasses import replace

from contract.commands import Command
from contract.tubes import TubeKind
from device.duties.common import done_alike
from device.duties.facts import BoxBegun, BoxBy, BoxShut, SameArrival, TubeTaken
from device.facts import Past, Refused
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
from device.stages import Idle, OpenBox, Rules, State, Step, expire, let_go

_AT_THE_BENCH = {  # there is no other tube to take: what cannot be used is put aside
    Refusal.TUBE_MISREAD: Refusal.DAMAGED_TUBE,
    Refusal.TUBE_OF_OTHER_LOT: Refusal.UNKNOWN_TUBE,
    Refusal.PERSON_AT_TUBE_READER: Refusal.PERSON_NOT_HERE,
    Refusal.NOT_A_PERSON: Refusal.NOT_A_TUBE,
    Refusal.PLACE_POSTER: Refusal.NOT_A_TUBE,
    Refusal.UNKNOWN_CODE: Refusal.NOT_A_TUBE,
}


def step(state: State, event: Input, past: Past, rules: Rules) -> Step:
    """Take one input; return the next state and what happened, in order."""
    state, before = expire(state, event.at, rules)
    alike = done_alike(state, event, past, rules)
    state, outcomes = alike if alike is not None else _take(state, event, past, rules)
    return state, [*before, *outcomes]


def _take(state: State, event: Input, past: Past, rules: Rules) -> Step:
    match event:
        case TubeScanned():
            return _tube(state, event, past)
        case BoxScanned():
            return _box(state, event, past, rules)
        case CommandGiven():
            return _obey(state, event)
        case PersonShown() | VehicleShown() | SeveralPersons():
            return state, [Refused(Refusal.PERSON_NOT_HERE)]
        case Unusable():
            return state, [Refused(_AT_THE_BENCH.get(event.reason, event.reason), event.tube)]
    return state, []


def _tube(state: State, event: TubeScanned, past: Past) -> Step:
    tube, stage = event.tube, state.stage
    if not isinstance(stage, OpenBox):
        return state, [Refused(Refusal.NO_BOX, tube.text)]
    if event.at < stage.since:
        return state, [Refused(Refusal.STALE, tube.text)]
    if tube.kind is TubeKind.CONTROL:
        return state, [Refused(Refusal.CONTROL_TUBE, tube.text)]
    known = past.box_of(tube.text)
    if known == stage.box.text:
        return state, [SameArrival(stage.box, stage.tubes, stage.expected, tube.text)]
    if known:
        return state, [Refused(Refusal.TUBE_IN_OTHER_BOX, tube.text, box=known)]
    count = stage.tubes + 1
    after = replace(stage, tubes=count, since=event.at, fresh=False)
    return replace(state, stage=after), [TubeTaken(tube, stage.box, count, stage.expected)]


def _box(state: State, event: BoxScanned, past: Past, rules: Rules) -> Step:
    label, at, stage = event.label, event.at, state.stage
    if not isinstance(stage, OpenBox):
        tubes = past.tubes_in(label.box.text)
        opened = OpenBox(label.box, label.tubes, tubes, at)
        return replace(state, stage=opened), [BoxBegun(label.box, label.tubes, tubes)]
    if label.box != stage.box:
        return state, [Refused(Refusal.BOX_OPEN, box=stage.box.text)]
    if stage.fresh and at - stage.since <= rules.echo_seconds:
        return state, [SameArrival(stage.box, stage.tubes, stage.expected)]
    counted = stage.expected if label.tubes is None else label.tubes
    return _close(state, replace(stage, expected=counted), "label")


def _close(state: State, box: OpenBox, by: BoxBy) -> Step:
    return replace(state, stage=Idle()), [BoxShut(box.box, box.tubes, box.expected, by)]


def _obey(state: State, event: CommandGiven) -> Step:
    stage = state.stage
    match event.command:
        case Command.CLOSE_BOX if isinstance(stage, OpenBox):
            return _close(state, stage, "card")
        case Command.CLOSE_BOX:
            return state, [Refused(Refusal.NO_BOX)]
        case Command.CANCEL if isinstance(stage, OpenBox):
            return state, [Refused(Refusal.BOX_OPEN, box=stage.box.text)]
        case Command.CANCEL:
            return let_go(state, LetGoReason.CANCEL)
    return state, [Refused(Refusal.COMMAND_NOT_USED)]
