"""What is known of tubes near some: which came, which came empty, who was given them.  Reads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import ColumnElement, literal_column, or_, select
from sqlalchemy.orm import Session

from contract.tubes import LARGEST_SERIAL, Tube, TubeId, TubeKind
from server.lab.models import Reception
from server.lab.stray_rules import REACH, Beside
from server.sampling import lot_queries
from server.sampling.models import Pairing

SPANS = 50  # in one statement
_EMPTY: ColumnElement[str] = literal_column(
    "'empty'"
)  # `Rejection.EMPTY`, as the index of empty tubes has it


class Span(NamedTuple):
    """Serials of one series, both ends with it."""

    series: int
    first: int
    last: int


class Field(NamedTuple):
    """The pairings and the empty tubes of some serials, by series."""

    paired: dict[int, dict[int, Beside]]
    empty: defaultdict[int, set[int]]

    @property
    def tubes(self) -> set[TubeId]:
        """The tubes that somebody was given and holds still."""
        return {TubeId.mint(series, at) for series, given in self.paired.items() for at in given}


def sampling_tubes(tubes: Iterable[Tube]) -> list[TubeId]:
    """Return those of *tubes* that hold one person's swab and follow each other in a rack."""
    return [each for each in tubes if isinstance(each, TubeId) and each.kind is TubeKind.SAMPLING]


def around(tube: TubeId) -> Sequence[TubeId]:
    """Return the tubes within reach of *tube*."""
    return [TubeId.mint(tube.series, at) for at in reach(tube.serial) if at != tube.serial]


def reach(serial: int) -> range:
    """Return the serials within reach of *serial*, and itself."""
    return range(max(0, serial - REACH), min(LARGEST_SERIAL, serial + REACH) + 1)


def received(session: Session, tubes: Iterable[TubeId]) -> set[TubeId]:
    """Return those of *tubes* that the laboratory has seen, tested or not."""
    wanted = list(tubes)
    if not wanted:
        return set()
    found = session.scalars(select(Reception.tube).where(Reception.tube.in_(wanted)))
    return {each for each in found if isinstance(each, TubeId)}


def empty_among(session: Session, tubes: Iterable[Tube]) -> list[TubeId]:
    """Return those of *tubes* that were rejected as empty."""
    wanted = list(tubes)
    if not wanted:
        return []
    asked = select(Reception.tube).where(Reception.tube.in_(wanted), Reception.reason == _EMPTY)
    return [each for each in session.scalars(asked) if isinstance(each, TubeId)]


def empty_near(session: Session, tubes: Iterable[TubeId]) -> set[TubeId]:
    """Return the tubes within reach of *tubes* that were rejected as empty."""
    every = spans_around(tubes)
    found: set[TubeId] = set()
    while some := list(islice(every, SPANS)):
        there = [
            Reception.tube.between(
                TubeId.mint(at.series, at.first), TubeId.mint(at.series, at.last)
            )
            for at in some
        ]
        asked = select(Reception.tube).where(Reception.reason == _EMPTY, or_(*there))
        found |= {each for each in session.scalars(asked) if isinstance(each, TubeId)}
    return found


def spans_around(tubes: Iterable[TubeId]) -> Iterator[Span]:
    """Yield the serials within reach of *tubes*; what touches or overlaps is one span."""
    open_: Span | None = None
    for each in sorted(tubes):
        near = reach(each.serial)
        if open_ and open_.series == each.series and near[0] <= open_.last + 1:
            open_ = open_._replace(last=near[-1])
            continue
        if open_:
            yield open_
        open_ = Span(each.series, near[0], near[-1])
    if open_:
        yield open_


def field_around(session: Session, tubes: Iterable[TubeId]) -> Field:
    """Return who was given the tubes near *tubes* and holds them still, and which came empty."""
    near = {each for tube in tubes for each in (*around(tube), tube)}
    asked = select(Pairing.tube, Pairing.id, Pairing.station).where(
        Pairing.tube.in_(near), ~lot_queries.undone(), ~lot_queries.put_aside()
    )
    found = Field({}, defaultdict(set))
    given: list[Tube] = []
    for tube, pairing, station in session.execute(asked.order_by(Pairing.paired_at, Pairing.id)):
        if isinstance(tube, TubeId):
            found.paired.setdefault(tube.series, {})[tube.serial] = Beside(pairing, station)
            given.append(tube)
    for each in empty_among(session, given):
        found.empty[each.series].add(each.serial)
    return found
