"""What a station says of itself, to its server and to whoever looks after it: a heartbeat.

It names nobody.  It is signed like every request of a station.  Of one station only the newest
matters: a heartbeat that is lost does no harm.  A field that a reader does not know is ignored.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from contract.envelope import Aware, Count, Name, Short

Few = Annotated[dict[Short, Short], msgspec.Meta(max_length=20)]
Counts = Annotated[dict[Short, Count], msgspec.Meta(max_length=80)]
Celsius = Annotated[float, msgspec.Meta(ge=-100, le=300)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e10)]


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """The health of one station.  What it cannot know is null.

    `at`, `trusted`, `boot` and `mono` are the station's clocks, as in every event.  `silent_s`:
    seconds since the loop that pairs last came round, null where it was never seen in this boot.
    `queue` events wait for the server, the oldest since `oldest_s` seconds; `set_aside` were
    refused by it.  `journal` is 'ok', 'spare' or 'trouble'; `devices` say 'ok', 'lost' or
    'opening'.  `refusals` are of today, by reason.  `offset_ms`: the wall clock less the
    server's time.  `undervoltage` now; `throttled`: it was, or ran too hot, since the start.
    """

    v: Literal[1] = 1
    station: Name
    at: Aware
    trusted: bool
    boot: Short
    mono: Count
    software: Short = ""
    duty: Short = ""
    silent_s: Seconds | None = None
    queue: Count = 0
    oldest_s: Seconds = 0
    set_aside: Count = 0
    paired: Count = 0
    journal: Short = "ok"
    alarms: Count = 0
    devices: Few = {}
    decode_ms: Seconds | None = None
    misreads: Count = 0
    refusals: Counts = {}
    offset_ms: int | None = None
    celsius: Celsius | None = None
    undervoltage: bool | None = None
    throttled: bool | None = None
    disk_free: Count | None = None
    disk_size: Count | None = None
    stick: Short = ""


class Heard(msgspec.Struct, frozen=True):
    """The server's answer: its time."""

    now: datetime


_beats = msgspec.json.Decoder(Heartbeat)


class NoHeartbeat(ValueError):
    """Bytes are no heartbeat that this version knows."""


def encode(beat: Heartbeat) -> bytes:
    return msgspec.json.encode(beat)


def decode(data: bytes) -> Heartbeat:
    """Read a heartbeat; raise NoHeartbeat."""
    try:
        return _beats.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoHeartbeat(f"not a heartbeat: {error}") from error
