"""What goes wrong with tubes and station, each error a small scene; and the table of all scenes."""

from collections.abc import Callable
from datetime import timedelta

from benchmarks.right_hands import Hands
from benchmarks.right_people import Vial, Who
from benchmarks.right_rates import Fault
from benchmarks.right_strangers import (
    borrowed_card,
    lent_card,
    served,
    shared_phone,
    steps_in,
    steps_in_gone,
    two_in_view,
    walks_away,
)
from benchmarks.right_typing import typed, typed_other_line
from contract.tubes import TubeId

Scene = Callable[[Hands, Who], None]


def misread(hands: Hands, who: Who) -> None:
    """Some pairs of digits come out as others, once."""
    vial = hands.take(who)
    pairs = [vial.text[at : at + 2] for at in range(0, 12, 2)]
    for at in hands.lot.sample(range(6), hands.lot.randint(1, 3)):
        pairs[at] = f"{hands.lot.randrange(100):02d}"
    _misread_as(hands, who, vial, "".join(pairs), Fault.MISREAD)


def misread_sound(hands: Hands, who: Who) -> None:
    """A tube comes out as another of the same lot, check digits and all."""
    vial = hands.take(who)
    here = int(vial.text[2:10])
    serial = max(1, here + hands.lot.choice((-1, 1)) * hands.lot.randint(1, 40))
    text = TubeId.mint(int(vial.text[:2]), serial).text
    _misread_as(hands, who, vial, text, Fault.MISREAD_SOUND)


def _misread_as(hands: Hands, who: Who, vial: Vial, text: str, fault: Fault) -> None:
    mishap = hands.happened(fault, vial)
    if not hands.hold(who.code):
        return hands.leave(who, None, first=False)
    heard = hands.table.scan(text)
    if heard.has("paired") and text != vial.text:
        hands.marked[text] = mishap  # whoever is given that tube shows what happened
        return hands.leave(who, vial, first=True)
    mishap.caught = f"station: {heard.refusal}" if heard.refusal else "station: same tube"
    return hands.leave(who, hands.pair(who, vial), first=False)


def wrong_tube(hands: Hands, who: Who) -> None:
    """One tube is scanned, and the swab goes into the one beside it."""
    if hands.labelled:
        return served(hands, who)
    scanned = hands.pair(who)
    if scanned is None or len(hands.rack) < 2:
        return hands.leave(who, scanned, first=False)
    used = hands.rack.popleft()
    hands.rack.appendleft(scanned)
    hands.truth.paired += 1
    hands.swab(who, used)
    mishap = hands.happened(Fault.WRONG_TUBE, scanned, used)
    if hands.lot.random() < 0.5:  # seen at once: there is a swab in a tube that is still to come
        mishap.caught = "hands: a swab in an unscanned tube"
        hands.undo(scanned)
        used.sent = False
        hands.rack.popleft()
        hands.queue.appendleft(who)
    return None


def shift(hands: Hands, who: Who, fault: Fault = Fault.SHIFT) -> None:
    """The rack stands one place off for some people."""
    people = min(hands.lot.randint(2, 8), len(hands.rack) - 12)
    if people < 2 or hands.shifted or hands.labelled:
        return served(hands, who)
    hands.shifted, hands.box_ends = people, fault is Fault.SHIFT_UNNOTICED
    hands.happened(fault, *(hands.rack[at] for at in range(people + 1)))
    return served(hands, who)


def shift_unnoticed(hands: Hands, who: Who) -> None:
    shift(hands, who, Fault.SHIFT_UNNOTICED)


def double_scan(hands: Hands, who: Who) -> None:
    """Both codes are read twice, the second time within the same gesture."""
    hands.happened(Fault.DOUBLE_SCAN)
    hands.hold(who.code)
    hands.table.show(who.code, after=0.4)
    vial = hands.pair(who)
    if vial is not None:
        hands.table.scan(vial.text, after=0.4)
        hands.table.show(who.code, after=0.4)
    hands.leave(who, vial, first=not hands.table.disturbed)


def dropped(hands: Hands, who: Who) -> None:
    """The tube that would come next falls down, and is thrown away."""
    hands.rack.popleft()
    served(hands, who)


def roster_swap(hands: Hands, who: Who) -> None:
    """Two people's labelled tubes are handed out crosswise."""
    own, others = (
        hands.labelled.get(who.index),
        [vial for vial in hands.labelled.values() if vial.holds is None and not vial.sent],
    )
    if own is None or len(others) < 2:
        return served(hands, who)
    wrong = next(vial for vial in others if vial is not own)
    mishap = hands.happened(Fault.ROSTER_SWAP, own, wrong)
    hands.hold(who.code)
    heard = hands.table.scan(wrong.text)
    if heard.has("paired"):
        return hands.leave(who, wrong, first=True)
    mishap.caught = f"station: {heard.refusal}"
    return served(hands, who)


def scant(hands: Hands, who: Who) -> None:
    """Everything is right, and the swab holds too little."""
    vial = hands.plain(who)
    if vial is not None:
        vial.scant = True
        hands.happened(Fault.SCANT)


def clock_jump(hands: Hands, who: Who) -> None:
    """The wall clock leaps by hours or years; the network has not set it."""
    hands.happened(Fault.CLOCK_JUMP)
    days = hands.lot.choice((-20_000, -7_300, -1, 0.1, 3_650))
    hands.table.clock.wrong, hands.table.clock.trusted = timedelta(days=days), False
    served(hands, who)


def crash(hands: Hands, who: Who) -> None:
    """The station is killed: with a person held, or after the pair stood and before the tone."""
    mishap, vial = hands.happened(Fault.CRASH), None
    if hands.hold(who.code) and hands.lot.random() < 0.5:
        vial = hands.take(who)
        hands.table.scan(vial.text)
    hands.table.crash()
    mishap.caught = "station: the journal knew"
    if vial is not None and hands.table.show(who.code).has("second-look"):
        hands.table.wait(2.0)
    hands.leave(who, hands.pair(who, vial), first=False)


def twin_label(hands: Hands, who: Who) -> None:
    """Their tube has the number of a tube that another table was given."""
    if hands.labelled:
        return served(hands, who)
    vial = Vial(hands.twins.draw(hands.number), hands.number)
    hands.truth.vials.append(vial)
    hands.happened(Fault.TWIN_LABEL, vial)
    return hands.leave(who, hands.pair(who, vial), first=True)


def crossed(hands: Hands, who: Who) -> None:
    """Two people are scanned rightly, each with a tube, and their swabs change tubes."""
    other = hands.next()
    one, two = hands.pair(who), hands.pair(other) if other else None
    if other is None or one is None or two is None:
        return hands.leave(who, one, first=False)
    hands.happened(Fault.CROSSED, one, two)
    hands.leave(who, two, first=True)
    return hands.leave(other, one, first=True)


SCENES: dict[Fault, Scene] = {
    Fault.MISREAD: misread,
    Fault.MISREAD_SOUND: misread_sound,
    Fault.WRONG_TUBE: wrong_tube,
    Fault.SHIFT: shift,
    Fault.SHIFT_UNNOTICED: shift_unnoticed,
    Fault.WALKS_AWAY: walks_away,
    Fault.STEPS_IN: steps_in,
    Fault.STEPS_IN_GONE: steps_in_gone,
    Fault.TWO_IN_VIEW: two_in_view,
    Fault.DOUBLE_SCAN: double_scan,
    Fault.DROPPED: dropped,
    Fault.SHARED_PHONE: shared_phone,
    Fault.LENT_CARD: lent_card,
    Fault.BORROWED_CARD: borrowed_card,
    Fault.ROSTER_SWAP: roster_swap,
    Fault.TYPED: typed,
    Fault.TYPED_OTHER_LINE: typed_other_line,
    Fault.CLOCK_JUMP: clock_jump,
    Fault.CRASH: crash,
    Fault.TWIN_LABEL: twin_label,
    Fault.CROSSED: crossed,
    Fault.SCANT: scant,
}


def work(hands: Hands) -> None:
    """Serve the queue to its end, and who comes back after it."""
    while hands.queue or hands.later:
        if not hands.queue:
            hands.queue.extend(hands.later)
            hands.later.clear()
        who = hands.queue.popleft()
        hands.table.disturbed, hands.calm = False, hands.calm + 1
        fault = hands.rates.draw(hands.lot) if not hands.shifted else None
        if fault is None:
            hands.plain(who)
        else:
            SCENES[fault](hands, who)
        if hands.table.disturbed and hands.calm > 6:
            hands.truth.false_alarms += 1
    hands.table.station.end()
    hands.table.journal.close()
