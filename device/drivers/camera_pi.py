"""A camera on the Pi's ribbon cable, through picamera2: OpenCV cannot read those.

picamera2 is a package of Raspberry Pi OS (apt: python3-picamera2) and is imported here alone.  The
luminance plane of YUV420 is the grey picture, as it comes: no conversion, and rows are cut to their
width.
"""

import importlib
from types import ModuleType
from typing import Any, Protocol, cast

from device.drivers import CameraLost
from device.drivers.grabber import OPENING, SILENCE, Grabber, Grey

_BUFFERS = 2  # one being looked at, one being filled: a longer queue would show the past
_CONTINUOUS, _MANUAL = 2, 0  # libcamera's AfModeContinuous and AfModeManual
_TROUBLES = (RuntimeError, OSError, ValueError, IndexError, KeyError)  # what it raises


class _Picamera2(Protocol):
    """The part of `picamera2.Picamera2` that is used."""

    @property
    def camera_controls(self) -> dict[str, Any]: ...
    def create_video_configuration(self, **options: object) -> dict[str, Any]: ...
    def configure(self, camera_config: dict[str, Any]) -> None: ...
    def set_controls(self, controls: dict[str, object]) -> None: ...
    def start(self) -> None: ...
    def capture_array(self, name: str) -> Grey: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


class PiCamera(Grabber):
    """`number` counts the Pi's cameras from 0.

    `focus`: dioptres (1 / metres) for a code held at a fixed place, 0 for autofocus; a camera that
    cannot focus ignores it.
    """

    def __init__(
        self,
        number: int = 0,
        width: int = 1280,
        height: int = 720,
        focus: float = 0.0,
        *,
        silence: float = SILENCE,
        opening: float = OPENING,
    ) -> None:
        super().__init__(f"Pi camera {number}", silence=silence, opening=opening)
        self._number, self._size, self._focus = number, (width, height), focus
        self._thread.start()

    def _open(self) -> "_PiCapture":
        return _PiCapture(_picamera2(), self._number, self._size, self._focus)


class _PiCapture:
    """Implements `Capture`."""

    def __init__(
        self, module: ModuleType, number: int, size: tuple[int, int], focus: float
    ) -> None:
        self._size = size
        try:
            self._camera = cast(_Picamera2, module.Picamera2(number))
        except _TROUBLES as error:
            raise CameraLost(
                f"không mở được camera Pi {number}: {error}",
                f"Pi camera {number} cannot be opened: {error}",
            ) from error
        try:
            self._start(focus)
        except _TROUBLES as error:
            self.release()
            raise CameraLost(
                f"không khởi động được camera Pi {number}: {error}",
                f"Pi camera {number} cannot be started: {error}",
            ) from error
        self.exposure = PiExposure(self._camera)

    def picture(self) -> Grey | None:
        width, height = self._size
        try:
            planes = self._camera.capture_array("main")
        except _TROUBLES as error:
            raise CameraLost(
                f"camera Pi không cho hình: {error}", f"the Pi camera gives no picture: {error}"
            ) from error
        return planes[:height, :width].copy()  # the buffer goes back to the camera

    def release(self) -> None:
        for end in (self._camera.stop, self._camera.close):
            try:
                end()
            except _TROUBLES:
                continue  # it is gone: nothing is left to give back

    def _start(self, focus: float) -> None:
        main = {"size": self._size, "format": "YUV420"}
        wanted = self._camera.create_video_configuration(main=main, buffer_count=_BUFFERS)
        self._camera.configure(wanted)
        if "AfMode" in self._camera.camera_controls:
            fixed: dict[str, object] = {"AfMode": _MANUAL, "LensPosition": focus}
            self._camera.set_controls(fixed if focus else {"AfMode": _CONTINUOUS})
        self._camera.start()


class PiExposure:
    """Implements `Exposure`: libcamera's own metering, told to aim darker."""

    def __init__(self, camera: _Picamera2) -> None:
        self._camera = camera
        self._asked = 0.0

    def change(self, stops: float, brightness: float) -> bool:
        if "ExposureValue" not in self._camera.camera_controls:
            return False
        self._asked = stops
        self._camera.set_controls({"ExposureValue": stops})
        return True

    def restore(self) -> None:
        if self._asked:
            self._asked = 0.0
            try:
                self._camera.set_controls({"ExposureValue": 0.0})
            except _TROUBLES:
                return  # gone, and its exposure with it


def _picamera2() -> ModuleType:
    try:
        return importlib.import_module("picamera2")
    except (ImportError, OSError) as error:
        raise CameraLost(
            "không có picamera2: sudo apt install --no-install-recommends python3-picamera2, "
            f"và chương trình phải thấy được các gói của hệ thống (docs/pi.md): {error}",
            "no picamera2 here: sudo apt install --no-install-recommends python3-picamera2, "
            f"and a program that sees the system's packages (docs/pi.md): {error}",
        ) from error
