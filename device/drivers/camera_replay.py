"""Pictures from a folder, or a film, over and over at a camera's pace: for trying things out.

What a table looked like can be kept and shown to the station again, without a camera.
"""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import cast

import cv2

from device.drivers import CameraLost
from device.drivers.grabber import OPENING, SILENCE, Grabber, Grey

_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".pgm"}
RATE = 10.0  # pictures a second


class ReplayCamera(Grabber):
    """`source`: a folder of pictures, shown by name, or a film."""

    def __init__(
        self, source: str, rate: float = RATE, *, silence: float = SILENCE, opening: float = OPENING
    ) -> None:
        super().__init__(source, silence=silence, opening=opening)
        self._path, self._interval = Path(source), 1 / rate
        self._thread.start()

    def _open(self) -> "_ReplayCapture":
        return _ReplayCapture(self._path, self._interval)


class _ReplayCapture:
    """Implements `Capture`."""

    exposure = None

    def __init__(self, path: Path, interval: float) -> None:
        self._pictures = _folder(path) if path.is_dir() else _film(path)
        self._pause, self._interval = threading.Event(), interval

    def picture(self) -> Grey | None:
        self._pause.wait(self._interval)
        return next(self._pictures)

    def release(self) -> None:
        self._pictures.close()


def _folder(path: Path) -> Generator[Grey]:
    """Give the pictures of a folder, again and again; a folder may be filled meanwhile."""
    while True:
        shown = 0
        for name in sorted(path.glob("*")):
            if name.suffix.lower() in _PICTURES:
                picture = cv2.imread(str(name), cv2.IMREAD_GRAYSCALE)
                if picture is not None:
                    shown += 1
                    yield cast(Grey, picture)
        if not shown:
            raise CameraLost(f"không có ảnh nào trong {path}", f"there is no picture in {path}")


def _film(path: Path) -> Generator[Grey]:
    while True:
        film, shown = cv2.VideoCapture(str(path)), 0
        try:
            while (read := film.read())[0]:
                shown += 1
                yield cast(Grey, cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY))
        finally:
            film.release()
        if not shown:
            raise CameraLost(
                f"{path} không phải phim chiếu được, cũng không phải thư mục ảnh",
                f"{path} is no film that can be shown, and no folder of pictures",
            )
