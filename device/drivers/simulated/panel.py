"""A panel that is not there: it remembers what it showed, and its buttons can be pressed."""

import threading
import time
from collections import deque
from collections.abc import Set
from dataclasses import dataclass

from device.drivers import Button
from device.signals import Signal


@dataclass(frozen=True, slots=True)
class Moment:
    """A sign, and when it began (seconds of the monotonic clock)."""

    signal: Signal
    at: float


class SimulatedPanel:
    """Implements `device.drivers.Panel`; `timeline` holds every sign that was shown."""

    def __init__(self) -> None:
        self.timeline: deque[Moment] = deque(maxlen=10_000)
        self.closed = False
        self._pressed: set[Button] = set()
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        return [moment.signal.name for moment in self.timeline]

    def show(self, signal: Signal) -> None:
        self.timeline.append(Moment(signal, time.monotonic()))

    def press(self, button: Button) -> None:
        """Press *button*, as a gloved finger would."""
        with self._lock:
            self._pressed.add(button)

    def pressed(self) -> Set[Button]:
        with self._lock:
            pressed, self._pressed = self._pressed, set()
        return pressed

    def close(self) -> None:
        self.closed = True
