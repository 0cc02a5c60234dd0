"""The guest's console: one shell command at a time, its output and exit code."""

import re
import uuid
from pathlib import Path
from time import monotonic, sleep

from pi.machine import MachineTrouble, connect

_PIECE = 16  # bytes in one go: more than the emulated UART's queue would be lost


class Console:
    """The shell at the end of the guest's start."""

    def __init__(self, folder: Path) -> None:
        self._line = connect(folder / "console.sock")
        self._line.settimeout(0.2)
        self.do("true")  # what the shell said before it was spoken to is behind us

    def close(self) -> None:
        self._line.close()

    def run(self, command: str, seconds: float = 120.0) -> tuple[int, str]:
        """Run *command*; return its exit code and what it printed."""
        mark = uuid.uuid4().hex[:12]
        self._send(f'{command}\necho "END"_{mark}_$?_\n'.encode())
        heard, last = b"", monotonic() + seconds
        while (end := ended(heard.decode("utf-8", "replace"), mark)) is None:
            if monotonic() > last:
                raise MachineTrouble(f"no end of {command!r} within {seconds:.0f} s: {heard!r}")
            heard += self._hear()
        return end

    def do(self, command: str, seconds: float = 120.0) -> str:
        """Run *command*; raise MachineTrouble where it fails."""
        code, said = self.run(command, seconds)
        if code:
            raise MachineTrouble(f"{command!r} ended with {code}: {said}")
        return said

    def write(self, path: str, text: str) -> None:
        """Write *text* into a file of the guest's, and see it onto the card."""
        self.do(f"cat >{path} <<'TEXT_ENDS'\n{text}\nTEXT_ENDS")
        self.do(f"sync {path}")

    def _send(self, data: bytes) -> None:
        for at in range(0, len(data), _PIECE):
            self._line.sendall(data[at : at + _PIECE])
            sleep(0.004)

    def _hear(self) -> bytes:
        try:
            heard = self._line.recv(65536)
        except TimeoutError:
            return b""
        if not heard:
            raise MachineTrouble("the guest's console is gone")
        return heard


def ended(heard: str, mark: str) -> tuple[int, str] | None:
    """Return the exit code behind *mark* and what was printed before it; None: not ended yet."""
    found = re.search(rf"END_{mark}_(\d+)_", heard)
    return (int(found[1]), heard[: found.start()].replace("\r", "").strip()) if found else None
