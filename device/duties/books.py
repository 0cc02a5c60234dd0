"""What a station's events say of its duty, of its check-ins and of its boxes.  Pure.

A fold over events in the order of the journal, kept in memory by `device.ledger`.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from contract.duty_events import (
    BoxClosed,
    BoxOpened,
    CheckedIn,
    CheckInVoided,
    DutyChanged,
    TubeArrived,
)
from contract.events import Event, StationStarted


class _Seen(NamedTuple):
    check_in: UUID
    boot: str
    mono: int
    at: datetime
    trusted: bool


@dataclass
class Books:
    """`set_duty` is what the settings said at the last start, `duty` what the station does."""

    duty: str = ""
    set_duty: str = ""
    open_box: BoxOpened | None = None
    last: CheckedIn | None = None  # the newest check-in, while it holds: for UNDO
    _boot: str = ""
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _box_of: dict[str, str] = field(default_factory=dict)
    _tubes: Counter[str] = field(default_factory=Counter)

    def checked_in_at(self, tag: str) -> float | None:
        """Return when *tag* was checked in last, if it was in the boot of the newest event."""
        seen = self._seen.get(tag)
        return seen.mono / 1e9 if seen and seen.boot == self._boot else None

    def check_in_of(self, tag: str) -> UUID | None:
        """Return the newest check-in of *tag* that holds."""
        seen = self._seen.get(tag)
        return seen.check_in if seen else None

    def box_of(self, tube: str) -> str:
        return self._box_of.get(tube, "")

    def tubes_in(self, box: str) -> int:
        return self._tubes[box]

    def take(self, event: Event) -> None:
        """Add one event."""
        self._boot = event.boot
        match event:
            case StationStarted():
                self.duty, self.set_duty = event.duty, event.set_duty
                self._carry_over(event)
            case DutyChanged():
                self.duty = event.duty
            case CheckedIn():
                self.last = event
                seen = _Seen(event.id, event.boot, event.mono, event.at, event.trusted)
                self._seen[event.tag] = seen
            case CheckInVoided():
                self._void(event)
            case BoxOpened() | BoxClosed():
                self._box(event)
            case TubeArrived():
                self._arrive(event)

    def _carry_over(self, start: StationStarted) -> None:
        """Place the check-ins of earlier boots on this boot's clock, where both knew the time."""
        if not start.trusted:
            return
        for tag, seen in self._seen.items():
            if seen.boot != start.boot and seen.trusted:
                ago = (start.at - seen.at) // timedelta(microseconds=1) * 1000
                self._seen[tag] = seen._replace(boot=start.boot, mono=start.mono - ago)

    def _void(self, event: CheckInVoided) -> None:
        if self.last is not None and self.last.id == event.check_in:
            self.last = None
        gone = [tag for tag, seen in self._seen.items() if seen.check_in == event.check_in]
        for tag in gone:
            del self._seen[tag]

    def _box(self, event: BoxOpened | BoxClosed) -> None:
        self._tubes[event.box] = max(self._tubes[event.box], event.tubes)
        self.open_box = event if isinstance(event, BoxOpened) else None

    def _arrive(self, event: TubeArrived) -> None:
        self._box_of[event.tube] = event.box
        self._tubes[event.box] = max(self._tubes[event.box], event.count)
