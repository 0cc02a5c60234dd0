"""Stands in for picamera2, which only Raspberry Pi OS has: put this folder first on the path.

What the camera sees lies in the folder that SIMULATED_PICAMERA names, so that another process may
have the camera: `picture.png`, and `controls.json` with what it was told.  It fails on purpose
where a file says so: `hang` (a picture that never comes), `broken` (an error), `absent`.
"""

import json
import os
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_RATE = 20.0  # pictures a second
_PADDING = 64  # bytes: rows are longer than the picture is wide, as the hardware wants them
_CONTROLS = {"AfMode": (0, 2, 0), "LensPosition": (0.0, 32.0, 1.0), "ExposureValue": (-8.0, 8.0, 0)}


class Picamera2:
    """One camera: configure, start, capture_array; as the real one refuses, it refuses."""

    def __init__(self, camera_num: int = 0) -> None:
        self._table = Path(os.environ["SIMULATED_PICAMERA"])
        if camera_num or (self._table / "absent").exists():
            raise IndexError("list index out of range")
        self.camera_controls = dict(_CONTROLS)
        self._size = (0, 0)
        self._started = False
        self._told: dict[str, Any] = {}
        self._pause = threading.Event()

    def create_video_configuration(self, **options: Any) -> dict[str, Any]:
        return options

    def configure(self, camera_config: dict[str, Any]) -> None:
        if camera_config["main"]["format"] != "YUV420":
            raise RuntimeError("this stand-in makes YUV420 alone")
        self._size = camera_config["main"]["size"]

    def set_controls(self, controls: dict[str, object]) -> None:
        unknown = controls.keys() - self.camera_controls.keys()
        if unknown:
            raise RuntimeError(f"Control {min(unknown)} is not advertised by libcamera")
        self._told |= controls
        (self._table / "controls.json").write_text(json.dumps(self._told))

    def start(self) -> None:
        self._started = True

    def capture_array(self, name: str = "main") -> NDArray[np.uint8]:
        """Return the planes: a picture's rows, then half as many of colour, all padded."""
        if not self._started:
            raise RuntimeError("Camera must be started before capturing")
        if (self._table / "hang").exists():
            threading.Event().wait()
        if (self._table / "broken").exists():
            raise RuntimeError("Camera frontend has timed out")
        self._pause.wait(1 / _RATE)
        width, height = self._size
        planes = np.full((height * 3 // 2, width + _PADDING), 128, np.uint8)
        planes[:height, :width] = self._seen(width, height)
        return planes

    def stop(self) -> None:
        self._started = False

    def close(self) -> None:
        self._started = False

    def _seen(self, width: int, height: int) -> NDArray[np.uint8]:
        picture = cv2.imread(str(self._table / "picture.png"), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            return np.zeros((height, width), np.uint8)
        stops = float(self._told.get("ExposureValue", 0.0))
        seen = cv2.resize(picture, (width, height))
        return np.asarray(np.clip(seen * 2 ** (stops / 2.2), 0, 255), np.uint8)
