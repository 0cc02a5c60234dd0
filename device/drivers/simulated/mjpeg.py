"""A camera before which we put pictures: MJPEG in real time over loopback HTTP.

`cv2.VideoCapture(camera.url)` reads it on the same path as a USB camera.  Several stations may
watch at once; one that is slow misses frames, as it would with a real camera.  It can fail on
purpose: `freeze` keeps the line open and sends nothing, `unplug` cuts it.  Its pictures get darker
on `POST /exposure?stops=-2`; `exposable_url` tells a station so.
"""

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import isfinite
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
from numpy.typing import NDArray

from device.drivers.simulated import optics
from device.drivers.simulated.scene import Scene, render

Picture = NDArray[np.uint8]  # grey, or blue-green-red
QUALITY = 85  # of the JPEG; cheap webcams are about there
_BOUNDARY = "frame"
_EXPOSURE = "/exposure"
_GAMMA = 2.2  # grey levels are about the 2.2nd root of light


class MjpegCamera:
    """Serves what `show` was given last, over and over, `fps` pictures a second, until `stop`."""

    def __init__(self, fps: float = 15.0) -> None:
        self._table = _Film(_empty_table())
        self._film = self._table
        self._place = 0
        self._stops = 0.0
        self._plugged, self._running, self._frozen = True, True, False
        self._picture, self._number = self._table.at(0, 0.0), 1
        self._changed = threading.Condition()
        self._pause = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.camera = self
        self._threads = (
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._play, args=(1 / fps,), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/video.mjpg"

    @property
    def exposable_url(self) -> str:
        return f"{self.url}#exposure={_EXPOSURE}"

    @property
    def stops(self) -> float:
        """The exposure that was asked for last, in EV from normal."""
        return self._stops

    def show(
        self, frames: Sequence[Picture] | None, darker: Sequence[Picture] | None = None
    ) -> None:
        """Put *frames* before the camera from its next picture on; None leaves the table empty.

        *darker*: the same as a shorter exposure shows them; without it they are merely dimmed.
        """
        film = _Film(frames, darker) if frames else self._table
        with self._changed:
            self._film, self._place = film, 0

    def expose(self, stops: float) -> None:
        """Take the next pictures *stops* EV from normal, 0 to -6."""
        self._stops = stops

    def freeze(self, *, frozen: bool = True) -> None:
        """Keep the line open and send nothing, as a wedged driver does."""
        self._frozen = frozen

    def unplug(self) -> None:
        """End every stream, and refuse new ones until `plug`."""
        with self._changed:
            self._plugged = False
            self._changed.notify_all()

    def plug(self) -> None:
        with self._changed:
            self._plugged = True

    def stop(self) -> None:
        """End everything; stopping twice is harmless."""
        with self._changed:
            self._running = False
            self._changed.notify_all()
        self._pause.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def live(self) -> bool:
        return self._running and self._plugged

    def after(self, number: int) -> tuple[bytes, int] | None:
        """Wait for a picture newer than *number*; None when the stream is over."""
        with self._changed:
            self._changed.wait_for(lambda: not self.live or self._number > number)
            return (self._picture, self._number) if self.live else None

    def _play(self, interval: float) -> None:
        while not self._pause.wait(interval):
            if self._frozen:
                continue
            with self._changed:
                self._picture = self._film.at(self._place, self._stops)
                self._place += 1
                self._number += 1
                self._changed.notify_all()


class _Film:
    """Pictures before the camera, made into JPEG once for each exposure that was asked for."""

    def __init__(self, frames: Sequence[Picture], darker: Sequence[Picture] | None = None) -> None:
        self._frames, self._darker = frames, darker
        self._made = {0.0: [_jpeg(frame) for frame in frames]}

    def at(self, place: int, stops: float) -> bytes:
        if stops not in self._made:
            frames = self._darker or [_dimmed(frame, stops) for frame in self._frames]
            self._made[stops] = [_jpeg(frame) for frame in frames]
        pictures = self._made[stops]
        return pictures[place % len(pictures)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    camera: MjpegCamera


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0  # a watcher that reads nothing for so long has gone

    def do_GET(self) -> None:
        camera = self.server.camera
        if not camera.live:
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        self.end_headers()
        number = 0
        try:
            while (newer := camera.after(number)) is not None:
                picture, number = newer
                self.wfile.write(_part(picture))
        except OSError:
            return  # the watcher went away

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        stops = _number(parse_qs(where.query).get("stops", [""])[0])
        if where.path != _EXPOSURE or stops is None or not self.server.camera.live:
            self.send_error(404 if where.path != _EXPOSURE else 400)
            return
        self.server.camera.expose(stops)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
        """A simulated camera keeps no log."""


def _part(picture: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
    return head.encode("ascii") + picture + b"\r\n"


def _jpeg(frame: Picture) -> bytes:
    _, made = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return made.tobytes()


def _dimmed(frame: Picture, stops: float) -> Picture:
    return cast(Picture, np.rint(frame * 2 ** (stops / _GAMMA)).astype(np.uint8))


def _number(text: str) -> float | None:
    """Return an exposure that a camera could have, or None."""
    try:
        stops = float(text)
    except ValueError:
        return None
    return stops if isfinite(stops) and -6 <= stops <= 0 else None


def _empty_table() -> list[Picture]:
    """A table with nothing of ours on it; the sensor's noise differs from frame to frame."""
    table = render((), Scene(clutter=True), np.random.default_rng(7)).astype(np.float32)
    rng = np.random.default_rng(8)
    noisy = (optics.noise(table, 3.0, rng) for _ in range(4))
    return [np.clip(frame, 0, 255).astype(np.uint8) for frame in noisy]
