"""Keeps a process alive beside the station (uplink, kiosk), and ends it with the station."""

import contextlib
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

log = logging.getLogger(__name__)
_SHORTEST, _LONGEST, _STEADY = 1.0, 30.0, 60.0


class Supervisor:
    """Starts `ghepmau-station uplink`, or another *command*; again whenever it ends."""

    def __init__(
        self, config: Path, name: str = "uplink", command: list[str] | None = None
    ) -> None:
        uplink = [sys.executable, "-m", "device.cli", "uplink", "--config", str(config)]
        self._command = [*(command or uplink), "--parent", str(os.getpid())]
        self._name = name
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """End the child; it has nothing that could be lost."""
        self._stop.set()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.terminate()
        self._thread.join(patience)
        if self._thread.is_alive() and self._child is not None:
            self._child.kill()
            self._thread.join(patience)

    def _watch(self) -> None:
        wait = _SHORTEST
        while not self._stop.is_set():
            began = monotonic()
            try:
                self._child = subprocess.Popen(self._command, stdout=sys.stderr)  # noqa: S603
            except OSError:
                log.exception("%s cannot be started", self._name)
            else:
                if self._stop.is_set():
                    self._child.terminate()
                log.info("%s ended with %s", self._name, self._child.wait())
            steady = monotonic() - began > _STEADY
            wait = _SHORTEST if steady else min(wait * 2, _LONGEST)
            self._stop.wait(wait)
