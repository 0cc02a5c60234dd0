"""A pair that was typed, the legal fallback where no code can be read.  Of the pairing machine.

Pure.  Every rule for scanned pairs holds; the pair is marked, counted, and can be undone.  Only
single tubes are typed, and only while nothing is held: what lies on the table comes first.
"""

from dataclasses import replace

from contract.tubes import TubeKind
from device.assigned import is_anothers
from device.facts import Paired, Past, Refused, SamePair, SecondLookAsked
from device.inputs import PairTyped
from device.reasons import Refusal
from device.second_look import is_due
from device.stages import Idle, Last, OpenPool, Rules, State, Step


def take_typed(state: State, event: PairTyped, past: Past, rules: Rules) -> Step:
    """Pair what was typed, or say why not."""
    tube, person = event.tube.text, event.person
    use = past.use_of(tube)
    if use is not None and person.tag in use.tags:
        return state, [SamePair(tube)]
    if use is not None:
        return state, [Refused(Refusal.TUBE_USED, tube, use.at)]
    refusal = _refusal(state, event, past, rules)
    if refusal is not None:
        return state, [Refused(refusal, tube)]
    if is_due(person, past, rules) and not event.sure:
        return state, [SecondLookAsked(person, past.tubes_today(person.tag))]
    paired = Paired(event.tube, person, "person-first", 0, manual=True)
    return replace(state, last=Last(tube, person.tag, event.at)), [paired]


def _refusal(state: State, event: PairTyped, past: Past, rules: Rules) -> Refusal | None:
    if isinstance(state.stage, OpenPool):
        return Refusal.POOL_OPEN
    if not isinstance(state.stage, Idle):
        return Refusal.BUSY
    if rules.shift_required and not past.shift_open:
        return Refusal.NO_SHIFT
    if event.tube.kind is not TubeKind.SAMPLING:
        return Refusal.NO_POOL if event.tube.kind is TubeKind.POOL else Refusal.CONTROL_TUBE
    if is_anothers(event.tube.text, event.person, assigned=event.assigned):
        return Refusal.ASSIGNED_TO_OTHER
    return None
