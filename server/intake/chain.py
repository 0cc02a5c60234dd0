"""The rules of a station's chain.  Pure.

Events of one epoch (one journal file) count from 1 without gaps, and each names the hash of the
one before.  An event that breaks this is kept all the same, and what it breaks is said:

    duplicate        the same bytes again                     harmless
    changed replay   other bytes under a known id or number   not stored; the first stays
    gap              a number further than the next           closed when what is missing comes
    fork             `prev` is not the hash of the one before, on either side of an event
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from contract.events import NO_EVENT


class Link(Protocol):
    """What of an event matters to the chain."""

    @property
    def id(self) -> UUID: ...
    @property
    def epoch(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def prev(self) -> str: ...
    @property
    def hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The highest event of an epoch that is stored."""

    seq: int = 0
    hash: str = NO_EVENT


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored neighbour: its own hash and the hash it names."""

    hash: str
    prev: str


@dataclass(frozen=True, slots=True)
class Span:
    """Events of one epoch from *first* to *last*."""

    epoch: str
    first: int
    last: int


@dataclass
class Known:
    """What is stored of one station, as far as an upload touches it."""

    at: dict[tuple[str, int], Stored] = field(default_factory=dict)
    ids: dict[UUID, str] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)


@dataclass
class Findings:
    """What an upload is: indexes of the links that are new or changed, and what does not hold."""

    new: list[int] = field(default_factory=list)
    duplicates: int = 0
    changed: list[int] = field(default_factory=list)
    gaps: list[Span] = field(default_factory=list)
    forks: list[Span] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)


def is_straight(links: Sequence[Link], head: Head) -> bool:
    """Return whether *links* continue one epoch right from *head*: the usual case, told cheaply."""
    epoch, seq, previous = links[0].epoch, head.seq, head.hash
    for link in links:
        seq += 1
        if link.seq != seq or link.prev != previous or link.epoch != epoch:
            return False
        previous = link.hash
    return True


def examine(links: Sequence[Link], known: Known) -> Findings:
    """Compare an upload with what is stored.  *known* is extended with what is new."""
    found = Findings()
    for index, link in enumerate(links):
        place = (link.epoch, link.seq)
        if known.ids.get(link.id) == link.hash:
            found.duplicates += 1
        elif link.id in known.ids or place in known.at:
            found.changed.append(index)
        else:
            found.new.append(index)
            found.forks += _forks(link, known.at)
            known.ids[link.id] = link.hash
            known.at[place] = Stored(link.hash, link.prev)
    _advance([links[index] for index in found.new], known.heads, found)
    return found


def _forks(link: Link, at: Mapping[tuple[str, int], Stored]) -> Iterable[Span]:
    """Yield the places beside *link* where two events do not fit each other."""
    before, after = at.get((link.epoch, link.seq - 1)), at.get((link.epoch, link.seq + 1))
    expected = NO_EVENT if link.seq == 1 else before.hash if before else link.prev
    if link.prev != expected:
        yield Span(link.epoch, link.seq, link.seq)
    if after is not None and after.prev != link.hash:
        yield Span(link.epoch, link.seq + 1, link.seq + 1)


def _advance(new: Iterable[Link], heads: Mapping[str, Head], found: Findings) -> None:
    """Move the heads on, and note what was jumped over."""
    for link in sorted(new, key=lambda link: link.seq):
        head = found.heads.get(link.epoch) or heads.get(link.epoch) or Head()
        if link.seq <= head.seq:
            continue
        if link.seq > head.seq + 1:
            found.gaps.append(Span(link.epoch, head.seq + 1, link.seq - 1))
        found.heads[link.epoch] = Head(link.seq, link.hash)
