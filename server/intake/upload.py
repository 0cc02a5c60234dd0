"""Read an upload: its frame, and of each event what is needed to keep it.  Pure.

An event is validated whole, once.  What this version does not know (another kind, a newer
version) is kept with a problem instead of stopping the upload: a station that is ahead of the
server, or behind it, always gets rid of its journal.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from contract import events
from contract.envelope import VERSION, Digest, Epoch, Name, Short
from contract.events import UNREADABLE, EventError


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One event as it came.  `problem` says why it can never be applied, or is None."""

    id: UUID
    epoch: str
    seq: int
    prev: str
    hash: str
    kind: str
    payload: bytes
    problem: str | None
    trusted: bool = True


class Upload(msgspec.Struct, frozen=True):
    """What one station sent in one request."""

    station: str
    arrivals: list[Arrival]
    received_at: datetime
    boot: str = ""
    mono: int = 0
    fork: bool = False


class _Outline(msgspec.Struct, frozen=True):
    """What every event carries, in every version."""

    v: int
    id: UUID
    station: Name
    epoch: Epoch
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    prev: Digest
    kind: Short
    trusted: Any = True  # whatever stands there: the rest must still be readable


_outlines = msgspec.json.Decoder(_Outline)
KINDS: dict[type[events.Event], str] = {
    kind: str(kind.__struct_config__.tag) for kind in events.Event.__args__
}


def read_upload(station: str, body: bytes, received_at: datetime) -> Upload:
    """Return the events in *body*, which *station* signed; raise EventError if it is no upload."""
    batch = events.decode_batch(body)
    if batch.station != station:
        raise EventError(f"signed by {station}, but it says it is from {batch.station}")
    arrivals = _arrivals(station, batch.events)
    return Upload(station, arrivals, received_at, batch.boot, batch.mono, batch.fork)


def _arrivals(station: str, raws: Sequence[msgspec.Raw]) -> list[Arrival]:
    return [_arrival(station, bytes(raw)) for raw in raws]


def _arrival(station: str, payload: bytes) -> Arrival:
    problem: str | None = None
    try:
        event: events.Event | _Outline = events.decode(payload)
        kind = KINDS[type(event)]  # type: ignore[index]
    except EventError:
        event = _outline(payload)
        kind, problem = event.kind, _problem(event)
    if event.station != station:
        raise EventError(f"event {event.id} is of station {event.station}")
    digest = events.digest(payload)
    return Arrival(
        event.id,
        event.epoch,
        event.seq,
        event.prev,
        digest,
        kind,
        payload,
        problem,
        event.trusted is True,
    )


def _outline(payload: bytes) -> _Outline:
    try:
        return _outlines.decode(payload)
    except UNREADABLE as error:
        raise EventError(f"an event cannot be read at all: {error}") from error


def problem_of(payload: bytes) -> str:
    """Return why an event that this version cannot read cannot be applied."""
    try:
        return _problem(_outline(payload))
    except EventError:
        return "unreadable-event"


def _problem(event: _Outline) -> str:
    if event.v != VERSION:
        return "unknown-version"
    return "unreadable-event" if event.kind in KINDS.values() else "unknown-kind"
