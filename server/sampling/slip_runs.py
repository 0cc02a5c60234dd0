"""Which pairings of a station's run one shift by one would make wrong together.  Pure.

Who takes tubes from a box in their order leaves a run of serials.  Where one pairing of it is
proved wrong, a shift explains it if the order is broken near by: a tube passed over that nobody
accounts for, a step back, a pairing undone, one person twice in a row.  The shift then reaches from
break to break, or as far as the box, the operator and the rhythm of work stay the same.  Without
any break only the neighbours can have been exchanged with the wrong one.
"""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from contract.tubes import Tube, TubeId

PAUSE = timedelta(minutes=20)  # hands that rested so long began anew
NEAR = 5  # a longer jump of serials is another box
REACH = 20  # pairings on one side of the wrong one, where nothing ends the shift


@dataclass(frozen=True, slots=True)
class Given:
    """One pairing of the run.  `sound`: a person has decided that it is right.

    `clock`: by which clock `at` is; two times of different clocks say nothing of each other.
    """

    id: UUID
    tube: Tube
    person: UUID
    operator: str
    at: datetime
    live: bool = True
    sound: bool = False
    clock: str = ""


class Group(NamedTuple):
    """The pairings to be held, in the order of the run; `shift` False: mere neighbours."""

    members: tuple[UUID, ...]
    shift: bool


def group_around(run: Sequence[Given], wrong: UUID, accounted: Container[Tube] = ()) -> Group:
    """Return what may be wrong together with *wrong*, one of *run* (oldest first).

    *accounted* are tubes that are void or were given elsewhere: passing over one means nothing.
    """
    at = next(place for place, given in enumerate(run) if given.id == wrong)
    direction = _direction(run)
    before, broken_before = _side(list(reversed(run[: at + 1])), -direction, accounted)
    after, broken_after = _side(run[at:], direction, accounted)
    shift = broken_before or broken_after
    if not shift:
        before, after = before[:1], after[:1]
    own = run[at].tube  # other claims on the very tube are a conflict's affair
    around = (each for each in (*reversed(before), *after) if each.tube != own)
    return Group(tuple(each.id for each in around if each.live), shift)


def skipped_between(run: Sequence[Given]) -> set[Tube]:
    """Return the tubes that the run passes over: whether they are accounted for must be asked."""
    skipped: set[Tube] = set()
    for one, other in pairwise(run):
        step = _step(one, other)
        if step is not None and 1 < abs(step) <= NEAR and isinstance(one.tube, TubeId):
            skipped.update(_passed_over(one.tube, step))
    return skipped


def _side(
    run: Sequence[Given], direction: int, accounted: Container[Tube]
) -> tuple[list[Given], bool]:
    """Return how far a shift reaches from the first of *run* on, and whether a break ends it."""
    reached: list[Given] = []
    for last, given in pairwise(run):
        if _is_parted(last, given) or given.sound or len(reached) == REACH:
            return reached, False
        if _breaks(last, given, direction, accounted):
            return reached, True
        reached.append(given)
    return reached, False


def _is_parted(one: Given, other: Given) -> bool:
    """Return whether another box, another operator or a rest lies between the two."""
    step = _step(one, other)
    jumps = step is not None and abs(step) > NEAR
    rests = one.clock == other.clock and abs(other.at - one.at) > PAUSE
    return jumps or rests or one.operator != other.operator


def _breaks(one: Given, other: Given, direction: int, accounted: Container[Tube]) -> bool:
    if not other.live or one.person == other.person:
        return True
    step = _step(one, other)
    if step is None or not direction or step == direction or not isinstance(one.tube, TubeId):
        return False
    backwards = step * direction <= 0
    return backwards or any(tube not in accounted for tube in _passed_over(one.tube, step))


def _direction(run: Sequence[Given]) -> int:
    """Return 1 or -1 as the serials mostly go, 0 where they go in no order."""
    steps = Counter(step for step in map(_step, run, run[1:]) if step in {1, -1})
    if steps[1] == steps[-1]:
        return 0
    return 1 if steps[1] > steps[-1] else -1


def _step(one: Given, other: Given) -> int | None:
    """Return how many serials lie between the two; None where there is no order."""
    if not isinstance(one.tube, TubeId) or not isinstance(other.tube, TubeId):
        return None
    return other.tube.serial - one.tube.serial if one.tube.series == other.tube.series else NEAR + 1


def _passed_over(tube: TubeId, step: int) -> Iterator[Tube]:
    sign = 1 if step > 0 else -1
    for serial in range(tube.serial + sign, tube.serial + step, sign):
        yield TubeId.mint(tube.series, serial)
