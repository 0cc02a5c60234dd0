"""Wire events: what a station tells the server.  Frozen, versioned, chained.

Each event is one JSON object.  Its bytes are fixed when the station writes its journal and are
never encoded again: the hash of an event is the SHA-256 of those bytes, and `prev` in it is the
hash of the event before, so a gap, a fork or an edit shows.  (station, epoch, seq) is unique for
ever; an epoch is one journal file; seq counts from 1 without gaps.

A field that a reader does not know is ignored; a kind that it does not know is `Envelope` alone.
Kinds that only check-in and reception write are in `contract.duty_events`.
"""

from hashlib import sha256
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from contract.duty_events import (
    BoxClosed,
    BoxOpened,
    CheckedIn,
    CheckInVoided,
    DutyChanged,
    TubeArrived,
)
from contract.envelope import (
    NO_EVENT as NO_EVENT,
)
from contract.envelope import (
    VERSION,
    Aware,
    Count,
    Name,
    Sealed,
    Short,
    TubeText,
)
from contract.envelope import (
    Envelope as Envelope,
)


class EventError(ValueError):
    """Bytes are no event."""


class StationStarted(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="station-started"):
    """The station's program began, on this software, with `open_pool` still open (or '').

    `duty` is what it does from here on; `set_duty` what its settings said then.
    """

    software: Short
    open_pool: str = ""
    duty: Short = ""
    set_duty: Short = ""


class TubePaired(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="tube-paired"):
    """A tube was given to a person, in their presence.  A pool is one event for each member.

    `person` is the code they held up, sealed to the server (`contract.sealing`); `tag` is the
    station's own keyed hash of their strongest number, to know them again off-line.
    `took_ms` runs from the first of the two scans to the second.  `assigned`: the tube bore this
    person's roster label; `released`: tubes that did, and are needed no more.
    """

    tube: TubeText
    person: Sealed
    person_kind: Short
    tag: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    order: Literal["person-first", "tube-first", "pool"]
    took_ms: Count
    manual: bool = False
    place: Short = ""
    assigned: bool = False
    released: tuple[TubeText, ...] = ()


class PoolClosed(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="pool-closed"):
    """A pool is closed: `by` its 'tube', a 'card', the 'cap', 'idle' time or a 'void'."""

    tube: TubeText
    members: Count
    by: Short = ""


class PairingVoided(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="pairing-voided"):
    """An earlier pairing of this station does not hold.  The tube is used up all the same."""

    pairing: UUID
    tube: TubeText
    reason: Short


class ScanRefused(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="scan-refused"):
    """The station said no.  `reason` is a `device.pairing.Refusal` value; no person is named."""

    reason: Short
    tube: str = ""


class PersonLeft(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="person-left"):
    """A person (or tube) was held, and let go without a pairing: 'timeout', 'second', 'cancel'."""

    reason: Short


class ShiftBegan(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="shift-began"):
    """A shift began; `operator` is the tag of who works, `badge` their card, sealed."""

    badge: Sealed


class OperatorChanged(
    Envelope, frozen=True, kw_only=True, tag_field="kind", tag="operator-changed"
):
    """Somebody else works at the station from here on: `operator`, whose card is `badge`."""

    badge: Sealed


class ShiftEnded(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="shift-ended"):
    """A shift ended, and what it came to.

    `scan_ms` is the median from the first scan to the second, `pace_ms` from one pair to the next.
    `issued` tubes lay in the box when it began, `returned` must lie in it now: issued = used +
    void + returned.  Both are null where the station knows no lots.  `duty` is what it did then;
    `checked_in` (`ill` of them with symptoms) are persons, `mismatches` are boxes of a wrong count.
    """

    began: Aware
    people: Count
    used: Count
    void: Count
    issued: Count | None = None
    returned: Count | None = None
    scan_ms: Count = 0
    pace_ms: Count = 0
    rereads: Count = 0
    manual: Count = 0
    slips: Count = 0
    refusals: dict[Short, Count] = {}
    duty: Short = ""
    checked_in: Count = 0
    ill: Count = 0
    vehicles: Count = 0
    boxes: Count = 0
    arrived: Count = 0
    mismatches: Count = 0


class SlipSuspected(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="slip-suspected"):
    """A run of pairs looks shifted by one: 'tube-skipped', 'tube-out-of-order' or 'too-fast'.

    The pairs stand; somebody should look at `tubes`, oldest first.
    """

    reason: Short
    tubes: Annotated[tuple[TubeText, ...], msgspec.Meta(max_length=20)]


Event = (
    StationStarted
    | TubePaired
    | PoolClosed
    | PairingVoided
    | ScanRefused
    | PersonLeft
    | ShiftBegan
    | OperatorChanged
    | ShiftEnded
    | SlipSuspected
    | DutyChanged
    | CheckedIn
    | CheckInVoided
    | BoxOpened
    | TubeArrived
    | BoxClosed
)

# A RecursionError is brackets within brackets, thousands deep: nothing of ours.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_envelopes = msgspec.json.Decoder(Envelope)


class Batch(msgspec.Struct, frozen=True):
    """One upload: events of one station in the order of its journal, as the bytes it wrote.

    `boot` and `mono` are the station's clock when it sent them ('' where it does not say): so a
    server learns how that boot's monotonic clock stands to its own.  `fork`: the station knows that
    its journal was set back, and that the server has other events under some of these numbers.
    """

    station: Name
    events: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=1000)]
    v: Literal[1] = VERSION
    boot: Short = ""
    mono: Count = 0
    fork: bool = False


_batches = msgspec.json.Decoder(Batch)


def encode(event: Event) -> bytes:
    """Return the bytes of *event*.  Call it once in an event's life: its hash is over them."""
    return _encoder.encode(event)


def digest(data: bytes | memoryview | msgspec.Raw) -> str:
    """Return the hash that the next event's `prev` carries."""
    return sha256(data).hexdigest()


def decode(data: bytes | msgspec.Raw) -> Event:
    """Read one event; raise EventError where *data* is none that this version knows."""
    try:
        return _decoder.decode(data)
    except UNREADABLE as error:
        raise EventError(f"not an event that this version knows: {error}") from error


def decode_envelope(data: bytes | msgspec.Raw) -> Envelope:
    """Read what every event carries, whatever its kind; raise EventError without even that."""
    try:
        return _envelopes.decode(data)
    except UNREADABLE as error:
        raise EventError(f"not an event: {error}") from error


def encode_batch(
    station: str, events: list[bytes], *, boot: str = "", mono: int = 0, fork: bool = False
) -> bytes:
    """Return the body of an upload of *events*, each as its journal holds it."""
    raws = [msgspec.Raw(event) for event in events]
    return _encoder.encode(Batch(station, raws, boot=boot, mono=mono, fork=fork))


def decode_batch(body: bytes) -> Batch:
    """Read an upload's frame, not yet its events; raise EventError if it is none."""
    try:
        return _batches.decode(body)
    except UNREADABLE as error:
        raise EventError(f"not an upload: {error}") from error
