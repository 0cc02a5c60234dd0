"""The newest frame of a camera, whatever kind it is: one thread reads, and only the last counts.

A slow decoder never sees the past.  A driver that hangs wedges this thread alone: `frame` notices
the silence and raises CameraLost.  Opening again is the station's business: it makes a new camera
and forgets this one.
"""

import logging
import threading
from abc import ABC, abstractmethod
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from contract.spoken import said
from device.drivers import CameraLost, Frame

if TYPE_CHECKING:  # the Pi's camera needs no OpenCV
    from device.drivers.exposure import Exposure

log = logging.getLogger(__name__)
SILENCE = 3.0  # seconds without a frame after which a camera counts as lost
OPENING = 10.0  # seconds that a camera may take to open and show its first frame
_RELEASE = 1.0  # seconds that closing waits for the grabber
Grey = NDArray[np.uint8]


class Capture(Protocol):
    """One open camera, used by one thread alone."""

    @property
    def exposure(self) -> "Exposure | None":
        """How to take darker pictures, None where it is known that this camera cannot."""

    def picture(self) -> Grey | None:
        """Return the next picture, None where the stream has ended; raise CameraLost.

        May block for ever where a driver hangs.
        """

    def release(self) -> None:
        """Give the hardware back."""


class Grabber(ABC):
    """Implements `device.drivers.Camera` and `Exposable` on a `Capture`."""

    def __init__(self, name: str, *, silence: float = SILENCE, opening: float = OPENING) -> None:
        self._name, self._silence = name, silence
        self._newest: Frame | None = None
        self._lost = ""
        self._closing = False
        self._stops, self._exposable = 0.0, True
        self._deadline = monotonic() + opening
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._grab, name=f"camera {name}", daemon=True)

    @abstractmethod
    def _open(self) -> Capture:
        """Open the camera; raise CameraLost.  Called once, in the grabber's thread."""

    def frame(self, timeout: float) -> Frame | None:
        """Return a frame newer than the last one given, or None after *timeout* seconds.

        Raises CameraLost when the stream ended, the camera was unplugged, or it went silent.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._lost, timeout)
            newest, self._newest = self._newest, None
        if newest is not None:
            return newest
        if self._lost:
            raise CameraLost(self._lost)
        if monotonic() > self._deadline:
            raise CameraLost(
                f"camera {self._name} không gửi hình; kiểm tra dây cắm",
                f"the camera {self._name} sends no frames; check its cable",
            )
        return None

    def expose(self, stops: float) -> bool:
        """Ask for frames *stops* EV from normal; False once it is known that it cannot be done."""
        self._stops = stops
        return self._exposable

    def close(self) -> None:
        """Let go of the camera; a wedged driver is left behind to its daemon thread."""
        with self._changed:
            self._closing, self._newest = True, None
        self._lose(said(f"camera {self._name} đã đóng", f"the camera {self._name} was closed"))
        self._thread.join(_RELEASE)

    def _grab(self) -> None:
        try:
            capture = self._open()
        except CameraLost as lost:
            self._lose(str(lost))
            return
        try:
            self._play(capture)
            self._lose(
                said(
                    f"camera {self._name} ngừng: đã bị rút dây",
                    f"the camera {self._name} stopped: it was unplugged",
                )
            )
        except CameraLost as lost:
            self._lose(str(lost))
        finally:
            capture.release()

    def _play(self, capture: Capture) -> None:
        exposure, stops = capture.exposure, 0.0
        try:
            while not self._closing and (picture := capture.picture()) is not None:
                self._give(Frame(picture, monotonic()))
                if self._exposable and stops != self._stops:
                    stops = self._stops
                    self._expose(exposure, stops, picture)
        finally:
            if exposure is not None:
                exposure.restore()

    def _expose(self, exposure: "Exposure | None", stops: float, seen: Grey) -> None:
        # Here, because a capture may be used by one thread alone.
        if exposure is None or not exposure.change(stops, float(seen[::16, ::16].mean())):
            self._exposable = False
            log.info("the camera %s keeps its exposure: no darker pictures", self._name)

    def _give(self, frame: Frame) -> None:
        with self._changed:
            self._newest = None if self._closing else frame
            self._deadline = frame.at + self._silence
            self._changed.notify_all()

    def _lose(self, why: str) -> None:
        with self._changed:
            self._lost = self._lost or why
            self._changed.notify_all()
