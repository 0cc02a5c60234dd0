"""What the station tells the world about itself: one line an outcome, and a page of its state.

A line is written after the journal, never before.  The page (`state.json`) is for the screen: it
is replaced whole, whenever something changed, and names nobody.
"""

import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO

import msgspec

from device.files import write_whole
from device.ledger import VIETNAM


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome.  `at`: ISO 8601, UTC; `event`: the journal's event, or null if it has none."""

    at: str
    outcome: str
    reason: str = ""
    tube: str = ""
    event: str | None = None
    tag: str = ""
    order: str = ""
    took_ms: int | None = None
    members: int | None = None
    vi: str = ""
    en: str = ""


class Held(msgspec.Struct, frozen=True):
    """What is held: 'idle', 'person', 'tube' or 'pool'; `until` on the boot's monotonic clock."""

    kind: str
    who: str = ""
    birth_year: int | None = None
    tube: str = ""
    members: int = 0
    until: float | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a station, for its screen."""

    station: str
    label: str
    held: Held
    counts: dict[str, int]
    devices: dict[str, str]
    journal: str
    waiting: int
    set_aside: int
    contact: str
    trouble: str
    clock_trusted: bool
    alarms: list[str]
    recent: list[Line]


Tell = Callable[[Line], None]


def tell_json(out: TextIO) -> Tell:
    """Write each line as one JSON object, at once."""

    def tell(line: Line) -> None:
        out.write(msgspec.json.encode(line).decode() + "\n")
        out.flush()

    return tell


def tell_people(out: TextIO = sys.stdout) -> Tell:
    """Write each line as a sentence with the time at the table."""

    def tell(line: Line) -> None:
        at = datetime.fromisoformat(line.at).astimezone(VIETNAM)
        out.write(f"{at:%H:%M:%S}  {line.outcome:12} {line.vi} / {line.en}\n")
        out.flush()

    return tell


class Board:
    """Keeps the newest lines, and the page on disk where something changed."""

    def __init__(self, path: Path, keep: int = 5) -> None:
        self._path = path
        self._shown = b""
        self.recent: deque[Line] = deque(maxlen=keep)

    def show(self, page: Page) -> None:
        """Replace the page; a disk that refuses must not stop the station."""
        data = msgspec.json.encode(page)
        if data == self._shown:
            return
        try:
            write_whole(self._path, data, durable=False)
        except OSError:
            return  # the journal has its own way to tell of a full disk
        self._shown = data
