"""Looks at the station's page file, and knows whether the station is alive.

Alive means that the file was written or touched a short while ago *by this process's monotonic
clock*: the wall clock of a Pi may jump by years.  A line that was there before us is old news.
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from device.lines import Line, Page

SILENT = 6.0  # seconds without a sign of life; a slow card may hold the loop for a while
_GAP = 2.0  # seconds without a look, after which what is new to us may be old


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`alive` None: not known yet.  `told_at`: when the newest line was first seen, if we did."""

    page: Page | None = None
    alive: bool | None = None
    told_at: float | None = None


@dataclass
class StateFile:
    """`state.json`, looked at several times a second."""

    path: Path
    _page: Page | None = field(default=None, init=False)
    _stamp: tuple[int, int] | None = field(default=None, init=False)
    _first: float | None = field(default=None, init=False)
    _beat: float | None = field(default=None, init=False)
    _looked: float = field(default=0.0, init=False)
    _line: Line | None = field(default=None, init=False)
    _told_at: float | None = field(default=None, init=False)

    def look(self, now: float) -> Seen:
        """Return what the file says at *now* (monotonic seconds)."""
        first = self._first is None
        self._first = now if self._first is None else self._first
        if self._changed():
            self._beat = None if first else now
            self._read(now, old=first or now - self._looked > _GAP)
        self._looked = now
        return Seen(page=self._page, alive=self._alive(now), told_at=self._told_at)

    def _changed(self) -> bool:
        try:
            found = self.path.stat()
        except OSError:
            return False
        stamp = (found.st_mtime_ns, found.st_ino)
        changed = stamp != self._stamp
        self._stamp = stamp
        return changed

    def _read(self, now: float, *, old: bool) -> None:
        try:
            self._page = msgspec.json.decode(self.path.read_bytes(), type=Page)
        except (OSError, msgspec.DecodeError):
            return  # gone again, or of another version: what we know grows old by itself
        newest = self._page.recent[-1] if self._page.recent else None
        if newest != self._line:
            self._line, self._told_at = newest, None if old else now

    def _alive(self, now: float) -> bool | None:
        if self._beat is not None:
            return now - self._beat <= SILENT
        waited = now - (self._first if self._first is not None else now)
        return None if waited <= SILENT else False
