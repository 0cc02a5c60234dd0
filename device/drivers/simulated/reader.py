"""A serial reader that is not there: a pseudo-terminal behind a name that stays.

The station opens the name with pyserial, as it would a real reader in /dev/serial/by-id.  Whoever
holds this object is the hand that scans, and the clumsy foot that pulls the cable.
"""

import contextlib
import os
import tty
from pathlib import Path


class PtyReader:
    """Types scans into a pseudo-terminal that the symbolic link *path* points to."""

    def __init__(self, path: Path, end: bytes = b"\r") -> None:
        self.path, self._end = path, end
        self._ends: tuple[int, int] | None = None
        self.lost = 0  # bytes that nobody read, as on a real wire
        self.replug()

    def scan(self, text: str, aim: str = "]C0") -> None:
        """Scan a good code; *aim* is the identifier of its symbology, or ''."""
        self.raw(aim.encode("ascii") + text.encode() + self._end)

    def raw(self, data: bytes) -> None:
        """Put *data* on the wire; what does not fit is lost, as it would be."""
        if self._ends is None:
            self.lost += len(data)
            return
        while data:
            try:
                sent = os.write(self._ends[0], data)
            except BlockingIOError:
                self.lost += len(data)
                return
            data = data[sent:]

    def partial(self, text: str, aim: str = "]C0") -> None:
        """A line that never ends: the reader was knocked off its stand."""
        self.raw(aim.encode("ascii") + text.encode())

    def twice(self, text: str, aim: str = "]C0") -> None:
        """A trigger that bounces: the same code twice in one go."""
        line = aim.encode("ascii") + text.encode() + self._end
        self.raw(line + line)

    def junk(self) -> None:
        """Noise on the wire, as of a wrong baud rate."""
        self.raw(b"\xf8\x00\x9e\x1e\x07\xfe" + self._end)

    def unplug(self) -> None:
        """Pull the cable; the name is gone as well, as udev would have it."""
        if self._ends is None:
            return
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        for end in self._ends:
            os.close(end)
        self._ends = None

    def replug(self) -> None:
        """Put the cable back: another device behind the same name."""
        self.unplug()
        far, near = os.openpty()
        tty.setraw(near)
        os.set_blocking(far, False)
        self._ends = (far, near)
        link = self.path.with_name(f".{self.path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(os.ttyname(near))
        link.replace(self.path)

    def close(self) -> None:
        """Put the simulated reader away; closing twice is harmless."""
        self.unplug()
