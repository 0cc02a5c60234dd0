"""The station's clocks: what time it is, and whether to believe it.

A Pi has no clock of its own: after a power cut it may wake up in the past.  So the wall clock is
trusted only where this boot's network set it (systemd-timesyncd), or where the server told us the
time in this boot; in between, the monotonic clock carries the server's time on.  Durations come
from the monotonic clock alone.
"""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from device.drafts import Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCED = Path("/run/systemd/timesync/synchronized")  # touched when the network has set the clock
_PROCESS = secrets.token_hex(16)
_CLOSE = timedelta(seconds=2)


class Clock(Protocol):
    """What the station asks for the time."""

    def moment(self) -> Moment: ...


@dataclass(frozen=True, slots=True)
class ServerTime:
    """The server said *now* when this boot's monotonic clock stood at *mono* nanoseconds."""

    now: datetime
    mono: int
    boot: str


def boot_id() -> str:
    """Return the name of this boot; of this process where the system has none to give."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return _PROCESS


@dataclass
class SystemClock:
    """This machine's clocks, corrected by what the server said in this boot."""

    boot: str = field(default_factory=boot_id)
    synced: Path = _SYNCED
    server: ServerTime | None = None

    def moment(self) -> Moment:
        mono, wall = time.monotonic_ns(), datetime.now(UTC)
        if self.server is None or self.server.boot != self.boot:
            return Moment(wall, self.synced.exists(), self.boot, mono)
        told = self.server.now + timedelta(microseconds=(mono - self.server.mono) // 1000)
        at = wall if abs(wall - told) < _CLOSE else told
        return Moment(at, trusted=True, boot=self.boot, mono=mono)
