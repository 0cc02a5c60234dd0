"""Where codes come from: a thread for each reader, one for the camera, each with its own loop.

The camera's frames are looked at in one more thread, which is left behind if a decoder hangs.

A device that goes away is told once, and opened again until it is back; the station works on with
what it has.
"""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from functools import partial
from time import monotonic

from device.arrivals import Arrivals, DeviceNews
from device.drivers import Camera, DeviceLost, Exposable, Reader
from device.roles import ReaderUse
from device.scanned import Scanned, tell_reader
from device.sight.exposing import Exposing
from device.sight.eye import Seen
from device.sight.eye import Settings as EyeSettings
from device.sight.looking import Looking
from device.sight.watch import Watch

log = logging.getLogger(__name__)
_SHORTEST, _LONGEST = 0.2, 2.0  # seconds between two tries to open a device
_SLICE = 0.25  # seconds after which a loop looks whether it should end


class Source(ABC):
    """One device's loop: open, work, and open again after a loss."""

    name = ""

    def __init__(self, arrivals: Arrivals, name: str = "") -> None:
        self.name = name or self.name
        self._arrivals = arrivals
        self._stop = threading.Event()
        self._up: bool | None = None
        self._thread = threading.Thread(target=self._loop, name=self.name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 3.0) -> None:
        """End the loop; a driver that hangs is left to its daemon thread."""
        self._stop.set()
        self._thread.join(patience)

    def let_go(self) -> None:  # noqa: B027  (most devices need not know)
        """Take note that the person whom the station held is held no longer."""

    @abstractmethod
    def _work(self) -> None:
        """Open the device and work until `_stop`; raise DeviceLost when it is gone."""

    def _loop(self) -> None:
        wait = _SHORTEST
        while not self._stop.is_set():
            try:
                self._work()
            except DeviceLost as lost:
                wait = _SHORTEST if self._up else min(wait * 2, _LONGEST)
                self._tell(up=False, why=str(lost))
            except Exception as error:
                # A thread that ended would be a device that is lost and never missed.
                log.exception("%s: this should not have happened; it is opened again", self.name)
                wait = _LONGEST
                self._tell(up=False, why=f"{type(error).__name__}")
            self._stop.wait(wait)

    def _tell(self, *, up: bool, why: str = "") -> None:
        if self._up is not up:
            self._up = up
            self._arrivals.put(DeviceNews(self.name, up, why))


class ReaderSource(Source):
    """Codes of one reader; what became of each is told to it."""

    name = "reader"

    def __init__(
        self,
        arrivals: Arrivals,
        opened: Callable[[], Reader],
        use: ReaderUse | None = None,
        name: str = "",
    ) -> None:
        super().__init__(arrivals, name)
        self._opened, self._use = opened, use or ReaderUse()

    def _work(self) -> None:
        with closing(self._opened()) as reader:
            self._tell(up=True)
            while not self._stop.is_set():
                scan = reader.read(_SLICE)
                if scan is not None:
                    self._arrivals.bring(Scanned(scan, self._use, partial(tell_reader, reader)))


class CameraSource(Source):
    """Codes that count, out of a camera's frames."""

    name = "camera"

    def __init__(
        self,
        arrivals: Arrivals,
        opened: Callable[[], Camera],
        settings: EyeSettings,
        looking: Looking | None = None,
    ) -> None:
        super().__init__(arrivals)
        self._opened, self._settings = opened, settings
        self.looking = looking or Looking(settings)
        self._let_go = threading.Event()

    def let_go(self) -> None:
        self._let_go.set()

    def stop(self, patience: float = 3.0) -> None:
        super().stop(patience)
        self.looking.end()

    def _work(self) -> None:
        self.looking.begin()
        watch, exposing = Watch(), Exposing(self._settings.darker)
        with closing(self._opened()) as camera:
            while not self._stop.is_set():
                frame = camera.frame(_SLICE)
                if frame is None:
                    continue
                self._tell(up=True)  # an open camera that shows nothing is no camera
                seen = self.looking.look(frame, steady=exposing.is_steady(frame.at))
                _expose(camera, exposing, seen)
                if self._let_go.is_set():
                    self._let_go.clear()
                    watch.let_go()
                news = watch.see(seen.codes, monotonic())
                if news is not None:
                    self._arrivals.put(news)


def _expose(camera: Camera, exposing: Exposing, seen: Seen) -> None:
    """Let darker frames take turns with normal ones, where the camera can."""
    before = exposing.stops
    wanted = exposing.saw(seen.at, read=bool(seen.codes), held_up=seen.held_up)
    if wanted != before and not (isinstance(camera, Exposable) and camera.expose(wanted)):
        exposing.give_up()
