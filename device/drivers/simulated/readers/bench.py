"""A simulated reader on a pseudo-terminal, behind a name that stays, with faults to order.

The reader answers only at its own rate, as a wrong one would be noise to it.  Each fault strikes
the next frame that the reader sends, in the order they were ordered.
"""

import contextlib
import os
import select
import termios
import threading
import tty
from collections import deque
from enum import StrEnum
from pathlib import Path

from device.drivers.simulated.readers.model import Model

_RATES = {9600: termios.B9600, 57600: termios.B57600, 115200: termios.B115200}
GARBAGE = b"\xf8\x00\x9e\x1e\x07\xfe"


class Fault(StrEnum):
    DROP = "drop"
    DUPLICATE = "duplicate"
    PARTIAL = "partial"
    WRONG_CHECKSUM = "wrong-checksum"
    NAK = "nak"
    DELAY = "delay"
    GARBAGE = "garbage"


class Bench:
    """Holds one reader; whoever has it is the hand that scans and the foot that pulls the cable."""

    def __init__(self, model: Model, path: Path, delay: float = 0.4) -> None:
        self.model, self.path, self.delay = model, path, delay
        self.faults: deque[Fault | None] = deque()
        self.held_up: deque[tuple[bytes, str]] = deque()  # codes read just before an answer
        self.hung = False
        self.pull_after = -1  # answers until the cable is pulled; -1: it is not
        self._ends: tuple[int, int] | None = None
        self._sending = threading.Lock()
        self._answering: threading.Thread | None = None
        self._stop = threading.Event()
        self.plug()

    def scan(self, data: bytes, aim: str = "]C0") -> bool:
        """Hold a code before the reader; return whether it read it."""
        frame = self.model.code(data, aim)
        if frame:
            self._send(frame)
        return bool(frame)

    def raw(self, data: bytes) -> None:
        """Put *data* on the wire, as it is."""
        with self._sending:
            if self._ends is not None:
                os.write(self._ends[0], data)

    def plug(self, path: Path | None = None, garbage: bytes = b"") -> None:
        """Plug the reader in, under another name if *path* says so; *garbage* comes first."""
        self.unplug()
        self.path = path or self.path
        far, near = os.openpty()
        tty.setraw(near)
        self._ends = (far, near)
        self._stop.clear()
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(near))
        if garbage:
            os.write(far, garbage)
        self._answering = threading.Thread(target=self._answer, args=(far, near), daemon=True)
        self._answering.start()

    def unplug(self) -> None:
        """Pull the cable: the power goes, and so does the name."""
        if self._ends is None or self._answering is None:
            return
        self._stop.set()
        self._answering.join()
        self._let_go()

    def _let_go(self) -> None:
        self.path.unlink(missing_ok=True)
        with self._sending:
            for end in self._ends or ():
                os.close(end)
            self._ends = None
        self.model.cut_power()

    def _answer(self, far: int, near: int) -> None:
        while not self._stop.is_set():
            if not select.select([far], [], [], 0.01)[0]:
                continue
            if self.pull_after == 0:
                self._let_go()
                return
            with contextlib.suppress(OSError):
                data = os.read(far, 4096)
                if self.hung or termios.tcgetattr(near)[5] != _RATES[self.model.baud]:
                    continue
                for frame in self.model.hear(data):
                    while self.held_up:
                        self.scan(*self.held_up.popleft())
                    self._send(frame)
                    self.pull_after -= self.pull_after > 0

    def _send(self, frame: bytes) -> None:
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.DELAY:
            self._stop.wait(self.delay)
        for piece in spoil(frame, fault, self.model.nak()):
            self.raw(piece)


def spoil(frame: bytes, fault: Fault | None, nak: bytes) -> list[bytes]:
    """Return what goes over the wire instead of *frame* where *fault* strikes."""
    return {
        None: [frame],
        Fault.DELAY: [frame],
        Fault.DROP: [],
        Fault.DUPLICATE: [frame, frame],
        Fault.PARTIAL: [frame[: len(frame) // 2]],
        Fault.WRONG_CHECKSUM: [frame[:-1] + bytes((frame[-1] ^ 0x40,))],
        Fault.NAK: [nak],
        Fault.GARBAGE: [GARBAGE, frame],
    }[fault]
