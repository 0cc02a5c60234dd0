"""A serial port, opened for us alone.  Whatever goes wrong with it means: the reader is gone."""

import termios
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import serial

from device.drivers import ReaderLost

_WRITE = 0.5  # seconds: a reader that takes nothing must not hold up the station
_T = TypeVar("_T")


class Port:
    """Bytes to and from one reader.

    Both kinds of error that an unplugged reader causes (SerialException, bare OSError) become
    ReaderLost.  `trace` is told every byte, 'in' or 'out': for showing, never for a log, as
    persons' codes pass here.
    """

    def __init__(
        self, path: str, baud: int, trace: Callable[[str, bytes], None] | None = None
    ) -> None:
        self.path = path
        self._trace = trace
        try:
            self._serial = serial.serial_for_url(
                path, baud, timeout=0, write_timeout=_WRITE, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise ReaderLost(
                f"không mở được đầu đọc ở {path}: {error}",
                f"cannot open the reader at {path}: {error}",
            ) from error

    def read(self, timeout: float) -> bytes:
        """Return what arrives, at the latest after *timeout* seconds; b'' if nothing does."""

        def work() -> bytes:
            self._serial.timeout = timeout
            first = self._serial.read(1)
            return bytes(first + self._serial.read(self._serial.in_waiting)) if first else b""

        data = self._guard(work)
        if data and self._trace:
            self._trace("in", data)
        return data

    def write(self, data: bytes) -> None:
        """Send *data*."""
        if self._trace:
            self._trace("out", data)
        self._guard(lambda: self._serial.write(data))

    def set_baud(self, baud: int) -> None:
        """Go on at another rate."""

        def work() -> None:
            self._serial.baudrate = baud

        self._guard(work)

    def drain(self, quiet: float, longest: float = 2.0) -> bytes:
        """Read until the line has been quiet for *quiet* seconds; return what came."""
        drained, until = b"", time.monotonic() + longest
        while (data := self.read(quiet)) and time.monotonic() < until:
            drained += data
        return drained + data

    def close(self) -> None:
        """Release the port; closing twice is harmless.

        Bytes that the reader has not taken are dropped: the kernel would wait up to half a minute
        for a UART's to leave, and the station would not end before that.
        """
        with suppress(serial.SerialException, OSError, termios.error):  # it was unplugged
            if self._serial.is_open:
                self._serial.reset_output_buffer()
        with suppress(serial.SerialException, OSError):
            self._serial.close()

    def _guard(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except (serial.SerialException, OSError, TypeError, ValueError) as error:
            # The last two escape from pyserial where the port was closed meanwhile.
            raise ReaderLost(
                f"mất đầu đọc ở {self.path}: {error}", f"the reader at {self.path} is gone: {error}"
            ) from error
