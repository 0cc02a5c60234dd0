"""A camera in a process of its own, which is killed when its driver hangs.

A thread in a read that never returns keeps the device, and the next open fails or hangs as well:
only the end of its process gives it back.  The station's own loop never waits for the driver.
"""

import contextlib
import fcntl
import logging
import os
import select
import subprocess
import sys
from time import monotonic
from typing import IO

import msgspec

from device.drivers import CameraLost, Frame
from device.drivers.camera_process import Spec
from device.drivers.camera_wire import ASK, Heard
from device.drivers.grabber import OPENING, SILENCE

log = logging.getLogger(__name__)
_STALE = 0.5  # seconds after which a frame that nobody took is of the past
_LEAVE = 2.0  # seconds that the process may take to leave the camera as it found it
_SYSTEM = "/usr/lib/python3/dist-packages"  # where apt puts picamera2 and what it needs
_F_SETPIPE_SZ = 1031
_PIPE = 1 << 20  # bytes: a picture goes over in one piece
_left_behind: list[subprocess.Popen[bytes]] = []  # killed, and held by the kernel in a driver


class GuardedCamera:
    """Implements `device.drivers.Camera` and `Exposable`."""

    def __init__(self, spec: Spec, *, silence: float = SILENCE, opening: float = OPENING) -> None:
        _left_behind[:] = [one for one in _left_behind if one.poll() is None]
        if len(_left_behind) > 1:
            raise CameraLost(
                "trình điều khiển camera treo và không tắt được; khởi động lại trạm",
                "the camera's driver hangs and cannot be killed; restart the station",
            )
        self._spec, self._silence = spec, silence
        self._heard, self._asked = Heard(), False
        words = [sys.executable, "-m", "device.drivers.camera_process"]
        words.append(msgspec.json.encode(spec).decode())
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            words,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env=_surroundings(spec),
        )
        self._in, self._out = _ends(self._process)
        # A camera of ours tells of its own silence first; this one is for a process that hangs.
        self._deadline = monotonic() + opening + silence

    def frame(self, timeout: float) -> Frame | None:
        """Return a frame newer than the last one given, or None after *timeout* seconds.

        Raises CameraLost; the process is dead by then.
        """
        until = monotonic() + timeout
        try:
            while (frame := self._next(until)) is not None:
                self._deadline = monotonic() + 2 * self._silence
                if monotonic() - frame.at < _STALE:
                    return frame
        except CameraLost:
            self._kill()
            raise
        if monotonic() > self._deadline:
            self._kill()
            raise CameraLost(
                f"camera {self._spec.source} treo; đã tắt tiến trình của nó",
                f"the camera {self._spec.source} hangs; its process was ended",
            )
        return None

    def expose(self, stops: float) -> bool:
        """Ask for frames *stops* EV from normal; False once it is known that it cannot be done."""
        with contextlib.suppress(CameraLost):
            self._tell(f"expose {stops}\n".encode("ascii"))
        return self._heard.exposable

    def close(self) -> None:
        """Let the process leave the camera as it found it, or kill it; twice is harmless."""
        self._in.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAVE)
        self._kill()
        self._out.close()

    def _next(self, until: float) -> Frame | None:
        if not self._asked:
            self._tell(ASK)
            self._asked = True
        while (frame := self._heard.take()) is None:
            if not select.select([self._out], [], [], max(0.0, until - monotonic()))[0]:
                return None
            data = os.read(self._out.fileno(), min(max(1, self._heard.missing), _PIPE))
            if not data:
                raise self._ended()
            self._heard.feed(data)
        self._asked = False
        return frame

    def _tell(self, request: bytes) -> None:
        try:
            self._in.write(request)
        except (OSError, ValueError) as error:
            raise self._ended() from error

    def _ended(self) -> CameraLost:
        return CameraLost(
            f"camera {self._spec.source}: tiến trình của nó đã kết thúc",
            f"the camera {self._spec.source}: its process ended",
        )

    def _kill(self) -> None:
        if self._process.poll() is not None:
            return
        self._process.kill()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            log.error("the camera's process %d cannot be killed", self._process.pid)  # noqa: TRY400
            _left_behind.append(self._process)


def _surroundings(spec: Spec) -> dict[str, str]:
    """Let the Pi's camera see the system's packages: picamera2 needs the numpy it came with."""
    if spec.driver != "picamera2":
        return dict(os.environ)
    path = [one for one in (os.environ.get("PYTHONPATH"), _SYSTEM) if one]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _ends(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return the ends of the process's pipes, the second one wide enough for a picture."""
    if process.stdin is None or process.stdout is None:
        raise CameraLost(
            "tiến trình của camera không có đường truyền dữ liệu",
            "the camera's process has no pipes",
        )
    with contextlib.suppress(OSError):
        fcntl.fcntl(process.stdout.fileno(), _F_SETPIPE_SZ, _PIPE)
    return process.stdin, process.stdout
