"""A serial reader that sends one line for each code: nearly every reader, once it is set so.

    [STX] [prefix] ]cm data CR | LF | CR LF | ETX | TAB

`]cm` is the AIM identifier: set the reader to send it, and a QR can never pass for a tube's bars.
Bytes are kept as they came; what they mean is decided elsewhere.

A line that fell silent in its middle may go on late, or have lost its end: then what comes next is
another line.  An AIM identifier tells which.  Without one nobody knows, and it counts for nothing.
Silence is what this driver waited through: a busy machine that came late to its port is none.
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
_BREAK = 0.5  # seconds of silence after which another line may have begun


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How one reader sends; seconds and bytes."""

    baud: int = 9600
    prefix: bytes = b""
    partial_seconds: float = 2.0
    longest: int = 4296


class LineReader:
    """Implements `device.drivers.Reader` on a serial port or a `socket://` address.

    `counts` holds what was thrown away: 'partial' lines that never ended, 'overlong' ones.
    """

    def __init__(self, port: str, settings: LineSettings | None = None) -> None:
        self._settings = settings or LineSettings()
        self.counts: Counter[str] = Counter()
        self._heard, self._heard_at = b"", 0.0
        self._quiet, self._broken_at = 0.0, 0
        self._skipping = False
        self._lines: deque[tuple[bytes, float]] = deque()
        try:
            self._port = serial.serial_for_url(
                port, self._settings.baud, timeout=_SLICE, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise ReaderLost(
                f"không mở được đầu đọc ở {port}: {error}",
                f"cannot open the reader at {port}: {error}",
            ) from error
        self.flush()

    def read(self, timeout: float) -> Scan | None:
        """Return the next scan, or None if *timeout* seconds bring none; raise ReaderLost."""
        until = time.monotonic() + timeout
        while not self._lines:
            self._listen()
            self._drop_partial()
            if not self._lines and time.monotonic() >= until:
                return None
        line, at = self._lines.popleft()
        return self._scan(line, at)

    def flush(self) -> None:
        """Throw away what was scanned but not read yet."""
        self._heard, self._skipping, self._broken_at = b"", False, 0
        self._lines.clear()
        try:
            self._port.reset_input_buffer()
        except (serial.SerialException, OSError) as error:
            raise ReaderLost(f"mất đầu đọc: {error}", f"the reader is gone: {error}") from error

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
            raise ReaderLost(f"mất đầu đọc: {error}", f"the reader is gone: {error}") from error
        if not heard:
            self._quiet += _SLICE
            return
        if self._heard and self._quiet >= _BREAK:
            self._broken_at = len(self._heard)
        self._quiet, self._heard_at = 0.0, time.monotonic()
        self._split(self._heard + heard)

    def _split(self, heard: bytes) -> None:
        """Take whole lines out of *heard*; keep the rest for later, unless it is endless."""
        *lines, self._heard = _ENDS.split(heard)
        if lines and self._skipping:
            self._skipping = False
            del lines[0]  # the end of the line that was too long
        elif lines and self._broken_at:
            lines[0], self._broken_at = self._mended(lines[0]), 0
        for line in filter(None, lines):
            if len(line) <= self._settings.longest:
                self._lines.append((line, self._heard_at))
            else:
                self.counts["overlong"] += 1
        if len(self._heard) > self._settings.longest:
            self.counts["overlong"] += not self._skipping
            self._heard, self._skipping, self._broken_at = b"", True, 0

    def _mended(self, line: bytes) -> bytes:
        """Return what counts of a line that was silent at `_broken_at`; b"" for nothing."""
        late = line[self._broken_at :]
        if _AIM.match(self._bare(late)):
            self.counts["partial"] += 1
            return late
        if _AIM.match(self._bare(line)):
            return line
        self.counts["partial"] += 1
        return b""

    def _drop_partial(self) -> None:
        if (self._heard or self._skipping) and self._quiet >= self._settings.partial_seconds:
            self.counts["partial"] += bool(self._heard)
            self._heard, self._skipping, self._broken_at = b"", False, 0

    def _bare(self, line: bytes) -> bytes:
        return line.removeprefix(_STX).removeprefix(self._settings.prefix)

    def _scan(self, line: bytes, at: float) -> Scan:
        data = self._bare(line)
        aim = _AIM.match(data)
        if aim is None:
            return Scan(data, "", at)
        return Scan(data[aim.end() :], aim[0].decode("ascii"), at)
