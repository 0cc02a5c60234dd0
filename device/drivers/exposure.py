"""How long a camera exposes: through V4L2, or by asking a network camera over HTTP.

A darker picture is a fixed exposure of a fraction of what the camera's own metering chose.  Many
USB cameras report a stock figure while they meter, so the first darker picture may miss; its
brightness corrects the next.  What was set when we came is set again when we leave.
"""

from math import log2
from typing import Protocol
from urllib.parse import parse_qs, urldefrag, urljoin

import cv2
import urllib3

MANUAL = 1.0  # V4L2_EXPOSURE_MANUAL; a UVC camera's own metering is 3 (aperture priority)
_GAMMA = 2.2  # grey levels are about the 2.2nd root of light
_FARTHEST = 4.0  # EV that a correction may reach
_PATIENCE = 0.5  # seconds that a network camera may take to obey


class Exposure(Protocol):
    """The exposure of one open camera, used by the one thread that reads its frames."""

    def change(self, stops: float, brightness: float) -> bool:
        """Expose *stops* EV from normal; *brightness* is the mean grey level of the last frame.

        Return False where the camera does not obey; it is then as it was.
        """

    def restore(self) -> None:
        """Leave the camera as it was found."""


class Controls(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def get(self, propId: int, /) -> float: ...  # noqa: N803  (its name there)

    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: N803


class V4l2Exposure:
    """The exposure of a camera under /dev."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._mode = controls.get(cv2.CAP_PROP_AUTO_EXPOSURE)
        self._time = controls.get(cv2.CAP_PROP_EXPOSURE)
        self._normal_grey = 0.0
        self._asked = self._correction = 0.0

    def change(self, stops: float, brightness: float) -> bool:
        if stops == 0:
            self._learn(brightness)
            self._asked = 0.0
            return self._as_found()
        self._normal_grey, self._asked = brightness, stops
        if self._mode != MANUAL:
            self._time = self._controls.get(cv2.CAP_PROP_EXPOSURE)
        if self._time > 0 and self._expose(self._time * 2 ** (stops + self._correction)):
            return True
        self._as_found()
        return False

    def restore(self) -> None:
        if self._asked:
            self._as_found()

    def _expose(self, time: float) -> bool:
        mode = self._controls.set(cv2.CAP_PROP_AUTO_EXPOSURE, MANUAL)
        return mode and self._controls.set(cv2.CAP_PROP_EXPOSURE, max(1.0, round(time)))

    def _as_found(self) -> bool:
        time = self._mode != MANUAL or self._controls.set(cv2.CAP_PROP_EXPOSURE, self._time)
        return self._controls.set(cv2.CAP_PROP_AUTO_EXPOSURE, self._mode) and time

    def _learn(self, dark_grey: float) -> None:
        """Correct the next darker picture by how dark this one became."""
        if not self._asked or not self._normal_grey:
            return
        became = _GAMMA * log2(max(dark_grey, 1.0) / self._normal_grey)
        correction = self._correction + self._asked - became
        self._correction = min(max(correction, -_FARTHEST), _FARTHEST)


class HttpExposure:
    """A camera that takes `POST <hook>?stops=-2`, as the simulated one does."""

    def __init__(self, hook: str) -> None:
        self._hook = hook
        self._dark = False
        self._pool = urllib3.PoolManager(timeout=_PATIENCE, retries=False)

    def change(self, stops: float, brightness: float) -> bool:
        try:
            answer = self._pool.request("POST", f"{self._hook}?stops={stops}")
        except urllib3.exceptions.HTTPError:
            return False
        self._dark = stops != 0
        return answer.status < 300

    def restore(self) -> None:
        if self._dark:
            self.change(0.0, 0.0)
        self._pool.clear()


def exposure_of(source: str | int, controls: Controls) -> Exposure | None:
    """Return the exposure of *source*; None for a video file, or a stream that names no hook."""
    if isinstance(source, int) or source.startswith("/dev/"):
        return V4l2Exposure(controls)
    url, fragment = urldefrag(source)
    hook = parse_qs(fragment).get("exposure")
    return HttpExposure(urljoin(url, hook[0])) if hook else None
