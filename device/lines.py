"""What the station tells the world about itself: one line an outcome, and a page of its state.

A line is written after the journal, never before.  The page (`state.json`) is for the screen: it
is replaced whole, whenever something changed, touched every second so that a station that hangs
is noticed, and names nobody.
"""

import os
import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TextIO

import msgspec

from contract.spoken import said
from device.files import write_whole
from device.ledger import VIETNAM
from device.shift_now import ShiftNow

BEAT = 1.0  # seconds between two signs of life


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
    """What is held: 'idle', 'person', 'tube', 'pool', 'second-look', 'answer' (of a person), 'box',
    or 'operator' (awaited).

    `until` is on the boot's monotonic clock.
    """

    kind: str
    who: str = ""
    birth_year: int | None = None
    tube: str = ""
    members: int = 0
    until: float | None = None
    names: list[str] = []  # of a pool's members: masked, '?' where it is not known any more
    box: str = ""
    expected: int | None = None  # tubes of a box; `members` have arrived


class Pair(msgspec.Struct, frozen=True):
    """A tube that was given to somebody, a check-in (which has no tube), or a tube that arrived.

    `mark`: 'paired', 'pool', 'voided', 'checked-in', 'symptoms' or 'arrived'.
    """

    at: str
    tube: str
    mark: str


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
    duty: str = "sampling"
    hold_seconds: float = 30.0
    pool_cap: int = 5
    pairs: list[Pair] = []
    shift: ShiftNow | None = None
    shift_required: bool = False


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
        out.write(f"{at:%H:%M:%S}  {line.outcome:12} {said(line.vi, line.en)}\n")
        out.flush()

    return tell


class Board:
    """Keeps the newest lines and pairs, and the page on disk where something changed."""

    def __init__(self, path: Path, keep: int = 5) -> None:
        self._path = path
        self._shown = b""
        self._beat = 0.0
        self.recent: deque[Line] = deque(maxlen=keep)
        self.pairs: tuple[Pair, ...] = ()

    def show(self, page: Page) -> None:
        """Replace or touch the page; a disk that refuses must not stop the station."""
        data = msgspec.json.encode(page)
        try:
            if data != self._shown:
                write_whole(self._path, data, durable=False)
            elif monotonic() - self._beat >= BEAT:
                os.utime(self._path)
            else:
                return
        except OSError:
            self._shown = b""  # gone or full: written anew, and the journal tells of a full disk
            return
        self._shown, self._beat = data, monotonic()
