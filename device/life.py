"""Signs of life of the loop that pairs: to systemd each time round, into a file now and then."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Protocol

from contract.health import Heartbeat
from device import machine, vitals
from device.backlog import Sent, Standing, offset, standing
from device.config import Config
from device.enrolment import Papers
from device.notify import Notifier
from device.reasons import Refusal
from device.sources import CameraSource, Source
from device.station import Station

log = logging.getLogger(__name__)
EVERY = 5.0  # seconds between two looks at ourselves
_MISREAD = (
    *(Refusal.TUBE_MISREAD, Refusal.DAMAGED_TUBE, Refusal.BOX_MISREAD),
    *(Refusal.UNREADABLE, Refusal.DAMAGED_CARD),
)


class Turning(Protocol):
    """What is looked at: `device.running.Running`."""

    @property
    def config(self) -> Config: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def station(self) -> Station: ...
    @property
    def sources(self) -> list[Source]: ...
    @property
    def sent(self) -> Sent: ...


@dataclass
class Life:
    """`turned` is called each time that the loop has come round."""

    software: str
    notifier: Notifier = field(default_factory=Notifier)
    _looked: float = float("-inf")
    _drained: set[Path] = field(default_factory=set)

    def begun(self) -> None:
        self.notifier.ready()

    def turned(self, running: Turning) -> None:
        self.notifier.alive(running.station.trouble)
        if monotonic() - self._looked >= EVERY:
            self._looked = monotonic()
            self._write(running)

    def ending(self) -> None:
        self.notifier.stopping()

    def _write(self, running: Turning) -> None:
        page = running.config.page_file
        try:
            vitals.write(page, vitals_of(running, self.software, self._drained))
        except OSError as error:
            log.debug("the health file cannot be written: %s", error)  # the journal tells of it


def vitals_of(running: Turning, software: str, drained: set[Path]) -> Heartbeat:
    """Return how the station is, as far as its own loop knows."""
    station, config = running.station, running.config
    now, ledger = station.clock.moment(), station.journal.ledger
    waits = standing(config.folder, running.sent, drained) or Standing()
    refusals = dict(ledger.refusals)
    found = machine.look(Path(config.health.root), config.folder)
    return Heartbeat(
        station=running.papers.station,
        at=now.at, trusted=now.trusted, boot=now.boot, mono=now.mono,
        software=software,
        duty=station.state.duty.value,
        silent_s=0.0,
        queue=waits.events,
        oldest_s=waits.age(now),
        set_aside=len(running.sent.set_aside),
        paired=ledger.counts["paired"],
        journal="trouble" if station.trouble else "spare" if station.journal.on_spare else "ok",
        alarms=len(station.alarms),
        devices={name: _word(up) for name, up in station.devices.items()},
        decode_ms=_decode_ms(running.sources),
        misreads=sum(refusals.get(reason, 0) for reason in _MISREAD),
        refusals=refusals,
        offset_ms=offset(running.sent, now.boot),
        celsius=found.celsius, undervoltage=found.undervoltage, throttled=found.throttled,
        disk_free=found.disk_free, disk_size=found.disk_size,
    )  # fmt: skip


def _decode_ms(sources: list[Source]) -> float | None:
    times = [ms for each in sources if isinstance(each, CameraSource) for ms in each.looking.times]
    return round(median(times), 1) if times else None


def _word(up: bool | None) -> str:  # noqa: FBT001
    return {True: "ok", False: "lost", None: "opening"}[up]
