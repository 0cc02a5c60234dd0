"""The programs of the day as processes of their own: the server and the station.

They are started as an operator would start them, by their commands, and ended (or killed) the same
way, so what the rehearsal shows is what the products do.
"""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec
import urllib3

from contract.spoken import Spoken


class ProcessTrouble(Spoken):
    """A program did not start, or did not do in time what it was waited for."""


def program(name: str) -> str:
    """Return the path of one of our commands, beside the Python that runs this."""
    return str(Path(sys.executable).with_name(name))


def run(arguments: Sequence[str], *, log: Path, stdin: str | None = None) -> str:
    """Run a command to its end; return what it printed; raise ProcessTrouble if it failed."""
    done = subprocess.run(  # noqa: S603 - our own commands
        list(arguments), input=stdin, capture_output=True, text=True, check=False, timeout=120
    )
    with log.open("a") as file:
        file.write(
            f"$ {Path(arguments[0]).name} {' '.join(arguments[1:])}\n{done.stdout}{done.stderr}"
        )
    if done.returncode:
        raise ProcessTrouble(
            f"{Path(arguments[0]).name}: {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Process:
    """A program that runs until it is told to stop."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        self._arguments = list(arguments)
        self._log = log
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        with self._log.open("a") as log:
            # A session of its own: Ctrl-C reaches the rehearsal, which then ends its programs.
            self._child = subprocess.Popen(  # noqa: S603 - our own commands
                self._arguments,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        threading.Thread(target=self._listen, args=(self._child,), daemon=True).start()

    def _listen(self, child: subprocess.Popen[str]) -> None:
        for line in child.stdout or ():
            self.heard(line)

    def heard(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(line)

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: it does nothing more, nor do its children."""
        self._end(signal.SIGKILL)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._child is None:
            return
        group = self._child.pid
        if with_signal is signal.SIGKILL:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        elif self.running:
            self._child.terminate()
        try:
            self._child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            self._child.wait()
        self._child = None


class Server(Process):
    """`ghepmau-server run`, up once its front page answers."""

    def __init__(self, arguments: Sequence[str], log: Path, base: str) -> None:
        super().__init__(arguments, log)
        self._base = base

    def start(self) -> None:
        super().start()
        pool = urllib3.PoolManager()
        last = monotonic() + 30
        while monotonic() < last:
            if not self.running:
                raise ProcessTrouble(
                    f"máy chủ tắt ngay; lý do trong {self._log}",
                    f"the server ended at once; it says why in {self._log}",
                )
            with suppress(urllib3.exceptions.HTTPError):
                pool.request("GET", f"{self._base}/login", retries=False, timeout=2.0)
                return
            sleep(0.1)
        raise ProcessTrouble(
            f"máy chủ không trả lời trong 30 s; xem {self._log}",
            f"the server did not answer within 30 s; see {self._log}",
        )


class Station(Process):
    """`ghepmau-station run --json`: each line is one outcome, printed after it was recorded."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        super().__init__(arguments, log)
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.seen: list[dict[str, Any]] = []

    def heard(self, line: str) -> None:
        super().heard(line)
        with suppress(msgspec.DecodeError):
            outcome: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
            self.seen.append(outcome)
            self._lines.put(outcome)

    def wait(self, *outcomes: str, seconds: float = 12.0) -> dict[str, Any] | None:
        """Return the first line from now on with one of *outcomes*, or None after *seconds*."""
        last = monotonic() + seconds
        while (left := last - monotonic()) > 0:
            with suppress(queue.Empty):
                line = self._lines.get(timeout=left)
                if line["outcome"] in outcomes:
                    return line
        return None
