"""The process that a camera has to itself: `python -m device.drivers.camera_process SPEC`.

It owns the driver, so that a driver that hangs can be killed with it.  It ends by itself when the
station does (its input closes), or when the camera is lost.
"""

import importlib
import os
import select
import sys
from typing import cast

import msgspec

from contract.spoken import choose
from device.drivers import Camera, CameraLost, Exposable
from device.drivers.camera_wire import ASK, farewell, framed

_SLICE = 0.2  # seconds after which it looks for a new request
_IN, _OUT = 0, 1


class Spec(msgspec.Struct, frozen=True):
    """Which camera."""

    driver: str
    source: str | int
    width: int = 1280
    height: int = 720
    focus: float = 0.0


def open_camera(spec: Spec) -> Camera:
    """Open the camera of *spec* in this process, which loads what that kind needs and no more."""
    if spec.driver == "picamera2":
        pi = importlib.import_module("device.drivers.camera_pi")
        return cast(Camera, pi.PiCamera(int(spec.source), spec.width, spec.height, spec.focus))
    opencv = importlib.import_module("device.drivers.camera_opencv")
    return cast(Camera, opencv.OpenCvCamera(spec.source, spec.width, spec.height))


def serve(camera: Camera) -> None:
    """Answer requests until the input closes; raise CameraLost."""
    asked, heard, exposable = False, b"", True
    while True:
        if select.select([_IN], [], [], 0 if asked else _SLICE)[0]:
            data = os.read(_IN, 4096)
            if not data:
                return
            *lines, heard = (heard + data).split(b"\n")
            asked = asked or ASK.strip() in lines
            told = [_exposed(camera, line) for line in lines]
            exposable = all(told) and exposable
        frame = camera.frame(_SLICE) if asked else None
        if frame is not None:
            for part in framed(frame, exposable=exposable):
                _write(part)
            asked = False


def _exposed(camera: Camera, line: bytes) -> bool:
    """Pass on a request for darker pictures; return False once it is known to be in vain."""
    if not line.startswith(b"expose "):
        return True
    return isinstance(camera, Exposable) and camera.expose(float(line.split()[1]))


def _write(data: bytes | memoryview) -> None:
    rest = memoryview(data).cast("B")
    while rest:
        rest = rest[os.write(_OUT, rest) :]


def main() -> None:
    choose([], os.environ)  # what is said goes into the station's log
    camera = open_camera(msgspec.json.decode(sys.argv[1], type=Spec))
    try:
        serve(camera)
    except CameraLost as lost:
        _write(farewell(str(lost)))
    except BrokenPipeError:
        pass  # the station went away
    camera.close()
    os._exit(0)  # a thread that hangs in a driver is left behind, and goes with the process


if __name__ == "__main__":
    main()
