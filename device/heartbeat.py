"""Tells the server how this station is, now and then: what the loop that pairs wrote, and its age.

Sent by uplink, so a station whose loop hangs is heard of all the same.
"""

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from contract.health import Heard, Heartbeat, encode
from device import machine, vitals
from device.backlog import Backlog, Standing, offset, standing
from device.clock import SystemClock, boot_id
from device.config import Config
from device.enrolment import Office
from device.upstream import HEARTBEAT, Unreachable, Upstream

log = logging.getLogger(__name__)
UNKNOWN_THERE = 3600.0  # seconds until a server that knows no heartbeats is asked again


@dataclass
class Heart:
    """Beats every `health.heartbeat_seconds`; a beat that does not arrive is not repeated."""

    config: Config
    office: Office
    backlog: Backlog
    upstream: Upstream
    _next: float = float("-inf")
    _drained: set[Path] = field(default_factory=set)

    def turn(self) -> bool:
        """Send a heartbeat if one is due; return whether the server heard it."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + self.config.health.heartbeat_seconds
        beat, asked = self.beat(), time.monotonic_ns()
        try:
            answer = self.upstream.post(
                HEARTBEAT, beat.station, self.office.secrets().key, encode(beat)
            )
        except Unreachable:
            return False  # uplink says so already
        if answer.status in (404, 405):
            self._next = time.monotonic() + UNKNOWN_THERE
        if answer.status != 200:
            return False
        return self._note(answer.body, asked)

    def _note(self, body: bytes, asked: int) -> bool:
        """Take the server's time at the middle of the request."""
        try:
            heard = msgspec.json.decode(body, type=Heard)
        except msgspec.DecodeError:
            return False
        sent = self.backlog.sent
        sent.server_now, sent.server_boot = heard.now.isoformat(), boot_id()
        sent.server_mono = (asked + time.monotonic_ns()) // 2
        self.backlog.save()
        return True

    def beat(self) -> Heartbeat:
        """Return how the station is, with what only uplink knows."""
        clock, sent = SystemClock(), self.backlog.sent
        now = clock.moment()
        said = vitals.read(self.config.page_file) or self._of_nobody()
        waits = standing(self.config.folder, sent, self._drained) or Standing()
        return msgspec.structs.replace(
            said,
            at=now.at, trusted=now.trusted, boot=now.boot, mono=now.mono,
            silent_s=vitals.age_of(said, now.boot) if said.silent_s is not None else None,
            queue=waits.events,
            oldest_s=waits.age(now),
            set_aside=len(sent.set_aside),
            offset_ms=offset(sent, now.boot),
            stick=sent.stick,
        )  # fmt: skip

    def _of_nobody(self) -> Heartbeat:
        """Return what can be told where the loop that pairs has said nothing yet."""
        papers, now = self.office.papers(), SystemClock().moment()
        found = machine.look(Path(self.config.health.root), self.config.folder)
        return Heartbeat(
            station=papers.station, duty=papers.duty,
            at=now.at, trusted=now.trusted, boot=now.boot, mono=now.mono,
            celsius=found.celsius, undervoltage=found.undervoltage, throttled=found.throttled,
            disk_free=found.disk_free, disk_size=found.disk_size,
        )  # fmt: skip
