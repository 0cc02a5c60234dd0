"""What goes wrong with people at a table: they walk off, step in, show another's code."""

from benchmarks.right_hands import Hands
from benchmarks.right_people import Who
from benchmarks.right_rates import Fault


def served(hands: Hands, who: Who) -> None:
    """Serve one person as it should be."""
    hands.plain(who)


def walks_away(hands: Hands, who: Who) -> None:
    """They are on the screen, and leave; who comes next is shown to the camera."""
    hands.happened(Fault.WALKS_AWAY)
    hands.hold(who.code)
    if hands.lot.random() < 0.5:
        hands.later.append(who)


def steps_in(hands: Hands, who: Who) -> None:
    """They are on the screen, and leave; who comes next is swabbed without being scanned."""
    if _stepped_in(hands, who, Fault.STEPS_IN):
        hands.later.append(who)


def steps_in_gone(hands: Hands, who: Who) -> None:
    """The same, and whose code it was never comes back."""
    _stepped_in(hands, who, Fault.STEPS_IN_GONE)


def _stepped_in(hands: Hands, who: Who, fault: Fault) -> bool:
    other = hands.next()
    if other is None or not hands.hold(who.code):
        served(hands, who)
        return False
    vial = hands.take(who)
    mishap = hands.happened(fault, vial)
    heard = hands.table.scan(vial.text)
    if heard.has("paired"):
        hands.swab(other, vial)
    else:
        mishap.caught = f"station: {heard.refusal}"
    return True


def two_in_view(hands: Hands, who: Who) -> None:
    """The code of somebody else is in the picture as well."""
    mishap = hands.happened(Fault.TWO_IN_VIEW)
    hands.hold(who.code)
    mishap.caught = f"station: {hands.table.several().refusal}"
    served(hands, who)


def shared_phone(hands: Hands, who: Who) -> None:
    """A relative's phone shows its owner's code; the owner is the next, and asked twice."""
    owner = hands.next()
    if owner is None:
        return served(hands, who)
    vial = hands.pair(owner)
    if vial is None:
        return hands.leave(who, None, first=False)
    mishap = hands.happened(Fault.SHARED_PHONE, vial)
    hands.swab(who, vial)
    hands.table.wait(4.0)
    if hands.table.show(owner.code).has("second-look") and not hands.careless():
        mishap.caught = "station: second look"
        hands.table.wait(2.0)
        hands.undo(vial)
        hands.table.wait(40.0)  # nobody is held any more
        served(hands, who)
    return served(hands, owner)


def lent_card(hands: Hands, who: Who) -> None:
    """They show the card of somebody who comes as well, much later."""
    owner = hands.queue.pop() if hands.queue else None
    if owner is None:
        return served(hands, who)
    hands.later.append(owner)
    return _as_another(hands, who, owner, Fault.LENT_CARD)


def borrowed_card(hands: Hands, who: Who) -> None:
    """They show the card of somebody who never comes."""
    owner = hands.lot.choice(hands.absent)
    return _as_another(hands, who, owner, Fault.BORROWED_CARD)


def _as_another(hands: Hands, who: Who, owner: Who, fault: Fault) -> None:
    vial = hands.pair(owner)
    if vial is not None:
        hands.happened(fault, vial)
    hands.leave(who, vial, first=True)
