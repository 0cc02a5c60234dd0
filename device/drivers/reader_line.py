"""A serial reader that sends one line for each code: nearly every reader, once it is set so.

    [STX] [prefix] ]cm data CR | LF | CR LF | ETX | TAB

`]cm` is the AIM identifier: set the reader to send it, and a QR can never pass for a tube's bars.
Bytes are kept as they came; what they mean is decided elsewhere.
"""

import re
import time
from collections import Counter, deque
from dataclasses import dataclass

import serial

from device.drivers import ReaderLost, Scan

_ENDS = re.compile(rb"[\r\n\x03\t]")
_AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_STX = b"\x02"
_SLICE = 0.05  # seconds: how soon a partial line is noticed


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How one reader sends; seconds and bytes."""

    baud: int = 9600
    prefix: bytes = b""
    partial_seconds: float = 0.2
    longest: int = 4296


class LineReader:
    """Implements `device.drivers.Reader` on a serial port or a `socket://` address.

    `counts` holds what was thrown away: 'partial' lines that never ended, 'overlong' ones.
    """

    def __init__(self, port: str, settings: LineSettings | None = None) -> None:
        self._settings = settings or LineSettings()
        self.counts: Counter[str] = Counter()
        self._heard, self._heard_at = b"", 0.0
        self._skipping = False
        self._lines: deque[tuple[bytes, float]] = deque()
        try:
            self._port = serial.serial_for_url(
                port, self._settings.baud, timeout=_SLICE, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise ReaderLost(f"cannot open the reader at {port}: {error}") from error
        self.flush()

    def read(self, timeout: float) -> Scan | None:
        """Return the next scan, or None if *timeout* seconds bring none; raise ReaderLost."""
        until = time.monotonic() + timeout
        while not self._lines:
            self._listen()
            self._drop_partial(time.monotonic())
            if not self._lines and time.monotonic() >= until:
                return None
        line, at = self._lines.popleft()
        return self._scan(line, at)

    def flush(self) -> None:
        """Throw away what was scanned but not read yet."""
        self._heard, self._skipping = b"", False
        self._lines.clear()
        try:
            self._port.reset_input_buffer()
        except (serial.SerialException, OSError) as error:
            raise ReaderLost(f"the reader is gone: {error}") from error

    def close(self) -> None:
        """Release the port; closing twice is harmless."""
        try:
            self._port.close()
        except OSError:
            return  # it was unplugged: there is nothing left to release

    def _listen(self) -> None:
        try:
            heard = self._port.read(max(1, self._port.in_waiting))
        except (serial.SerialException, OSError) as error:
            raise ReaderLost(f"the reader is gone: {error}") from error
        if heard:
            self._heard_at = time.monotonic()
            self._split(self._heard + heard)

    def _split(self, heard: bytes) -> None:
        """Take whole lines out of *heard*; keep the rest for later, unless it is endless."""
        *lines, self._heard = _ENDS.split(heard)
        if lines and self._skipping:
            self._skipping = False
            del lines[0]  # the end of the line that was too long
        for line in filter(None, lines):
            if len(line) <= self._settings.longest:
                self._lines.append((line, self._heard_at))
            else:
                self.counts["overlong"] += 1
        if len(self._heard) > self._settings.longest:
            self.counts["overlong"] += not self._skipping
            self._heard, self._skipping = b"", True

    def _drop_partial(self, now: float) -> None:
        if (self._heard or self._skipping) and now - self._heard_at > self._partial_seconds:
            self.counts["partial"] += bool(self._heard)
            self._heard, self._skipping = b"", False

    @property
    def _partial_seconds(self) -> float:
        return self._settings.partial_seconds

    def _scan(self, line: bytes, at: float) -> Scan:
        data = line.removeprefix(_STX).removeprefix(self._settings.prefix)
        aim = _AIM.match(data)
        if aim is None:
            return Scan(data, "", at)
        return Scan(data[aim.end() :], aim[0].decode("ascii"), at)
