"""What every wire event carries, and the kinds of value in it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

VERSION: Literal[1] = 1
NO_EVENT = "0" * 64  # `prev` of the first event of an epoch

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Epoch = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Short = Annotated[str, msgspec.Meta(max_length=64)]
TubeText = Annotated[str, msgspec.Meta(min_length=5, max_length=30)]
Sealed = Annotated[str, msgspec.Meta(max_length=8192)]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every event carries.

    `at` is the station's wall clock and `trusted` whether it was set from the network since boot;
    `mono` is nanoseconds of the monotonic clock of boot `boot`: durations come from it alone.
    `operator` is the station's tag of who works there, or '': `shift-began` says whose it is.
    """

    v: Literal[1] = VERSION
    id: UUID
    station: Name
    epoch: Epoch
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    prev: Digest
    at: Aware
    trusted: bool
    boot: Short
    mono: Count
    operator: Short = ""
