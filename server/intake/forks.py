"""A journal that was set back (a restored image) and went on: two histories under one epoch.

The first is stored under the epoch's own name.  The second, from the event where it parts, is
stored under a name that follows from it: the epoch and the hash of the first event that differs.
What was missing of the first, and comes with the second, is stored where it was missing.
Its events keep their bytes, ids and numbers; nothing is doubled, for an id is stored once.  So a
fork may be sent again any number of times, in any portions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, select, update

from contract.events import NO_EVENT
from server.intake import rows
from server.intake.chain import Head, Known, Span
from server.intake.models import ChainAlert, StationEpoch
from server.intake.upload import Arrival, Upload

_MANY = 500


@dataclass(frozen=True, slots=True)
class Begun:
    """A fork that was not known before: its name, and where it parts from the epoch."""

    name: str
    at: Span


@dataclass
class Beside:
    """An upload of a fork, sorted out: what is stored under which name, what was known before."""

    moved: list[Arrival] = field(default_factory=list)
    known: int = 0
    changed: list[Arrival] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    begun: list[Begun] = field(default_factory=list)


def name_of(epoch: str, first: str) -> str:
    """Return the name of the fork of *epoch* that begins with the event of the hash *first*."""
    return sha256(f"{epoch} {first}".encode()).hexdigest()[:16]


def sort_out(connection: Connection, upload: Upload) -> Beside:
    """Return where the events of *upload* belong."""
    known, beside = rows.known_to(connection, upload), Beside()
    fresh: list[Arrival] = []
    for each in upload.arrivals:
        if each.id not in known.ids:
            fresh.append(each)
        elif known.ids[each.id] == each.hash:
            beside.known += 1
        else:
            beside.changed.append(each)
    for run in _runs(fresh):
        filling = _filling(run, known)
        beside.moved += run[:filling]
        if run[filling:]:
            _place(connection, upload.station, run[filling:], beside)
    return beside


def _filling(run: Sequence[Arrival], known: Known) -> int:
    """Return how many of *run* belong to its epoch itself, in a gap: the event behind them, which
    is stored there, names the last of them, and nothing stands in their places."""
    filling = 0
    for count, each in enumerate(run, 1):
        if (each.epoch, each.seq) in known.at:
            break
        after = known.at.get((each.epoch, each.seq + 1))
        if after is not None and after.prev == each.hash:
            filling = count
    return filling


def _runs(fresh: Iterable[Arrival]) -> list[list[Arrival]]:
    """Divide *fresh* where one event does not follow from the one before."""
    runs: list[list[Arrival]] = []
    for each in fresh:
        last = runs[-1][-1] if runs else None
        if last is None or (last.epoch, last.hash) != (each.epoch, each.prev):
            runs.append([])
        runs[-1].append(each)
    return runs


def _place(connection: Connection, station: str, run: Sequence[Arrival], beside: Beside) -> None:
    first, last = run[0], run[-1]
    name = _history_that_ends_before(connection, station, first) or name_of(first.epoch, first.hash)
    if name != first.epoch and rows.head_of(connection, station, name) == Head():
        beside.begun.append(Begun(name, Span(first.epoch, first.seq, first.seq)))
    beside.moved += [msgspec.structs.replace(each, epoch=name) for each in run]
    beside.heads[name] = Head(last.seq, last.hash)


def one_goes_on(connection: Connection, station: str, new: Sequence[Arrival], known: Known) -> bool:
    """Return whether one of *new* follows the newest event of a fork, not of its own epoch: its
    station does not know yet that its journal was set back."""
    for each in new:
        before = known.at.get((each.epoch, each.seq - 1))
        if each.prev != (before.hash if before else NO_EVENT):
            name = _history_that_ends_before(connection, station, each)
            if name not in {None, each.epoch}:
                return True
    return False


def _history_that_ends_before(connection: Connection, station: str, first: Arrival) -> str | None:
    """Return the name of the history whose newest event is the one before *first*: the epoch itself
    or a fork of it; None if there is none."""
    own = rows.head_of(connection, station, first.epoch)
    if own == Head(first.seq - 1, first.prev):
        return first.epoch
    if first.prev == NO_EVENT:
        return None
    ends = select(StationEpoch.epoch).where(
        StationEpoch.station == station,
        StationEpoch.last_seq == first.seq - 1,
        StationEpoch.last_hash == first.prev,
    )
    return connection.scalars(ends.order_by(StationEpoch.epoch).limit(1)).first()


def close_alerts(connection: Connection, upload: Upload, beside: Beside) -> None:
    """Close the alerts about events that are stored now, after all."""
    numbers = {each.epoch: [] for each in upload.arrivals}  # type: dict[str, list[int]]
    stored = {each.id for each in beside.moved}
    for each in upload.arrivals:
        if each.id in stored:
            numbers[each.epoch].append(each.seq)
    for epoch, seqs in numbers.items():
        for start in range(0, len(seqs), _MANY):
            closed = update(ChainAlert).where(
                ChainAlert.station == upload.station,
                ChainAlert.epoch == epoch,
                ChainAlert.kind == "changed-replay",
                ChainAlert.seq.in_(seqs[start : start + _MANY]),
                ChainAlert.closed_at.is_(None),
            )
            connection.execute(closed.values(closed_at=upload.received_at))
