"""What devices bring, one after the other; whoever brings a scan has it dealt with at once.

Handing a scan over to another thread costs a second wake-up, which a busy machine gives late: so a
reader's thread takes its turn itself.  Turns exclude each other, and each begins with the oldest of
what waits: nobody overtakes, and what pairs still sees one thing at a time.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Lock

from device.drivers import Scan
from device.scanned import Scanned
from device.sight.watch import CodeShown, SeveralInView


@dataclass(frozen=True, slots=True)
class DeviceNews:
    """A device came or went."""

    device: str
    up: bool
    why: str = ""


Arrival = Scan | Scanned | CodeShown | SeveralInView | DeviceNews


class Arrivals:
    """`deal` is what takes each arrival; until there is one, they wait."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Arrival] = SimpleQueue()
        self._bell, self._turn = Event(), Lock()
        self.deal: Callable[[Arrival], None] | None = None

    def put(self, arrival: Arrival) -> None:
        """Leave *arrival* to the loop, which is woken."""
        self._waiting.put(arrival)
        self._bell.set()

    def bring(self, arrival: Arrival) -> None:
        """Deal with what waits and with *arrival* now, in this thread, then wake the loop."""
        self._waiting.put(arrival)
        with self._turn:
            self.deal_with_all()
        self._bell.set()

    def wait(self, timeout: float) -> None:
        """Wait until something is there or was dealt with, for *timeout* seconds at most."""
        self._bell.wait(timeout)
        self._bell.clear()

    def turn(self) -> AbstractContextManager[bool]:
        """Hold the station: nobody else deals with anything meanwhile."""
        return self._turn

    def deal_with_all(self) -> None:
        """Deal with what waits, oldest first; for who holds the turn."""
        while self.deal is not None:
            try:
                arrival = self._waiting.get_nowait()
            except Empty:
                return
            self.deal(arrival)

    def get(self, timeout: float) -> Arrival:
        """Take the oldest arrival out, undealt with; raise queue.Empty after *timeout* seconds."""
        return self._waiting.get(timeout=timeout)
