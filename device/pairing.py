"""The pairing machine: one person with one tube, scan by scan; several persons with a pool's tube.

Pure: the caller brings inputs, clock and the past.  The rules:

* Either order makes a pair; the second scan must follow the first within the hold.
* A second person (or tube) while one is held clears both: neither is paired.
* A tube is given once.  The same pair again is harmless.
* A pool's tube opens a pool; its tube again, the CLOSE POOL card, the cap or idleness close it.
* A scan from before the hold began does not count.  An illegal input changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from contract.tubes import Tube, TubeKind
from device.assigned import at_hand, is_anothers, settled
from device.facts import (
    Order,
    Outcome,
    Paired,
    Past,
    Person,
    PersonHeld,
    Refused,
    SamePair,
    SlipNoticed,
    TubeHeld,
    Use,
)
from device.inputs import (
    BoxScanned,
    CommandGiven,
    HoldBroken,
    Input,
    PairTyped,
    PersonShown,
    SeveralPersons,
    Tick,
    TubeScanned,
    Unusable,
    VehicleShown,
)
from device.operators import is_badge_again, take_badge
from device.orders import obey
from device.pools import at_pool, forgotten, open_pool, tube_at_pool
from device.reasons import Refusal
from device.second_look import ask, is_confirmed, is_due, tube_at_look
from device.slips import Given, lengthen, passed_over
from device.stages import (
    AwaitingOperator,
    HoldingPerson,
    HoldingTube,
    Idle,
    Last,
    OpenPool,
    Rules,
    SecondLook,
    State,
    Step,
    clear_both,
    expire,
    let_go,
    milliseconds,
)
from device.typed import take_typed


def step(state: State, event: Input, past: Past, rules: Rules) -> Step:
    """Take one input; return the next state and what happened, in order."""
    state, before = forgotten(state, event.at, rules) or expire(state, event.at, rules)
    state, outcomes = _take(state, event, past, rules)
    outcomes = [settled(outcome, past) for outcome in outcomes]
    state, noticed = _watch(state, outcomes, event.at, past, rules)
    return state, [*before, *outcomes, *noticed]


def _watch(state: State, outcomes: Sequence[Outcome], at: float, past: Past, rules: Rules) -> Step:
    """Let the slip alarm look at what was paired."""
    pairs = [
        one
        for one in outcomes
        if isinstance(one, Paired) and one.order != "pool" and not one.manual
    ]
    if not rules.slip_alarm or not pairs:
        return state, []
    pair, run = pairs[0], state.run
    skipped = any(past.use_of(tube.text) is None for tube in passed_over(run, pair.tube))
    given = Given(pair.tube, pair.person.tag, at)
    run, slip = lengthen(run, given, rules.fast_seconds, skipped=skipped)
    noticed = [SlipNoticed(slip, run.tubes)] if slip else []
    return replace(state, run=run), noticed


def _take(state: State, event: Input, past: Past, rules: Rules) -> Step:
    match event:
        case PersonShown() | TubeScanned():
            return _scan(state, event, past, rules)
        case PairTyped():
            return take_typed(state, event, past, rules)
        case CommandGiven():
            return obey(state, event, past, rules)
        case SeveralPersons():
            return _several(state)
        case Unusable() | VehicleShown() | BoxScanned():
            return state, [_useless(event)]
        case HoldBroken():
            return let_go(state, event.reason)
        case Tick():
            return state, []


def _useless(event: Unusable | VehicleShown | BoxScanned) -> Refused:
    if isinstance(event, Unusable):
        return Refused(event.reason, event.tube)
    vehicle = isinstance(event, VehicleShown)
    return Refused(Refusal.VEHICLE if vehicle else Refusal.BOX_NOT_HERE)


def _scan(state: State, event: PersonShown | TubeScanned, past: Past, rules: Rules) -> Step:
    if isinstance(state.stage, AwaitingOperator):
        return take_badge(state, state.stage, event)
    if rules.shift_required and not past.shift_open:
        return state, [Refused(Refusal.NO_SHIFT)]
    if isinstance(event, TubeScanned):
        return _tube(state, event, past, rules)
    if is_badge_again(state, event, rules):
        return state, []
    return _person(state, event, past, rules)


def _person(state: State, event: PersonShown, past: Past, rules: Rules) -> Step:
    person, at, stage = event.person, event.at, state.stage
    match stage:
        case HoldingTube(since=since) | OpenPool(since=since) if at < since:
            return state, [Refused(Refusal.STALE)]
        case OpenPool():
            return at_pool(state, stage, event, past, rules)
        case HoldingPerson(person=held) | SecondLook(person=held) if held != person:
            return clear_both(state, Refused(Refusal.SECOND_PERSON))
        case Idle() if (last := _echo(state, at, rules)) and last.tag == person.tag:
            return state, [SamePair(last.tube)]
        case Idle() | HoldingTube() if is_due(person, past, rules):
            return ask(state, person, at, past)
        case SecondLook() if not is_confirmed(stage, at):
            return state, []
    return _known_person(state, event, past)


def _known_person(state: State, event: PersonShown, past: Past) -> Step:
    """Pair a person who needs no second look, or has had it, or hold them."""
    person, at, stage = event.person, event.at, state.stage
    held = stage.held if isinstance(stage, SecondLook) else stage
    if isinstance(held, HoldingTube):
        if is_anothers(held.tube.text, person, assigned=held.assigned):
            refused = Refused(Refusal.ASSIGNED_TO_OTHER, held.tube.text)
            return replace(state, stage=held), [refused]
        return _pair(state, person, held.tube, "tube-first", held.since, at)
    person, today = at_hand(person, past), past.tubes_today(person.tag)
    return replace(state, stage=HoldingPerson(person, at)), [PersonHeld(person, today)]


def _tube(state: State, event: TubeScanned, past: Past, rules: Rules) -> Step:
    tube, at, stage = event.tube, event.at, state.stage
    if not isinstance(stage, Idle) and at < stage.since:
        return state, [Refused(Refusal.STALE, tube.text)]
    if isinstance(stage, OpenPool):
        return tube_at_pool(state, stage, tube)
    if tube.kind is TubeKind.CONTROL:
        return state, [Refused(Refusal.CONTROL_TUBE, tube.text)]
    if (use := past.use_of(tube.text)) is not None:
        return _used_tube(state, event, use, rules)
    if isinstance(stage, SecondLook):
        return tube_at_look(state, stage, tube)
    if tube.kind is TubeKind.POOL:
        return open_pool(state, tube, at, rules)
    return _fresh_tube(state, event)


def _used_tube(state: State, event: TubeScanned, use: Use, rules: Rules) -> Step:
    tube, stage = event.tube.text, state.stage
    if isinstance(stage, HoldingPerson | SecondLook) and stage.person.tag in use.tags:
        return replace(state, stage=Idle()), [SamePair(tube)]
    last = _echo(state, event.at, rules)
    if isinstance(stage, Idle) and last and last.tube == tube:
        return state, [SamePair(tube)]
    return state, [Refused(Refusal.TUBE_USED, tube, use.at)]


def _fresh_tube(state: State, event: TubeScanned) -> Step:
    tube, at = event.tube, event.at
    match state.stage:
        case HoldingPerson(person=person) if is_anothers(
            tube.text, person, assigned=event.assigned
        ):
            return state, [Refused(Refusal.ASSIGNED_TO_OTHER, tube.text)]
        case HoldingPerson(person=person, since=since):
            return _pair(state, person, tube, "person-first", since, at)
        case HoldingTube(tube=held) if held != tube:
            return clear_both(state, Refused(Refusal.SECOND_TUBE, tube.text))
    return replace(state, stage=HoldingTube(tube, at, event.assigned)), [TubeHeld(tube)]


def _pair(state: State, person: Person, tube: Tube, order: Order, since: float, at: float) -> Step:
    paired = Paired(tube, person, order, milliseconds(since, at))
    return replace(state, stage=Idle(), last=Last(tube.text, person.tag, at)), [paired]


def _echo(state: State, at: float, rules: Rules) -> Last | None:
    """Return the last pairing while its codes may still be before the reader or the camera."""
    last = state.last
    return last if last and at - last.at <= rules.echo_seconds else None


def _several(state: State) -> Step:
    refused = Refused(Refusal.SEVERAL_PERSONS)
    if isinstance(state.stage, HoldingPerson | SecondLook):
        return clear_both(state, refused)
    return state, [refused]
