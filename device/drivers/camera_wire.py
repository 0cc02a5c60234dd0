"""How a camera's own process and the station talk: requests in lines, frames behind a head.

    station -> camera    frame\\n           one more, newer than the last
                         expose -2.0\\n     darker pictures from here on
    camera -> station    head (magic, rows, columns, whether darker pictures can be had, when it was
                         taken), then rows x columns bytes
                         head with no rows: the camera is lost, and columns bytes say why

Both run on one machine, so the monotonic clock is the same.
"""

import struct

import numpy as np

from device.drivers import CameraLost, Frame

HEAD = struct.Struct("<4sII?d")
MAGIC = b"GMF1"
ASK = b"frame\n"
_MOST = 64_000_000  # bytes of one picture: beyond that the line is out of step


def framed(frame: Frame, *, exposable: bool) -> list[bytes | memoryview]:
    """Return what goes over the line for *frame*; its picture is not copied."""
    rows, columns = frame.grey.shape
    return [
        HEAD.pack(MAGIC, rows, columns, exposable, frame.at),
        np.ascontiguousarray(frame.grey).data,
    ]


def farewell(why: str) -> bytes:
    """Return what goes over the line where the camera is lost."""
    said = why.encode()
    return HEAD.pack(MAGIC, 0, len(said), 0, 0.0) + said


class Heard:
    """Bytes from the camera's process, until they make a frame."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.exposable = True

    @property
    def missing(self) -> int:
        """How many bytes the head, or the picture behind it, still wants."""
        if len(self._bytes) < HEAD.size:
            return HEAD.size - len(self._bytes)
        return self._whole() - len(self._bytes)

    def feed(self, data: bytes) -> None:
        self._bytes += data

    def take(self) -> Frame | None:
        """Return a whole frame, or None; raise CameraLost where the process said so, or babbles."""
        if len(self._bytes) < HEAD.size or self.missing > 0:
            return None
        _, rows, columns, self.exposable, at = HEAD.unpack_from(self._bytes)
        body = bytes(memoryview(self._bytes)[HEAD.size : self._whole()])
        self._bytes.clear()
        if not rows:
            why = body.decode("utf-8", "replace")
            raise CameraLost(why)
        return Frame(np.frombuffer(body, np.uint8).reshape(rows, columns), at)

    def _whole(self) -> int:
        magic, rows, columns, _, _ = HEAD.unpack_from(self._bytes)
        size: int = (rows or 1) * columns
        if magic != MAGIC or size > _MOST:
            raise CameraLost(
                "tiến trình của camera gửi thứ không phải ảnh",
                "the camera's process sends what is no picture",
            )
        return HEAD.size + size
