"""The shift as the screen shows it: while it is open, and after its end until the next begins."""

from dataclasses import dataclass, field

import msgspec

from contract.events import ShiftEnded
from contract.lots import IssuedLots
from device.journal import Journal
from device.ledger import Ledger
from device.shifts import Summary


class ShiftNow(msgspec.Struct, frozen=True, kw_only=True):
    """Medians in milliseconds; `returned` tubes must lie in the box now, null if nobody knows."""

    open: bool
    began: str
    people: int
    used: int
    void: int
    issued: int | None
    returned: int | None
    scan_ms: int
    pace_ms: int
    rereads: int
    refused: int
    manual: int
    slips: int
    checked_in: int
    ill: int
    vehicles: int
    boxes: int
    arrived: int
    mismatches: int


@dataclass
class ShiftDesk:
    """Sums up the shift anew only where the journal or the lots have changed."""

    _journal_total: int = -1
    _lots: IssuedLots | None = None
    _now: ShiftNow | None = field(default=None)

    def now(self, journal: Journal, lots: IssuedLots) -> ShiftNow | None:
        if journal.total != self._journal_total or lots is not self._lots:
            self._journal_total, self._lots = journal.total, lots
            self._now = shift_now(journal.ledger, lots)
        return self._now


def shift_now(ledger: Ledger, lots: IssuedLots) -> ShiftNow | None:
    """Return the open shift, or the one that ended last; None before the first."""
    summary = ledger.sum_up(lots)
    if summary is not None:
        return _shown(summary, is_open=True)
    return _shown(ledger.last_shift, is_open=False) if ledger.last_shift else None


def _shown(shift: Summary | ShiftEnded, *, is_open: bool) -> ShiftNow:
    return ShiftNow(
        open=is_open,
        began=shift.began.isoformat(),
        people=shift.people,
        used=shift.used,
        void=shift.void,
        issued=shift.issued,
        returned=shift.returned,
        scan_ms=shift.scan_ms,
        pace_ms=shift.pace_ms,
        rereads=shift.rereads,
        refused=sum(shift.refusals.values()),
        manual=shift.manual,
        slips=shift.slips,
        checked_in=shift.checked_in,
        ill=shift.ill,
        vehicles=shift.vehicles,
        boxes=shift.boxes,
        arrived=shift.arrived,
        mismatches=shift.mismatches,
    )
