"""A box's custody, read from its steps: what is in it, who has it, where a count differs.  Pure.

Nothing is ever edited: a wrong count is explained by a later step, and both stay to be seen.
A hand-over has two sides.  One side alone is as open as two counts that differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from contract.tubes import Tube


class Kind(StrEnum):
    """What happened to a box.  The values are stored and never change."""

    PUT_IN = "put-in"
    TAKEN_OUT = "taken-out"
    PACKED = "packed"  # closed by the team, with a count
    GIVEN = "given"  # the giver's side of a hand-over
    TAKEN = "taken"  # the taker's side
    UNREADABLE = "unreadable"  # a tube without a code that can be read, rejected in the box
    COUNTED = "counted"  # the laboratory is through with it
    OWNED = "owned"  # somebody looks into the difference
    EXPLAINED = "explained"  # and said what it was


class State(StrEnum):
    OPEN = "box-open"
    PACKED = "box-packed"
    HANDING_OVER = "box-handing-over"
    IN_TRANSIT = "box-in-transit"
    RECEIVED = "box-received"


class Gap(StrEnum):
    """Between which two counts a difference lies."""

    PACKED = "packed"  # the tubes scanned into the box, against the count on packing it
    HAND_OVER = "hand-over"  # giver's count against taker's
    ON_THE_WAY = "on-the-way"  # one holder's count against what the same holder gave on
    ONE_SIDE = "one-side"  # only one side of a hand-over was confirmed
    ARRIVAL = "arrival"  # the last count against the laboratory's
    OTHER_TUBES = "other-tubes"  # of the tubes scanned into it some are missing, others came


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    kind: Kind
    at: datetime
    by: str
    tube: Tube | None = None
    count: int | None = None
    team: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """One passing from hand to hand; None where a side has not confirmed it."""

    given: Step | None = None
    taken: Step | None = None

    @property
    def whole(self) -> bool:
        return self.given is not None and self.taken is not None


@dataclass(frozen=True, slots=True)
class Difference:
    gap: Gap
    expected: int | None
    counted: int | None
    at: datetime
    number: int  # of the step that showed it


@dataclass(frozen=True, slots=True)
class Custody:
    """A box as its steps leave it."""

    tubes: tuple[Tube, ...] = ()
    packed: Step | None = None
    hand_overs: tuple[HandOver, ...] = ()
    unreadable: tuple[Step, ...] = ()
    counted: Step | None = None
    owned: Step | None = None
    explained: Step | None = None
    received: frozenset[Tube] = frozenset()  # with this box, as the reception has it

    @property
    def team(self) -> str:
        return self.packed.team if self.packed else ""

    @property
    def state(self) -> State:
        if self.counted:
            return State.RECEIVED
        if self.hand_overs:
            return State.IN_TRANSIT if self.hand_overs[-1].whole else State.HANDING_OVER
        return State.PACKED if self.packed else State.OPEN

    @property
    def last_count(self) -> int | None:
        """The newest count before the laboratory's, if anybody counted."""
        counts = [step.count for step in self._before_arrival() if step.count is not None]
        return counts[-1] if counts else None

    @property
    def differences(self) -> list[Difference]:
        """Every difference that nobody has explained, in the order it showed."""
        since = self.explained.number if self.explained else 0
        return [each for each in self._differences() if each.number > since]

    @property
    def owner(self) -> str:
        """Who looks into the differences that are open, or ''."""
        open_ones = self.differences
        if not open_ones or self.owned is None:
            return ""
        explained = self.explained.number if self.explained else 0
        return self.owned.by if self.owned.number > explained else ""

    def _before_arrival(self) -> list[Step]:
        sides = [side for each in self.hand_overs for side in (each.given, each.taken)]
        steps = [step for step in (self.packed, *sides) if step is not None]
        return sorted(steps, key=lambda step: step.number)

    def _differences(self) -> list[Difference]:
        found: list[Difference] = []
        if self.packed and self.tubes:
            found += _gap(Gap.PACKED, len(self.tubes), self.packed)
        held = self.packed.count if self.packed else None
        for place, each in enumerate(self.hand_overs):
            last = place == len(self.hand_overs) - 1
            found += _of_hand_over(each, held, waiting=last and self.counted is None)
            held = _count(each.taken) if each.taken else _count(each.given)
        if self.counted:
            found += _gap(Gap.ARRIVAL, self.last_count, self.counted)
            found += self._other_tubes(self.counted, said=bool(found))
        return found

    def _other_tubes(self, counted: Step, *, said: bool) -> list[Difference]:
        """Return that other tubes came than were in it; numbers that differ say the rest."""
        if not self.tubes:
            return []
        missing = len(set(self.tubes) - self.received)
        surplus = len(self.received.difference(self.tubes))
        if surplus or (missing > len(self.unreadable) and not said):
            return [Difference(Gap.OTHER_TUBES, missing, surplus, counted.at, counted.number)]
        return []


def _of_hand_over(each: HandOver, held: int | None, *, waiting: bool) -> list[Difference]:
    """Return what is wrong with a hand-over; one that still waits for its other side is not."""
    found: list[Difference] = []
    if each.given:
        found += _gap(Gap.ON_THE_WAY, held, each.given)
    if each.given and each.taken:
        later = max(each.given, each.taken, key=lambda step: step.number)
        if each.given.count != each.taken.count:
            counts = (each.given.count, each.taken.count)
            found.append(Difference(Gap.HAND_OVER, *counts, later.at, later.number))
    elif not waiting and (side := each.given or each.taken):
        found.append(Difference(Gap.ONE_SIDE, held, side.count, side.at, side.number))
    return found


def _gap(gap: Gap, expected: int | None, step: Step) -> list[Difference]:
    if expected is None or expected == step.count:
        return []
    return [Difference(gap, expected, step.count, step.at, step.number)]


def _count(step: Step | None) -> int | None:
    return step.count if step else None


def read(steps: Iterable[Step]) -> Custody:
    """Return the custody that *steps* tell, taken in their numbered order."""
    custody = Custody()
    for step in sorted(steps, key=lambda each: each.number):
        custody = _after(custody, step)
    return custody


def _after(known: Custody, step: Step) -> Custody:
    match step.kind:
        case Kind.PUT_IN if step.tube is not None and step.tube not in known.tubes:
            return replace(known, tubes=(*known.tubes, step.tube))
        case Kind.TAKEN_OUT:
            return replace(known, tubes=tuple(t for t in known.tubes if t != step.tube))
        case Kind.PACKED:
            return replace(known, packed=step)
        case Kind.GIVEN | Kind.TAKEN:
            return replace(known, hand_overs=_handed(known.hand_overs, step))
        case Kind.UNREADABLE:
            return replace(known, unreadable=(*known.unreadable, step))
        case _:
            return _after_count(known, step)


def _after_count(known: Custody, step: Step) -> Custody:
    match step.kind:
        case Kind.COUNTED:
            return replace(known, counted=step)
        case Kind.OWNED:
            return replace(known, owned=step)
        case Kind.EXPLAINED:
            return replace(known, explained=step)
        case _:
            return known


def _handed(known: tuple[HandOver, ...], step: Step) -> tuple[HandOver, ...]:
    """Add a side to the hand-over that waits for it, else begin another.

    Who confirms their own side again before the other side came has counted again.
    """
    side = "given" if step.kind is Kind.GIVEN else "taken"
    last = known[-1] if known else None
    if last is not None and not last.whole:
        mine: Step | None = getattr(last, side)
        if mine is None or mine.by == step.by:
            return (*known[:-1], replace(last, **{side: step}))
    return (*known, HandOver(**{side: step}))
