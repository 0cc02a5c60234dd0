"""What this station did, in the order in which it did it: append-only, chained, on the disk.

An event counts when `append` returns, never before: *journal first, beep second*.  A folder holds
one file for each epoch; a new epoch begins where the last file was damaged or has lost its tail
(its rows that verify stay, and the server sees the gap), and at a start where it has grown long:
so a start reads the newest files alone, and of the others what `device.older` drew.  After any
trouble the file is opened anew: a failed fsync is never tried again on the same handle.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType

import msgspec

from contract import ids
from contract.events import NO_EVENT, Event, digest, encode
from device import journal_file, older
from device.chain import Row
from device.journal_file import JournalTrouble
from device.ledger import Ledger
from device.reading import check_file, drawn, events_of

__all__ = ["Journal", "JournalTrouble", "check_file"]

_INSERT = "INSERT INTO event VALUES (?, ?, ?)"
LONG = 20_000  # rows after which a start begins a new file
RECENT = 5_000  # rows of closed files, at least, that a start reads in full: more than a day's
_NOTHING: Mapping[str, int] = MappingProxyType({})


class Journal:
    """The journal in *folder* of one station.

    `known` says for each epoch up to which seq the server has it: a file that ends before has
    lost its tail.  `alarms` are sentences for people: what was found damaged.
    """

    def __init__(
        self, folder: Path, station: str, known: Mapping[str, int] = _NOTHING, long: int = LONG,
        spare: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.folder, self._station, self._known, self._long = folder, station, known, long
        self._spare_is_ready, self.on_spare, self._complete = spare, False, False
        self.alarms: list[str] = []
        self.ledger = Ledger()
        self.epoch, self.seq, self._prev = "", 0, NO_EVENT
        self.total = 0  # events of all epochs
        self._db: sqlite3.Connection | None = None
        self._mark: int | None = None
        try:
            self._reopen()
        except JournalTrouble as trouble:
            self._go_aside(trouble)

    def append(self, *drafts: Event) -> list[Event]:
        """Write *drafts* as one act: all of them are on the disk when it returns, or none.

        Returns the events as they were written.  Raises JournalTrouble.
        """
        try:
            if self._db is None:
                self._reopen()
            return self._write(drafts)
        except JournalTrouble as trouble:
            self._go_aside(trouble)
            return self._write(drafts)

    def _write(self, drafts: tuple[Event, ...]) -> list[Event]:
        events, rows = self._link(drafts)
        self._commit(rows)
        for event, row in zip(events, rows, strict=True):
            self.ledger.take(event)
            self.seq, self._prev = row.seq, row.hash
            self.total += 1
        self._note_high_water()
        return events

    def begin_anew(self, why: str) -> None:
        """Close this file and go on in a new epoch, for the reason *why*; raise JournalTrouble."""
        files = journal_file.files_of(self.folder)
        self.alarms.append(f"{files[-1].name}: {why}")
        self._abandon()
        self._begin(self._next_number())

    def _go_aside(self, trouble: JournalTrouble) -> None:
        """Go on in the spare place until the next start: only with all that we ever knew."""
        if self.on_spare or not self._complete or not self._spare_is_ready():
            raise trouble
        self._begin(self._next_number(), self.folder / journal_file.SPARE)
        self.on_spare = True
        self.alarms.append(f"it goes on in the spare place; change the card: {trouble}")

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
        if self._mark is not None:
            os.close(self._mark)
            self._mark = None

    def _link(self, drafts: tuple[Event, ...]) -> tuple[list[Event], list[Row]]:
        events, rows, prev = [], [], self._prev
        for seq, draft in enumerate(drafts, self.seq + 1):
            event = msgspec.structs.replace(
                draft,
                id=ids.ordered_id(draft.at, os.urandom(ids.LOT)),
                station=self._station,
                epoch=self.epoch,
                seq=seq,
                prev=prev,
            )
            body = encode(event)
            prev = digest(body)
            events.append(event)
            rows.append(Row(seq, prev, body))
        return events, rows

    def _commit(self, rows: list[Row]) -> None:
        if self._db is None:
            raise JournalTrouble("nhật ký chưa mở", "the journal is not open")
        try:
            if len(rows) == 1:  # the usual case: one statement is one act
                self._db.execute(_INSERT, rows[0])
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(_INSERT, rows)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._abandon()
            raise journal_file.trouble(self.folder, error) from error

    def _abandon(self) -> None:
        """Give up the handle; `append` opens anew and reads again what is there."""
        db, self._db, self.on_spare = self._db, None, False
        if db is not None:
            db.close()

    # --- opening --------------------------------------------------------------------------

    def _reopen(self) -> None:
        before, self._complete = (self.ledger, self.total, self._complete), False
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            journal_file.finish_putting_aside(self.folder)
            self._open()
        except (OSError, sqlite3.Error, JournalTrouble) as error:
            self._abandon()
            if not self._complete:
                self.ledger, self.total, self._complete = before
            if isinstance(error, JournalTrouble):
                raise
            raise journal_file.trouble(self.folder, error) from error

    def _open(self) -> None:
        self.ledger, self.total = Ledger(), 0
        files = journal_file.files_of(self.folder)
        last = files[-1] if files and files[-1].parent == self.folder else None
        closed = [*(files[:-1] if last else files), *journal_file.let_go_of(self.folder)]
        self._look_back(sorted(closed, key=attrgetter("name")))
        if last is None or not self._resume(last):
            self._complete = True
            self._begin(self._next_number())

    def _next_number(self) -> int:
        files = journal_file.files_of(self.folder)
        return journal_file.number_of(files[-1]) + 1 if files else 1

    def _look_back(self, closed: list[Path]) -> None:
        """Take in the closed files: the newest in full, of the others what was drawn from them."""
        recent: list[list[Row]] = []
        while closed and closed[-1].exists() and sum(map(len, recent)) < min(RECENT, self._long):
            recent.insert(0, check_file(closed.pop()).good)
        for path in closed:
            tubes = older.kept(path) or (drawn(path) if path.exists() else None)
            if tubes is None:
                self.alarms.append(f"{path.name}: which tubes it used is not known any more")
                continue
            self.ledger.older.parts.append(tubes)
            self.total += tubes.head.rows
        for rows in recent:
            self._remember(rows)

    def _resume(self, path: Path) -> bool:
        """Go on in *path*; return False where a new epoch must begin."""
        findings = check_file(path, self._station)
        self._remember(findings.good)
        epoch = journal_file.epoch_of(path)
        last = findings.good[-1] if findings.good else None
        if not findings.sound:
            self.alarms.extend(f"{path.name}: {wrong}" for wrong in findings.wrong[:20])
            journal_file.put_aside(path, findings.good)
            return False
        known = self._high_water(epoch)
        if (last.seq if last else 0) < known:
            self.alarms.append(f"{path.name}: it ends before row {known}, which was written")
            return False
        if len(findings.good) >= self._long and not self._something_is_open:
            return False
        self._complete = True
        self._db = journal_file.open_for_writing(path)
        self.epoch, self.seq = epoch, last.seq if last else 0
        self._prev = last.hash if last else NO_EVENT
        return True

    @property
    def _something_is_open(self) -> bool:
        """A pool, a box or a shift is not cut in two by a new file."""
        ledger = self.ledger
        box = ledger.duties.open_box is not None
        return ledger.open_pool is not None or box or ledger.shift_open

    def _begin(self, number: int, folder: Path | None = None) -> None:
        epoch = secrets.token_hex(8)
        path = (folder or self.folder) / f"{number:04d}-{epoch}.sqlite"
        self._db = journal_file.open_for_writing(path)
        self.epoch, self.seq, self._prev = epoch, 0, NO_EVENT

    def _remember(self, rows: list[Row]) -> None:
        self.total += len(rows)
        for event in events_of(rows):
            self.ledger.take(event)

    # --- the mark of how far we came: SQLite cannot tell a lost tail from a crash ----------

    def _high_water(self, epoch: str) -> int:
        try:
            marked, seq = (self.folder / "high-water").read_text("ascii").split()
            noted = int(seq) if marked == epoch else 0
        except (OSError, ValueError):
            noted = 0
        return max(noted, self._known.get(epoch, 0))

    def _note_high_water(self) -> None:
        """Not synced, so it may be too low after a power cut, but never too high."""
        if self.on_spare:
            return
        try:
            if self._mark is None:
                path = self.folder / "high-water"
                self._mark = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            os.pwrite(self._mark, f"{self.epoch} {self.seq:020d}\n".encode("ascii"), 0)
        except OSError:
            self._mark = None  # the event itself is safe
