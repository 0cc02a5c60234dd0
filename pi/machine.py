"""The emulator as a process: its boot, its end, and its monitor."""

import os
import signal
import socket
import subprocess
from pathlib import Path
from time import monotonic, sleep

HERE = Path(__file__).parent
_BOOT = 240.0  # seconds; some 10 where nothing else runs


class MachineTrouble(Exception):
    """The emulated machine did not do in time what it was waited for."""


def connect(path: Path, seconds: float = 20.0) -> socket.socket:
    """Connect to one of the emulator's sockets, as soon as it is there."""
    last = monotonic() + seconds
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(str(path))
        except OSError as error:
            line.close()
            if monotonic() > last:
                raise MachineTrouble(f"{path} does not answer: {error}") from error
            sleep(0.1)
            continue
        return line


class Machine:
    """One Pi in *folder*, as make_image.sh filled it; *ports* of this host that it may reach."""

    def __init__(self, folder: Path, *ports: int, boot: str = "boot.sh") -> None:
        self.folder = folder
        self._words = [str(HERE / boot), str(folder), *map(str, ports)]
        self._process: subprocess.Popen[bytes] | None = None

    def new_card(self) -> None:
        """Put in a card as it came from the image; what was written to the last one is gone."""
        card = self.folder / "day.qcow2"
        card.unlink(missing_ok=True)
        stick = ["mformat", "-i", "stick.img", "-v", "GHEPMAU", "::"]
        subprocess.run(stick, cwd=self.folder, check=True)
        words = [
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-b",
            "card.img",
            "-F",
            "raw",
            card.name,
        ]
        subprocess.run(words, cwd=self.folder, check=True)

    def boot(self, clock: str = "utc") -> float:
        """Switch on, with the clock at *clock*; return after how many seconds it was up."""
        log = self.folder / "console.log"
        log.write_bytes(b"")
        began = monotonic()
        self._process = subprocess.Popen(
            self._words, stdin=subprocess.DEVNULL, env={**os.environ, "CLOCK": clock}
        )
        while b"### UP" not in log.read_bytes():
            if self._process.poll() is not None or monotonic() - began > _BOOT:
                self.cut_power()
                raise MachineTrouble(f"the machine did not come up; see {log}")
            sleep(0.1)
        return monotonic() - began

    def cut_power(self) -> None:
        """Kill the emulator: nothing that the card had not acknowledged is written any more."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process = None


class Monitor:
    """QEMU's monitor: one order, one answer."""

    _PROMPT = b"(qemu) "

    def __init__(self, folder: Path) -> None:
        self._line = connect(folder / "monitor.sock")
        self._line.settimeout(10.0)
        self._answer()

    def order(self, words: str) -> str:
        """Return what the monitor says to *words*."""
        self._line.sendall(words.encode("ascii") + b"\n")
        return self._answer()

    def close(self) -> None:
        self._line.close()

    def _answer(self) -> str:
        heard = b""
        while not heard.endswith(self._PROMPT):
            more = self._line.recv(65536)
            if not more:
                raise MachineTrouble("the emulator's monitor is gone")
            heard += more
        return heard.decode("utf-8", "replace")
