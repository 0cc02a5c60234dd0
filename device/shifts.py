"""What a shift came to: people, tubes, speed, mistakes.  Pure: a fold over the journal's events.

The tubes are held against the box: issued = used + void + returned.  `issued` is counted from the
lots and from what was used before the shift began, the others from the shift itself; so the sum is
a check of the books, not a definition, and a sum that is wrong is told.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from statistics import median
from typing import NamedTuple
from uuid import UUID

from contract.duty_events import CheckedIn
from contract.events import Event, PairingVoided, ScanRefused, SlipSuspected, TubePaired
from contract.lots import IssuedLots
from device.duties.tally import Tally
from device.reasons import Refusal

# The same code has to be read once more; nothing is wrong with the tube or the person.
REREADS = (Refusal.TUBE_MISREAD, Refusal.UNREADABLE, Refusal.DAMAGED_CARD, Refusal.STALE)


@dataclass(frozen=True, slots=True)
class Summary:
    """A shift in numbers.  Durations are medians in milliseconds; 0 where there are none.

    `duty` is what the station did when it ended; the rest counts for all duties of the shift.
    """

    began: datetime
    people: int
    used: int
    void: int
    issued: int | None = None
    returned: int | None = None
    scan_ms: int = 0
    pace_ms: int = 0
    rereads: int = 0
    manual: int = 0
    slips: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    duty: str = ""
    checked_in: int = 0
    ill: int = 0
    vehicles: int = 0
    boxes: int = 0
    arrived: int = 0
    mismatches: int = 0

    @property
    def adds_up(self) -> bool:
        if self.issued is None or self.returned is None:
            return True
        return self.issued == self.used + self.void + self.returned


class _Live(NamedTuple):
    tube: str
    tag: str


@dataclass
class Box:
    """How many tubes of *lots* are out of the box; what was counted once is not counted again."""

    lots: IssuedLots = field(default_factory=IssuedLots)
    _counted: int = 0
    _out: int = 0

    def out(self, used: Iterable[str], first: int) -> int:
        """Return how many of the *first* tubes of *used*, in that order, are of *lots*."""
        if first < self._counted:
            self._counted = self._out = 0
        self._out += _of(self.lots, islice(used, self._counted, first))
        self._counted = first
        return self._out


@dataclass
class Shift:
    """The shift that is open.  `before` tubes had been used when it began."""

    began: datetime
    before: int = 0
    _at_first: Box = field(default_factory=Box)
    _now: Box = field(default_factory=Box)
    refusals: Counter[str] = field(default_factory=Counter)
    manual: int = 0
    slips: int = 0
    _live: dict[UUID, _Live] = field(default_factory=dict)
    _tubes: set[str] = field(default_factory=set)
    _scans: list[int] = field(default_factory=list)
    _paces: list[int] = field(default_factory=list)
    _last: TubePaired | CheckedIn | None = None
    _tally: Tally = field(default_factory=Tally)

    def take(self, event: Event) -> None:
        """Add one event of the shift."""
        self._tally.take(event)
        match event:
            case TubePaired():
                self._pair(event)
            case CheckedIn(symptoms="no" | "yes"):
                self._time(event)
            case PairingVoided():
                self._live.pop(event.pairing, None)
            case ScanRefused():
                self.refusals[event.reason] += 1
            case SlipSuspected():
                self.slips += 1

    def _pair(self, event: TubePaired) -> None:
        self._live[event.id] = _Live(event.tube, event.tag)
        self._tubes.add(event.tube)
        self.manual += event.manual
        self._time(event)

    def _time(self, event: TubePaired | CheckedIn) -> None:
        """Note how long one person took, and since the one before."""
        self._scans.append(event.took_ms)
        last, self._last = self._last, event
        if last is not None and (type(last), last.boot) == (type(event), event.boot):
            self._paces.append((event.mono - last.mono) // 1_000_000)

    def summary(
        self, lots: IssuedLots, used: Collection[str], long_ago: int = 0, duty: str = ""
    ) -> Summary:
        """Return what the shift came to; *used* are the tubes in the order of their use.

        *long_ago* tubes of the lots were used in days that are not among them.
        """
        if lots is not self._now.lots:
            self._at_first, self._now = Box(lots), Box(lots)
        standing = {live.tube for live in self._live.values()}
        issued = returned = None
        if lots.lots:
            issued = lots.size - long_ago - self._at_first.out(used, self.before)
            returned = lots.size - long_ago - self._now.out(used, len(used))
        return Summary(
            began=self.began,
            people=len({live.tag for live in self._live.values()}),
            used=len(standing),
            void=len(self._tubes - standing),
            issued=issued,
            returned=returned,
            scan_ms=_median(self._scans),
            pace_ms=_median(self._paces),
            rereads=sum(self.refusals[reason.value] for reason in REREADS),
            manual=self.manual,
            slips=self.slips,
            refusals=dict(self.refusals),
            duty=duty,
            **asdict(self._tally.counts),
        )


def _median(values: list[int]) -> int:
    return max(0, round(median(values))) if values else 0


def _of(lots: IssuedLots, tubes: Iterable[str]) -> int:
    """Return how many of *tubes* are of *lots*."""
    return sum(lots.holds(text) for text in tubes)
