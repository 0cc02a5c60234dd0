"""The newest pairs, for the screen: kept from line to line, and found again after a restart."""

import logging
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from contract.duty_events import CheckedIn, CheckInVoided, TubeArrived
from contract.events import Event, EventError, PairingVoided, TubePaired, decode
from device.journal_file import JournalTrouble, files_of, open_for_reading, rows_after
from device.ledger import VIETNAM
from device.lines import Line, Pair

log = logging.getLogger(__name__)
KEEP = 5
_ROWS = 60  # of the journal's newest file, looked through for pairs
_MARKS = {
    "paired": "paired",
    "pool-member": "pool",
    "checked-in": "checked-in",
    "tube-arrived": "arrived",
}
_UNDOING = ("voided", "check-in-voided")


def with_line(pairs: tuple[Pair, ...], line: Line) -> tuple[Pair, ...]:
    """Return *pairs*, oldest first, after *line*: one more, or one of them undone."""
    if line.outcome in _MARKS:
        mark = "symptoms" if line.reason == "symptoms" else _MARKS[line.outcome]
        return (*pairs, Pair(line.at, line.tube, mark))[-KEEP:]
    return _undone(pairs, line.tube) if line.outcome in _UNDOING else pairs


def with_event(pairs: tuple[Pair, ...], event: Event) -> tuple[Pair, ...]:
    """Return *pairs* after an event of the journal."""
    match event:
        case TubePaired():
            mark = "pool" if event.order == "pool" else "paired"
            return (*pairs, Pair(event.at.isoformat(), event.tube, mark))[-KEEP:]
        case PairingVoided():
            return _undone(pairs, event.tube)
        case CheckedIn():
            mark = "symptoms" if event.symptoms == "yes" else "checked-in"
            return (*pairs, Pair(event.at.isoformat(), "", mark))[-KEEP:]
        case CheckInVoided():
            return _undone(pairs, "")
        case TubeArrived():
            return (*pairs, Pair(event.at.isoformat(), event.tube, "arrived"))[-KEEP:]
    return pairs


def of_journal(folder: Path, now: datetime) -> tuple[Pair, ...]:
    """Return today's newest pairs in the journal's newest file; none where it cannot be read."""
    pairs: tuple[Pair, ...] = ()
    try:
        for event in _newest(folder):
            if event.at.astimezone(VIETNAM).date() == now.astimezone(VIETNAM).date():
                pairs = with_event(pairs, event)
    except (sqlite3.Error, OSError, JournalTrouble, EventError) as error:
        log.warning("the newest pairs are not shown: %s", error)
    return pairs


def _newest(folder: Path) -> list[Event]:
    events: list[Event] = []
    for path in files_of(folder)[-1:]:
        with closing(open_for_reading(path)) as db:
            [last] = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
            events += [decode(row.body) for row in rows_after(db, max(0, last - _ROWS))]
    return events


def _undone(pairs: tuple[Pair, ...], tube: str) -> tuple[Pair, ...]:
    """Mark the newest pair of *tube* that still stands."""
    for place in reversed(range(len(pairs))):
        if pairs[place].tube == tube and pairs[place].mark != "voided":
            undone = msgspec.structs.replace(pairs[place], mark="voided")
            return (*pairs[:place], undone, *pairs[place + 1 :])
    return pairs
