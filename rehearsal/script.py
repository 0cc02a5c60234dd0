"""The script of the day: who comes to the table with what, and what goes wrong on purpose.

Pure.  Each act names its people and its tubes; `Act.truth` says which person each tube must end
with, and that is what the day's record is held against in the evening.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from contract.identities import PersonCode
from contract.tubes import Tube

POOL_SIZE = 5
Number = tuple[str, str]  # its system, its value


@dataclass(frozen=True)
class Visitor:
    """Somebody in the queue: their name, and the bytes of the code that they hold up."""

    name: str
    birth_year: int
    code: bytes
    read: PersonCode

    @property
    def key(self) -> tuple[str, str]:
        return str(self.read.primary.system), self.read.primary.value


@dataclass(frozen=True)
class Act:
    """One scene at the table.  `tubes` are used up in this order."""

    visitors: tuple[Visitor, ...]
    tubes: tuple[Tube, ...] = ()

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        """Tube text -> the people who must end with it."""
        return {}


class Single(Act):
    """A person, then a tube."""

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        return {self.tubes[0].text: {self.visitors[0].key}}


class TubeFirst(Single):
    """A tube, then a person."""


class Pool(Act):
    """Several people, one tube."""

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        return {self.tubes[0].text: {visitor.key for visitor in self.visitors}}


class Undone(Act):
    """A pairing, taken back with the UNDO card; then the same person with another tube."""

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        return {self.tubes[1].text: {self.visitors[0].key}}


class WalkedAway(Act):
    """A person who is read, and leaves before a tube comes."""


class SteppedIn(Act):
    """A second person is read while the first is held: neither is paired; then both in turn."""

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        pairs = zip(self.tubes, self.visitors, strict=True)
        return {tube.text: {visitor.key} for tube, visitor in pairs}


class VehiclePass(Act):
    """A driver shows the pass of the vehicle: it names no person."""


class BadTubes(Single):
    """Junk, half a line, a wrong check digit, another lot's tube, a used tube; then a good one.

    `others` are the tube of another lot and the tube that was used before.
    """


@dataclass(frozen=True)
class Messy(BadTubes):
    others: tuple[Tube, ...] = ()


class PowerCut(Act):
    """The station is killed between two people: the first was paired, the second was held."""

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        pairs = zip(self.tubes, self.visitors, strict=True)
        return {tube.text: {visitor.key} for tube, visitor in pairs}


@dataclass
class Day:
    """The acts in their order, split where the server comes up."""

    morning: list[Act] = field(default_factory=list)
    afternoon: list[Act] = field(default_factory=list)

    @property
    def acts(self) -> list[Act]:
        return self.morning + self.afternoon

    @property
    def truth(self) -> dict[str, set[tuple[str, str]]]:
        whole: dict[str, set[tuple[str, str]]] = {}
        for act in self.acts:
            whole |= act.truth
        return whole


def write(
    people: Sequence[Visitor],
    driver: Visitor,
    tubes: Iterator[Tube],
    pool: Tube,
    other_lot: Tube,
) -> Day:
    """Return a day for at least 30 *people*; *driver* carries a vehicle pass."""
    queue = iter(people)

    def take(count: int) -> tuple[Visitor, ...]:
        return tuple(islice(queue, count))

    def draw(count: int) -> tuple[Tube, ...]:
        return tuple(islice(tubes, count))

    first = Single(take(1), draw(1))
    day = Day(morning=[first])
    day.morning += [TubeFirst(take(1), draw(1)), Single(take(1), draw(1))]
    day.morning += [Messy(take(1), draw(1), others=(other_lot, first.tubes[0]))]
    day.morning += [VehiclePass((driver,)), SteppedIn(take(2), draw(2))]
    day.morning += [Single(take(1), draw(1)) for _ in range(len(people) // 4)]
    day.morning += [WalkedAway(take(1))]
    day.afternoon += [PowerCut(take(2), draw(2)), Pool(take(POOL_SIZE), (pool,))]
    day.afternoon += [Undone(take(1), draw(2))]
    rest = take(len(people))
    kinds = (Single, Single, TubeFirst)
    day.afternoon += [kinds[place % 3]((visitor,), draw(1)) for place, visitor in enumerate(rest)]
    return day
