"""Pairs that are typed at the table, with fingers that err.  Typed twice, as the product asks."""

from random import Random

from benchmarks.right_hands import Hands
from benchmarks.right_people import Who
from benchmarks.right_rates import Fault

TRIES = 3
KNOWN = 0.03  # of wrong citizen numbers: the number of somebody else


def typed(hands: Hands, who: Who) -> None:
    """No code can be read: tube and number are typed twice, each key wrong now and then."""
    _type(hands, who, who.number, Fault.TYPED)


def typed_other_line(hands: Hands, who: Who) -> None:
    """The number is taken from another line of the list, both times."""
    other = hands.lot.choice(hands.absent)
    _type(hands, who, other.number, Fault.TYPED_OTHER_LINE)


def _type(hands: Hands, who: Who, number: str, fault: Fault) -> None:
    if hands.labelled or hands.shifted:
        hands.plain(who)
        return
    vial, wrong = hands.take(who), hands.rates.wrong_key
    tube, person = twice(vial.text, wrong, hands.lot), twice(number, wrong, hands.lot)
    if person not in {"", number} and hands.lot.random() < KNOWN:
        person = hands.lot.choice(hands.absent).number
    mishap = hands.happened(fault)
    if person != who.number or tube != vial.text:
        hands.taint(mishap, vial)
    if not tube or not person:
        mishap.caught = "typed twice: not the same"
        hands.leave(who, hands.pair(who, vial), first=False)
        return
    heard = hands.table.typed(tube, person)
    if heard.has("second-look"):
        heard = hands.table.typed(tube, person, sure=True)
    if not heard.has("paired"):
        mishap.caught = f"station: {heard.refusal}"
        hands.leave(who, hands.pair(who, vial), first=False)
        return
    if tube != vial.text:
        hands.marked[tube] = mishap
    hands.leave(who, vial, first=not hands.table.disturbed)


def twice(text: str, wrong: float, lot: Random) -> str:
    """Return what was typed the same twice in a row; '' where it never was."""
    for _ in range(TRIES):
        first = keyed(text, wrong, lot)
        if first == keyed(text, wrong, lot):
            return first
    return ""


def keyed(text: str, wrong: float, lot: Random) -> str:
    """Return *text* as it was typed: a wrong key for a right one, or two keys exchanged."""
    keys = list(text)
    for at in range(len(keys)):
        if lot.random() < wrong:
            if lot.random() < 0.3 and at:
                keys[at - 1], keys[at] = keys[at], keys[at - 1]
            else:
                keys[at] = str(lot.randrange(10))
    return "".join(keys)
