"""The uplink as a process: turn after turn, heartbeats between, until it is time to end."""

import fcntl
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from device.config import Config
from device.enrolment import NotEnrolled
from device.heartbeat import Heart
from device.notify import Notifier
from device.stick import StickDesk
from device.uplink import LONGEST_WAIT, open_uplink

log = logging.getLogger(__name__)


def serve(config: Config, stop: Event, parent: int | None = None) -> None:
    """Work until *stop*, or until *parent* (a process id) is gone."""
    ended = Ended(stop, parent, Notifier())
    lock = _only_one(config.folder / "uplink.lock", ended)
    if lock is None:
        return
    uplink, wait = open_uplink(config), 0.0
    heart = Heart(config, uplink.office, uplink.backlog, uplink.upstream)
    folder = Path(config.stick.folder) if config.stick.folder else None
    sticks = StickDesk(uplink.office, uplink.backlog, folder)
    ended.notifier.ready()
    while not ended.within(wait, uplink.backlog.sent.trouble):
        try:
            wait = uplink.turn()
            heart.turn()
            sticks.turn()
        except NotEnrolled:
            raise
        except Exception:
            log.exception("uplink stumbled; it goes on")
            wait = LONGEST_WAIT / 2
    os.close(lock)


@dataclass
class Ended:
    """When it is time to end; while it waits, it says that we live."""

    stop: Event
    parent: int | None
    notifier: Notifier

    def within(self, seconds: float, status: str = "") -> bool:
        """Wait *seconds*; return whether it is time to end."""
        until = time.monotonic() + seconds
        while True:
            self.notifier.alive(status)
            left = until - time.monotonic()
            gone = self.parent is not None and os.getppid() != self.parent
            if self.stop.wait(max(0.0, min(left, 0.5))) or gone:
                self.notifier.stopping()
                return True
            if left <= 0.5:
                return False


def _only_one(path: Path, ended: Ended) -> int | None:
    """Wait until no other uplink works in this folder; None where it is time to end."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            ended.notifier.ready()  # another one does the work; we stand by
            if ended.within(0.5, "another uplink works in this folder"):
                os.close(handle)
                return None
        else:
            return handle
