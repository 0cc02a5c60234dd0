"""A camera through OpenCV: a USB camera (V4L2), an MJPEG stream, or a video file.

A stream whose camera takes its exposure over HTTP says where: `http://...#exposure=/exposure`.
"""

import os
import threading
from typing import cast
from urllib.parse import urldefrag

import cv2

from device.drivers import CameraLost
from device.drivers.exposure import exposure_of
from device.drivers.grabber import OPENING, SILENCE, Grabber, Grey

# FFmpeg's defaults buffer seconds of an MJPEG stream; these give it over frame by frame.
_LOW_LATENCY = "input_format;mpjpeg|fflags;nobuffer|analyzeduration;0|probesize;64000"
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_opening = threading.Lock()  # the options are an environment variable, so one opens at a time


class OpenCvCamera(Grabber):
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
        super().__init__(str(source), silence=silence, opening=opening)
        self._source, self._size = source, (width, height)
        self._thread.start()

    def _open(self) -> "_OpenCvCapture":
        return _OpenCvCapture(self._source, *self._size)


class _OpenCvCapture:
    """Implements `Capture`."""

    def __init__(self, source: str | int, width: int, height: int) -> None:
        try:
            self._capture = _opened(source, width, height)
            self.exposure = exposure_of(source, self._capture)
        except cv2.error as error:
            raise CameraLost(f"camera báo lỗi: {error}", f"the camera fails: {error}") from error

    def picture(self) -> Grey | None:
        try:
            read, picture = self._capture.read()
            if not read:
                return None
            grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        except cv2.error as error:
            raise CameraLost(f"camera báo lỗi: {error}", f"the camera fails: {error}") from error
        return cast(Grey, grey)

    def release(self) -> None:
        self._capture.release()


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
        raise CameraLost(
            f"không mở được camera {source}: đã cắm chưa, có chương trình khác đang dùng không?",
            f"the camera {source} cannot be opened: is it plugged in, and not in use?",
        )
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
