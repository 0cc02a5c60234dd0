"""A reader that plays a keyboard (evdev): the last resort, for tubes and our own cards.

The device is grabbed, so that no code is ever typed into another program.  It has no rate to
find, no settings to check and no way to answer; text beyond ASCII does not survive a keyboard, so
lines that could hold a person's name ('|' between fields) are refused, and counted.
"""

import fcntl
import os
import select
import struct
import time
from collections import Counter, deque

from device.drivers import ReaderLost, Scan
from device.drivers.readers.codecs.lines import code
from device.drivers.readers.keyboard import Keyboard

EVENT = struct.Struct("@llHHi")  # time (two longs), type, code, value
_GRAB = 0x40044590  # EVIOCGRAB
_GAP = 0.5  # seconds: a wedge types slowly, but not that slowly


class WedgeReader:
    """Implements `device.drivers.Reader` on /dev/input/by-id/...-event-kbd.

    *grab* False is for feeding it from a pipe.
    """

    def __init__(self, path: str, *, grab: bool = True) -> None:
        self.path = path
        self.counts = Counter[str]()
        self._keyboard = Keyboard()
        self._rest = b""
        self._scans = deque[Scan]()
        self._typed_at = 0.0
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            if grab:
                fcntl.ioctl(self._file, _GRAB, 1)
        except OSError as error:
            self.close()
            raise ReaderLost(
                f"không giữ riêng được bàn phím {path}: {error}",
                f"cannot have the keyboard {path} alone: {error}",
            ) from error

    def read(self, timeout: float) -> Scan | None:
        """Return the next scan, or None if *timeout* seconds bring none; raise ReaderLost."""
        until = time.monotonic() + timeout
        while not self._scans:
            left = max(0.0, until - time.monotonic())
            self._listen(min(left, _GAP))
            if not left and not self._scans:
                return None
        return self._scans.popleft()

    def flush(self) -> None:
        """Throw away what was scanned but not read yet."""
        self._listen(0)
        self._keyboard.drop()
        self._rest = b""
        self._scans.clear()

    def close(self) -> None:
        """Release the keyboard; closing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _listen(self, timeout: float) -> None:
        if self._file < 0:
            raise ReaderLost(f"bàn phím {self.path} đã đóng", f"the keyboard {self.path} is closed")
        ready, _, _ = select.select([self._file], [], [], timeout)
        now = time.monotonic()
        if not ready:
            self._drop_partial(now)
            return
        try:
            data = os.read(self._file, 64 * EVENT.size)
        except OSError as error:
            raise ReaderLost(
                f"mất bàn phím {self.path}: {error}", f"the keyboard {self.path} is gone: {error}"
            ) from error
        if not data:
            raise ReaderLost(f"mất bàn phím {self.path}", f"the keyboard {self.path} is gone")
        self._typed_at = now
        self._take(self._rest + data, now)

    def _take(self, data: bytes, now: float) -> None:
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        for _, _, kind, key, value in EVENT.iter_unpack(data[:whole]):
            line = self._keyboard.feed(kind, key, value)
            if line is not None:
                self._line(line, now)

    def _line(self, line: str, now: float) -> None:
        if not line:
            self.counts["not-ascii"] += 1
        elif "|" in line:
            self.counts["names"] += 1
        else:
            read = code(line.encode("ascii"))
            self._scans.append(Scan(read.data, read.aim, now))

    def _drop_partial(self, now: float) -> None:
        if self._keyboard.typing and now - self._typed_at >= _GAP:
            self.counts["partial"] += 1
            self._keyboard.drop()
