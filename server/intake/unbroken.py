"""How far the server has a station's journal: where its unbroken histories end.

A history is stored events each of which names the hash of the one before, from the first of its
epoch on.  It may part from another and go on under a fork's name.  How many events are there says
nothing: of a journal that was set back, others may stand under the same numbers.  So whoever has
the last event of one in a sound journal knows that every event before it is stored as well.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from contract.events import NO_EVENT
from contract.receipts import HeadWire
from server.intake.forks import name_of
from server.intake.models import WireEvent


class Place(NamedTuple):
    """A stored event: under which name, its number, its hash and the hash that it names."""

    name: str
    seq: int
    hash: str
    prev: str


class Run(NamedTuple):
    """Events of one name that follow one from the other, from the first to the last of them."""

    first: Place
    last: Place


_beside = aliased(WireEvent)
_same = (_beside.station == WireEvent.station, _beside.epoch == WireEvent.epoch)
_BEFORE = (_beside.seq == WireEvent.seq - 1, _beside.hash == WireEvent.prev)
_AFTER = (_beside.seq == WireEvent.seq + 1, _beside.prev == WireEvent.hash)


def heads_of(session: Session, station: str) -> list[HeadWire]:
    """Return the last event of each unbroken history, under the epoch that its events name."""
    runs = _runs(session, station)
    epochs = _epochs(runs)
    heads = [HeadWire(epochs[run.last.name], run.last.seq, run.last.hash) for run in
             _from_the_beginning(session, station, runs)]  # fmt: skip
    return sorted(heads, key=lambda head: (head.epoch, head.seq))


def _runs(session: Session, station: str) -> list[Run]:
    """Return the runs, in order: first and last events in one statement, for what is stored between
    two would be in one of them alone."""
    rows = session.execute(
        union_all(_without(station, _BEFORE, "first"), _without(station, _AFTER, "last"))
    )
    ends: dict[str, list[Place]] = {"first": [], "last": []}
    for which, name, seq, own, prev in rows:
        ends[which].append(Place(name, seq, own, prev))
    return [Run(*both) for both in zip(sorted(ends["first"]), sorted(ends["last"]), strict=True)]


def _without(
    station: str, neighbour: Iterable[ColumnElement[bool]], which: str
) -> Select[str, str, int, str, str]:
    """Ask for the events that do not have this neighbour, each with *which* they are."""
    there = select(_beside.event_id).where(*_same, *neighbour).correlate(WireEvent).exists()
    named = (WireEvent.epoch, WireEvent.seq, WireEvent.hash, WireEvent.prev)
    return select(literal(which), *named).where(WireEvent.station == station, ~there)


def _epochs(runs: Sequence[Run]) -> dict[str, str]:
    """Return of which epoch each name is: its own, or the one of which it is a fork."""
    begins: dict[str, str] = {}
    for run in runs:
        begins.setdefault(run.first.name, run.first.hash)
    return {
        name: next((epoch for epoch in begins if name_of(epoch, first) == name), name)
        for name, first in begins.items()
    }


def _from_the_beginning(session: Session, station: str, runs: Sequence[Run]) -> list[Run]:
    """Return those of *runs* that begin their epoch, or go on from one that does."""
    whole, waiting = list[Run](), [(run, _parents(session, station, run, runs)) for run in runs]
    while True:
        more = [
            run for run, parents in waiting
            if (run.first.seq, run.first.prev) == (1, NO_EVENT)
            or any(parent in whole for parent in parents)
        ]  # fmt: skip
        if not more:
            return whole
        whole += more
        waiting = [each for each in waiting if each[0] not in more]


def _parents(session: Session, station: str, run: Run, runs: Sequence[Run]) -> list[Run]:
    """Return the runs of other names that hold the event before *run*."""
    names, seq = {each.first.name for each in runs}, run.first.seq - 1
    if len(names) == 1 or run.first.prev == NO_EVENT:
        return []
    asked = select(WireEvent.epoch).where(
        WireEvent.station == station, WireEvent.epoch.in_(names),
        WireEvent.seq == seq, WireEvent.hash == run.first.prev,
    )  # fmt: skip
    found = set(session.scalars(asked))
    return [
        each for each in runs
        if each.first.name in found and each.first.seq <= seq <= each.last.seq
    ]  # fmt: skip
