"""What a tube of nobody, or an empty one of somebody, says of the tubes beside it.  Pure.

Hands that are one tube off leave two signs: an empty tube where that began, and a tube with a swab
that nobody was given where it ended.  Every swab between the two is in the next one's tube.  With
an empty tube on either side nobody knows in which of them it began.  Where there is none within
reach, only the two beside the stray one may have been taken for it.  Where the tube of nobody
stayed at the table, the empty one is the only sign: what lies between it and the next serial that
nobody was given is then in doubt as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

REACH = 20  # tubes on either side


class Beside(NamedTuple):
    """The pairing of a serial near by, and the station that made it."""

    id: UUID
    station: str


class Doubt(NamedTuple):
    """The pairings to be held, in the order of their serials; `shift` False: mere neighbours.

    `empty`: the serial of the empty tube that a stray one leads to.
    """

    station: str
    members: tuple[UUID, ...]
    shift: bool
    empty: int | None = None


def doubts_beside(stray: int, paired: Mapping[int, Beside], empty: Collection[int]) -> list[Doubt]:
    """Return what the stray serial makes doubtful among *paired* serials, some of them *empty*: as
    far as an empty one on each side, else the two beside it."""
    led: list[Doubt] = []
    for step in (-1, 1):
        between = _to_an_empty_one(stray, step, paired, empty)
        if between:
            ordered = tuple(each.id for each in between[::step])
            began = stray + step * (len(between) + 1)
            led.append(Doubt(between[0].station, ordered, shift=True, empty=began))
    return led or _neighbours(stray, paired, empty)


def _neighbours(stray: int, paired: Mapping[int, Beside], empty: Collection[int]) -> list[Doubt]:
    sides = [stray + step for step in (-1, 1) if stray + step in paired]
    near = [paired[at] for at in sides if at not in empty]
    if not near:
        return []
    own = [each.id for each in near if each.station == near[0].station]
    return [Doubt(near[0].station, tuple(own), shift=False)]


def doubts_behind(
    empty: int,
    paired: Mapping[int, Beside],
    others: Collection[int],
    void: Collection[int],
    unused: Collection[int],
) -> Iterator[tuple[int, Doubt]]:
    """Yield the serials of nobody that an *empty* one leads to, and what lies between, either way.

    *others* are empty too, and end it: no swab was in them.  *void* serials are passed over, for
    hands take none of them; where nothing but void ones lead on, the first of those may be where
    the last swab is, and was made void since.  *unused* are of a lot, and of nobody.
    """
    if empty not in paired:
        return
    station = paired[empty].station
    mine = {at for at, given in paired.items() if given.station == station and at not in others}
    for step in (-1, 1):
        way = range(empty + step, empty + step * (REACH + 1), step)
        between, end = _behind(way, mine, void, unused)
        if between and end is not None:
            ordered = sorted(between)
            yield end, Doubt(station, tuple(paired[at].id for at in ordered), shift=True)


def _behind(
    way: Iterable[int], mine: Collection[int], void: Collection[int], unused: Collection[int]
) -> tuple[list[int], int | None]:
    """Return what is *mine* along the *way*, and the serial of nobody that it leads to, if any."""
    between: list[int] = []
    first_void: int | None = None
    for at in way:
        if at in void:
            first_void = at if first_void is None else first_void
        elif at in unused:
            return between, at
        elif at in mine:
            between.append(at)
            first_void = None
        else:
            break
    return between, first_void


def _to_an_empty_one(
    stray: int, step: int, paired: Mapping[int, Beside], empty: Collection[int]
) -> list[Beside]:
    """Return one station's pairings from *stray* to the nearest empty tube; none without one."""
    passed: list[Beside] = []
    for at in range(stray + step, stray + step * (REACH + 1), step):
        given = paired.get(at)
        if given is None or (passed and given.station != passed[0].station):
            return []
        if at in empty:
            return passed
        passed.append(given)
    return []
