"""What the station says, line by line, over a wire of its own out of the guest."""

import queue
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

import msgspec

from device.lines import Line
from pi.machine import MachineTrouble, connect

GUEST = "/dev/virtio-ports/lines"  # where the station's output goes, inside


class Lines:
    """Collects lines as they come; `heard` is everything that was ever told to people."""

    def __init__(self, folder: Path, heard: list[Line]) -> None:
        self.heard = heard
        self._line = connect(folder / "lines.sock")
        self._new: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, name="lines", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take in what is under way, and end."""
        self._thread.join(2.0)
        self._line.close()

    def wait(self, *outcomes: str, seconds: float = 60.0) -> Line:
        """Return the next line with one of *outcomes*; raise MachineTrouble if none comes."""
        last, others = monotonic() + seconds, list[str]()
        while (left := last - monotonic()) > 0:
            with suppress(queue.Empty):
                line = self._new.get(timeout=left)
                if line.outcome in outcomes:
                    return line
                others.append(f"{line.outcome} {line.reason}".strip())
        raise MachineTrouble(f"waited for {' or '.join(outcomes)}; the station said {others}")

    def _listen(self) -> None:
        rest = b""
        while True:
            try:
                more = self._line.recv(65536)
            except OSError:
                return
            if not more:
                return
            *whole, rest = (rest + more).split(b"\n")
            for text in whole:
                with suppress(msgspec.DecodeError):
                    line = msgspec.json.decode(text, type=Line)
                    self.heard.append(line)
                    self._new.put(line)
