"""What lies on the emulated table: a GM65 on USB that can be pulled, and a reader that types."""

import socket
import threading
from pathlib import Path
from time import sleep

from device.drivers.simulated.readers.gm65 import Gm65Model
from pi.machine import Monitor, connect

_BETWEEN = 0.03  # seconds between two keys: the emulated keyboard's queue is short
_NAMES = {" ": "spc", "-": "minus", ".": "dot", "/": "slash", "\n": "ret", "]": "bracket_right"}
_SHIFTED = {":": "semicolon", "+": "equal", "$": "4", "%": "5", "*": "8"}


class UsbReader:
    """A GM65 inside a USB-serial chip: the guest sees it come and go on its bus."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reader.sock"
        self.model = Gm65Model()
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def plug(self) -> None:
        """Plug it in: the guest's kernel finds it, udev names it."""
        self._line = connect(self._path)
        self._thread = threading.Thread(target=self._answer, args=(self._line,), daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Pull its cable; it forgets what was not saved."""
        line, self._line = self._line, None
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
            line.close()
        if self._thread is not None:
            self._thread.join()
        self.model.cut_power()

    def scan(self, text: str) -> None:
        """Hold a tube before it."""
        if self._line is not None:
            self._line.sendall(self.model.code(text.encode("ascii"), "]C0"))

    def _answer(self, line: socket.socket) -> None:
        while True:
            try:
                heard = line.recv(4096)
                if not heard:
                    return
                for frame in self.model.hear(heard):
                    line.sendall(frame)
            except OSError:
                return  # it was pulled, or the power was cut


def type_code(monitor: Monitor, text: str) -> None:
    """Let the wedge type *text* and Enter."""
    for sign in text + "\n":
        monitor.order(f"sendkey {key_of(sign)} 10")
        sleep(_BETWEEN)


def key_of(sign: str) -> str:
    """Return QEMU's name of the key, or keys, that type *sign* on a US keyboard."""
    if sign in _SHIFTED:
        return f"shift-{_SHIFTED[sign]}"
    if sign in _NAMES:
        return _NAMES[sign]
    if not sign.isascii() or not sign.isalnum():
        raise ValueError(f"no key for {sign!r}")
    return f"shift-{sign.lower()}" if sign.isupper() else sign
