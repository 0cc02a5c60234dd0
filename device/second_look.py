"""The second look at a person who was given a tube today already.  Part of the pairing machine.

Pure.  The code alone is not enough then: a photographed code, or a friend's, would be taken once
more.  The team asks for name and birth year again, and the same code, shown anew within the hold,
confirms.  One gesture never confirms itself: the two showings are a second apart.
"""

from dataclasses import replace

from contract.tubes import Tube
from device.facts import Past, Person, Refused, SecondLookAsked, TubeHeld
from device.reasons import Refusal
from device.stages import Asked, HoldingTube, OpenPool, Rules, SecondLook, State, Step, clear_both

APART = 1.0  # seconds between the two showings


def is_due(person: Person, past: Past, rules: Rules) -> bool:
    return rules.second_look and past.tubes_today(person.tag) > 0


def ask(state: State, person: Person, at: float, past: Past) -> Step:
    """Hold *person* for a second look; a tube that is held waits too, no longer than its hold."""
    held = state.stage if isinstance(state.stage, HoldingTube) else None
    look = SecondLook(person, held.since if held else at, at, held)
    return replace(state, stage=look), [_asked(person, past)]


def is_confirmed(look: SecondLook, at: float) -> bool:
    """Return whether the same person, shown again at *at*, is a second gesture."""
    return at - look.asked >= APART


def tube_at_look(state: State, look: SecondLook, tube: Tube) -> Step:
    """A fresh tube was scanned before the second look: it waits, and two tubes are one too many."""
    if look.held is None:
        return state, [Refused(Refusal.LOOK_FIRST, tube.text)]
    if look.held.tube != tube:
        return clear_both(state, Refused(Refusal.SECOND_TUBE, tube.text))
    return state, [TubeHeld(tube)]


def may_join(pool: OpenPool, person: Person, at: float, past: Past, rules: Rules) -> bool:
    """Return whether *person* needs no second look at *pool*, or has just had it."""
    if not is_due(person, past, rules):
        return True
    asked = pool.asked
    if asked is None or asked.tag != person.tag:
        return False
    return APART <= at - asked.at <= rules.hold_seconds


def ask_at_pool(state: State, pool: OpenPool, person: Person, at: float, past: Past) -> Step:
    """Ask for a second look before *person* joins; the pool stays open."""
    asked = pool.asked
    if asked is not None and asked.tag == person.tag and at - asked.at < APART:
        return state, []
    pool = replace(pool, asked=Asked(person.tag, at))
    return replace(state, stage=pool), [_asked(person, past)]


def _asked(person: Person, past: Past) -> SecondLookAsked:
    return SecondLookAsked(person, past.tubes_today(person.tag))
