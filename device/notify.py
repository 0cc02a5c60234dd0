"""Tells systemd that we are ready and still turning: one datagram to $NOTIFY_SOCKET (sd_notify(3)).

A loop feeds the watchdog itself, with `alive`, each time that it has come round.  Nothing feeds it
from a timer or another thread: a loop that hangs falls silent, and systemd starts us again.
Where no systemd asks (no $NOTIFY_SOCKET), every call does nothing.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic

_OFTEN = 4  # feeds within one span of the watchdog: systemd itself advises at least two


class Notifier:
    """One process's line to its supervisor.  A supervisor that is gone is no trouble of ours."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._every = _seconds(environment) / _OFTEN
        self._fed = float("-inf")
        self._status = ""

    def ready(self) -> None:
        """Say that the work has begun: `Type=notify` waits for it."""
        self._say("READY=1")

    def alive(self, status: str = "") -> None:
        """Say that the loop has come round; *status* stands in `systemctl status`."""
        now = monotonic()
        if status != self._status:
            self._status = status
            self._say(f"STATUS={status}")
        if self._every and now - self._fed >= self._every:
            self._fed = now
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with (
            suppress(OSError),  # its queue is full, or it is gone: the next one will do
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line,
        ):
            line.settimeout(0)
            line.sendto(text.replace("\n", " ").encode(), address)


def _seconds(environment: Mapping[str, str]) -> float:
    """Return the span of the watchdog; one that is meant for another process is none of ours."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 1_000_000 if text.isascii() and text.isdigit() else 0.0
