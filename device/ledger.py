"""What a station's events add up to: tubes used, the last pairing, the open pool, today's counts.

Pure: a fold over events in the order of the journal.  It is kept in memory; the journal rebuilds
it when it opens.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from contract.duty_events import CheckedIn, CheckInVoided, TubeArrived
from contract.events import (
    Event,
    OperatorChanged,
    PairingVoided,
    PersonLeft,
    PoolClosed,
    ScanRefused,
    ShiftBegan,
    ShiftEnded,
    SlipSuspected,
    TubePaired,
)
from contract.lots import IssuedLots
from device.duties.books import Books
from device.facts import Use
from device.older import Older
from device.shifts import Shift, Summary

VIETNAM = timezone(timedelta(hours=7), "ICT")
_COUNTED: dict[type[Event], str] = {
    PoolClosed: "pools",
    ScanRefused: "refused",
    SlipSuspected: "slips",
    PersonLeft: "let-go",
    CheckedIn: "checked-in",
    CheckInVoided: "check-ins-voided",
    TubeArrived: "arrived",
}
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Ledger:
    """Implements `device.facts.Past`."""

    last: TubePaired | None = None  # the newest pairing, while it holds: for UNDO
    operator: str = ""  # the tag of who works here
    shift: Shift | None = None
    last_shift: ShiftEnded | None = None
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)  # of today, by reason
    duties: Books = field(default_factory=Books)
    older: Older = field(default_factory=Older)  # tubes of files that were closed long ago
    _live: dict[str, dict[str, UUID]] = field(default_factory=dict)
    _used_at: dict[str, datetime] = field(default_factory=dict)
    _pools: dict[str, None] = field(default_factory=dict)
    _tags_today: Counter[str] = field(default_factory=Counter)
    _lots: IssuedLots | None = None
    _long_ago: int = 0  # tubes of `_lots` among the older
    _day: tuple[datetime, datetime] = (_NEVER, _NEVER)  # from, until

    def use_of(self, tube: str) -> Use | None:
        if tube not in self._live:
            return self.older.use_of(tube)
        return Use(frozenset(self._live[tube]), self._used_at[tube])

    def tubes_today(self, tag: str) -> int:
        return self._tags_today[tag]

    def checked_in_at(self, tag: str) -> float | None:
        return self.duties.checked_in_at(tag)

    def box_of(self, tube: str) -> str:
        return self.duties.box_of(tube)

    def tubes_in(self, box: str) -> int:
        return self.duties.tubes_in(box)

    def pairing_of(self, tube: str, tag: str) -> UUID | None:
        """Return the live pairing of *tube* with the person *tag*."""
        return self._live.get(tube, {}).get(tag)

    @property
    def shift_open(self) -> bool:
        return self.shift is not None

    def sum_up(self, lots: IssuedLots) -> Summary | None:
        """Return what the open shift has come to so far, with *lots* in the box."""
        if self.shift is None:
            return None
        if lots is not self._lots:
            self._lots, self._long_ago = lots, self.older.count(lots)
        return self.shift.summary(lots, self._live, self._long_ago, self.duties.duty)

    @property
    def open_pool(self) -> tuple[str, tuple[str, ...]] | None:
        """The pool tube that was not closed, with its members' tags; the newest if several."""
        for tube in reversed(self._pools):
            if self._live[tube]:
                return tube, tuple(self._live[tube])
        return None

    def take(self, event: Event) -> None:
        """Add one event."""
        self._turn_the_day(event.at)
        self._keep_shift(event)
        self.duties.take(event)
        match event:
            case TubePaired():
                self._pair(event)
            case PairingVoided():
                self._void(event)
            case PoolClosed():
                self._pools.pop(event.tube, None)
        if (counted := _COUNTED.get(type(event))) is not None:
            self.counts[counted] += 1
        if isinstance(event, CheckedIn) and event.symptoms == "yes":
            self.counts["with-symptoms"] += 1
        if isinstance(event, ScanRefused):
            self.refusals[event.reason] += 1

    def _keep_shift(self, event: Event) -> None:
        match event:
            case ShiftBegan():
                self.shift, self.operator = Shift(event.at, len(self._live)), event.operator
            case OperatorChanged():
                self.operator = event.operator
            case ShiftEnded():
                self.shift, self.operator, self.last_shift = None, "", event
        if self.shift is not None:
            self.shift.take(event)

    def _turn_the_day(self, at: datetime) -> None:
        begins, ends = self._day
        if begins <= at < ends:
            return
        midnight = at.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
        self._day = (midnight, midnight + timedelta(days=1))
        self.counts.clear()
        self.refusals.clear()
        self._tags_today.clear()

    def _pair(self, event: TubePaired) -> None:
        self._live.setdefault(event.tube, {})[event.tag] = event.id
        self._used_at[event.tube] = event.at
        self._tags_today[event.tag] += 1
        self.counts["paired"] += 1
        self.counts["manual"] += event.manual
        self.last = event
        if event.order == "pool":
            self._pools[event.tube] = None

    def _void(self, event: PairingVoided) -> None:
        live = self._live.get(event.tube, {})
        for tag in [tag for tag, pairing in live.items() if pairing == event.pairing]:
            del live[tag]
            self._tags_today[tag] = max(0, self._tags_today[tag] - 1)
        self.counts["voided"] += 1
        if self.last and self.last.id == event.pairing:
            self.last = None
