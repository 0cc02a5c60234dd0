"""The station's own part of its health, in a file beside its page: uplink and kiosk read it there.

Written every few seconds by the loop that pairs, stamped with the monotonic clock, which all
processes of one boot share: so its age is known whatever the wall clock does.
"""

from pathlib import Path
from time import monotonic_ns

import msgspec

from contract.health import Heartbeat
from device.files import read_whole, write_whole


def file_of(page: Path) -> Path:
    """Return where the vitals stand, for the station whose page is *page*."""
    return page.with_name("health.json")


def write(page: Path, beat: Heartbeat) -> None:
    """Raises OSError."""
    write_whole(file_of(page), msgspec.json.encode(beat), durable=False)


def read(page: Path) -> Heartbeat | None:
    """Return what the station last said of itself, None where there is nothing to read."""
    try:
        return msgspec.json.decode(read_whole(file_of(page)) or b"", type=Heartbeat)
    except (OSError, msgspec.DecodeError):
        return None


def age_of(beat: Heartbeat, boot: str) -> float | None:
    """Return the seconds since *beat* was written, None where it is of another boot."""
    return max(0.0, (monotonic_ns() - beat.mono) / 1e9) if beat.boot == boot else None
