"""One thread looks at the station while anybody looks at the screen, and tells every viewer."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from device.kiosk.screen import Screen
from device.kiosk.sight import StateFile
from device.kiosk.view import View, view_of

GLANCE = 0.08  # seconds between two looks
MOST = 8  # viewers at once: one screen, and whoever helps


class TooManyViewers(Exception):
    """Close another window of this page first."""


@dataclass(frozen=True, slots=True)
class Shot:
    """The screen at one moment; `number` grows with each change."""

    number: int = 0
    view: View = field(default_factory=lambda: View("looking"))
    parts: Mapping[str, str] = field(default_factory=dict)


class Hub:
    """What the screen shows now, and who is looking."""

    def __init__(self, file: StateFile, screen: Screen) -> None:
        self._file, self._screen = file, screen
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._wanted = threading.Event()
        self._looking = threading.Lock()
        self._shot = Shot()
        self.viewers = 0
        self._thread = threading.Thread(target=self._watch, name="kiosk-sight", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Let every viewer go."""
        with self._changed:
            self._closing.set()
            self._wanted.set()
            self._changed.notify_all()
        self._thread.join(2)

    def look(self) -> Shot:
        """Look at the station now."""
        with self._looking:
            now = monotonic()
            view = view_of(self._file.look(now), now)
            if view != self._shot.view or not self._shot.parts:
                shot = Shot(self._shot.number + 1, view, self._screen.parts(view, now))
                with self._changed:
                    self._shot = shot
                    self._changed.notify_all()
            return self._shot

    def page(self) -> str:
        """Return the whole page as it is now, for one that comes or has no script."""
        view, now = self.look().view, monotonic()
        return self._screen.page(self._screen.parts(view, now), now)

    @property
    def build(self) -> str:
        return self._screen.build

    def come(self) -> None:
        """Count somebody who looks; raise TooManyViewers."""
        with self._changed:
            if self.viewers >= MOST:
                raise TooManyViewers
            self.viewers += 1
            self._wanted.set()
        self.look()

    def leave(self) -> None:
        """Somebody looks no longer; where nobody does, we do not either."""
        with self._changed:
            self.viewers -= 1
            if not self.viewers and not self._closing.is_set():
                self._wanted.clear()

    def next(self, number: int, patience: float) -> Shot | None:
        """Wait for a shot after *number*; return the newest, None when it is time to end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._shot.number > number or self._closing.is_set(), patience
            )
            return None if self._closing.is_set() else self._shot

    def _watch(self) -> None:
        while not self._closing.is_set():
            self._wanted.wait()
            self.look()
            self._closing.wait(GLANCE)
