"""A camera through OpenCV: a USB camera (V4L2), an MJPEG stream, or a video file.

A stream whose camera takes its exposure over HTTP says where: `http://...#exposure=/exposure`.

A grabber thread keeps only the newest frame, so a slow decoder never sees the past.  A driver
that hangs wedges that thread alone: `frame` notices the silence and raises CameraLost.  Opening
again is the station's business: it makes a new camera and forgets this one.
"""

import logging
import os
import threading
from time import monotonic
from typing import cast
from urllib.parse import urldefrag

import cv2
import numpy as np
from numpy.typing import NDArray

from device.drivers import CameraLost, Frame
from device.drivers.exposure import Exposure, exposure_of

log = logging.getLogger(__name__)
SILENCE = 3.0  # seconds without a frame after which a camera counts as lost
OPENING = 10.0  # seconds that a camera may take to open and show its first frame
_RELEASE = 1.0  # seconds that closing waits for the grabber
# FFmpeg's defaults buffer seconds of an MJPEG stream; these give it over frame by frame.
_LOW_LATENCY = "input_format;mpjpeg|fflags;nobuffer|analyzeduration;0|probesize;64000"
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_opening = threading.Lock()  # the options are an environment variable, so one opens at a time


class OpenCvCamera:
    """`source`: a device path or number, or an http URL; a width or height of 0 leaves it as is."""

    def __init__(
        self,
        source: str | int,
        width: int = 1280,
        height: int = 720,
        *,
        silence: float = SILENCE,
        opening: float = OPENING,
    ) -> None:
        self._source, self._size = source, (width, height)
        self._silence = silence
        self._newest: Frame | None = None
        self._lost = ""
        self._closing = False
        self._stops, self._exposable = 0.0, True
        self._deadline = monotonic() + opening
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._grab, name=f"camera {source}", daemon=True)
        self._thread.start()

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
            raise CameraLost(f"the camera {self._source} sends no frames; check its cable")
        return None

    def expose(self, stops: float) -> bool:
        """Ask for frames *stops* EV from normal; False once it is known that it cannot be done."""
        self._stops = stops
        return self._exposable

    def close(self) -> None:
        """Let go of the camera; a wedged driver is left behind to its daemon thread."""
        with self._changed:
            self._closing, self._newest = True, None
        self._lose(f"the camera {self._source} was closed")
        self._thread.join(_RELEASE)

    def _grab(self) -> None:
        capture: cv2.VideoCapture | None = None
        try:
            capture = _opened(self._source, *self._size)
            self._play(capture)
            self._lose(f"the camera {self._source} stopped: it was unplugged")
        except (CameraLost, cv2.error) as error:
            self._lose(str(error))
        finally:
            if capture is not None:
                capture.release()

    def _play(self, capture: cv2.VideoCapture) -> None:
        exposure, stops = exposure_of(self._source, capture), 0.0
        try:
            while not self._closing and (picture := _picture(capture)) is not None:
                self._give(Frame(picture, monotonic()))
                if self._exposable and stops != self._stops:
                    stops = self._stops
                    self._expose(exposure, stops, picture)
        finally:
            if exposure is not None:
                exposure.restore()

    def _expose(self, exposure: Exposure | None, stops: float, seen: NDArray[np.uint8]) -> None:
        # Here, because a capture may be used by one thread alone.
        if exposure is None or not exposure.change(stops, float(seen[::16, ::16].mean())):
            self._exposable = False
            log.info("the camera %s keeps its exposure: no darker pictures", self._source)

    def _give(self, frame: Frame) -> None:
        with self._changed:
            self._newest = None if self._closing else frame
            self._deadline = frame.at + self._silence
            self._changed.notify_all()

    def _lose(self, why: str) -> None:
        with self._changed:
            self._lost = self._lost or why
            self._changed.notify_all()


def _opened(source: str | int, width: int, height: int) -> cv2.VideoCapture:
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        capture = _stream(urldefrag(source).url)
    elif isinstance(source, int) or source.startswith("/dev/"):
        capture = cv2.VideoCapture(source, cv2.CAP_V4L2)
        _configure(capture, width, height)
    else:
        capture = cv2.VideoCapture(source)
    if not capture.isOpened():
        capture.release()
        raise CameraLost(f"the camera {source} cannot be opened: is it plugged in, and not in use?")
    return capture


def _configure(capture: cv2.VideoCapture, width: int, height: int) -> None:
    # MJPG before the size: raw frames of 1280x720 are more than USB 2 carries.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    if width and height:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)


def _stream(url: str) -> cv2.VideoCapture:
    with _opening:
        before = os.environ.get(_OPTIONS)
        os.environ[_OPTIONS] = before or _LOW_LATENCY
        try:
            return cv2.VideoCapture(url, cv2.CAP_FFMPEG)
        finally:
            if before is None:
                del os.environ[_OPTIONS]


def _picture(capture: cv2.VideoCapture) -> NDArray[np.uint8] | None:
    read, picture = capture.read()
    if not read:
        return None
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return cast(NDArray[np.uint8], grey)
