"""What the server does not have yet: the journal's rows after the last one it answered for.

The journal stays append-only; how far the server has it stands in `uplink.json` beside it.  That
file may be lost or old: uploads are idempotent, so then some rows go twice.
"""

import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic_ns

import msgspec

from contract.events import Envelope, EventError, decode_envelope
from contract.receipts import CHANGED
from device.chain import Row, fault_of
from device.drafts import Moment
from device.files import write_whole
from device.journal_file import (
    JournalTrouble,
    epoch_of,
    files_of,
    last_seq,
    open_for_reading,
    rows_after,
)
from device.sent import Sent as Sent
from device.sent import SetAside as SetAside
from device.sent import note_file, note_taken, waits_to_send_all
from device.sent import read_sent as read_sent
from device.sent import sent_file as sent_file

log = logging.getLogger(__name__)
MOST_BYTES = 1_000_000  # of one upload


@dataclass(frozen=True, slots=True)
class Standing:
    """How many events wait, and when the oldest of them was written."""

    events: int = 0
    oldest: Envelope | None = None

    def age(self, now: Moment) -> float:
        """Return the seconds that the oldest has waited; 0.0 where nobody can say."""
        if self.oldest is None:
            return 0.0
        if self.oldest.boot == now.boot:
            return max(0.0, (now.mono - self.oldest.mono) / 1e9)
        both = now.trusted and self.oldest.trusted
        return max(0.0, (now.at - self.oldest.at).total_seconds()) if both else 0.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one epoch, oldest first, never empty."""

    epoch: str
    rows: list[Row]

    @property
    def last(self) -> int:
        return self.rows[-1].seq


class Backlog:
    """The rows that wait in one state folder."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.sent = read_sent(state)
        self._saved = b""
        self._drained: set[Path] = set()  # closed files of which the server has everything

    def next(self, most: int) -> Batch | None:
        """Return the oldest rows that wait, at most *most*; None where nothing does.

        Raises JournalTrouble where the journal cannot be read now.
        """
        try:
            files = files_of(self._state / "journal")
            for path in files:
                if path in self._drained:
                    continue
                batch = self._next_of(path, most)
                if batch is not None:
                    return batch
                self._drained |= {path} - {files[-1]}
        except (sqlite3.Error, OSError) as error:
            raise JournalTrouble(
                f"không đọc được nhật ký: {error}", f"the journal cannot be read: {error}"
            ) from error
        return None

    def take_note(self) -> None:
        """Begin anew where somebody asked for the whole journal (`ghepmau-station send-all`)."""
        if waits_to_send_all(self._state, self.sent):
            self.sent = read_sent(self._state)
            self._drained.clear()
            log.warning("the whole journal is sent again, as was asked for")

    def done(self, batch: Batch) -> None:
        """The server answered for *batch*."""
        self.sent.acked[batch.epoch] = batch.last
        self.sent.sent += len(batch.rows)

    def set_aside(self, batch: Batch, status: int, code: str) -> None:
        """Go on without the one event of *batch*; it stays in the journal."""
        self.sent.acked[batch.epoch] = batch.last
        self.sent.set_aside.append(SetAside(batch.epoch, batch.last, status, code))

    def was_set_back(self, epoch: str, seq: int) -> None:
        """The server has other events of *epoch*, at *seq*: ours is sent as a fork, and all of it,
        for what was answered before may have been about the others; with what was set aside."""
        self.sent.forks[epoch] = seq
        self.sent.acked.pop(epoch, None)
        self.sent.set_aside = [each for each in self.sent.set_aside if each.epoch != epoch]
        self._drained.clear()
        log.warning("the journal %s was set back at %d; it is sent again, as a fork", epoch, seq)

    def take_up_again(self) -> None:
        """Send as a fork what an older station set aside because the server has other events there:
        its journal had been set back, and it did not see that."""
        aside = [each for each in self.sent.set_aside if each.code == CHANGED]
        for epoch in {each.epoch for each in aside} - self.sent.forks.keys():
            self.was_set_back(epoch, min(each.seq for each in aside if each.epoch == epoch))

    def row_at(self, epoch: str, seq: int) -> Row | None:
        """Return the row *seq* of our own file of *epoch*, None where there is none."""
        try:
            for path in files_of(self._state / "journal"):
                if epoch_of(path) == epoch:
                    with closing(open_for_reading(path)) as db:
                        row = next(rows_after(db, seq - 1, 1), None)
                    return row if row and row.seq == seq else None
        except (sqlite3.Error, OSError) as error:
            raise JournalTrouble(
                f"không đọc được nhật ký: {error}", f"the journal cannot be read: {error}"
            ) from error
        return None

    def save(self) -> None:
        """Keep the page; without a wait for the disk, as an old page does no harm."""
        page = msgspec.json.encode(self.sent)
        if page != self._saved:
            try:
                note = note_file(self._state).exists()  # it goes only once the page is on the disk
                write_whole(sent_file(self._state), page, durable=note)
                self._saved = page
                note_taken(self._state, self.sent)
            except OSError as error:  # a full card must not stop what empties it
                log.warning("what was sent cannot be noted: %s", error)

    def _next_of(self, path: Path, most: int) -> Batch | None:
        epoch = epoch_of(path)
        with closing(open_for_reading(path)) as db:
            rows = list(rows_after(db, self.sent.acked.get(epoch, 0), most))
        if not rows:
            return None
        if fault_of(rows[0], "", epoch) is not None:
            self.set_aside(Batch(epoch, rows[:1]), 0, "damaged-here")
            return self._next_of(path, most)
        return Batch(epoch, _that_fit(rows, epoch))


def standing(state: Path, sent: Sent, drained: set[Path]) -> Standing | None:
    """Return how much waits in the journal of *state*; None where it cannot be read now.

    *drained* remembers the closed files of which nothing waits, so that they are opened once.
    """
    events, oldest = 0, None
    try:
        files = files_of(state / "journal")
        for path in files:
            if path in drained:
                continue
            after = sent.acked.get(epoch_of(path), 0)
            with closing(open_for_reading(path)) as db:
                more = last_seq(db) - after
                first = next(rows_after(db, after, 1), None) if more > 0 and not oldest else None
            if more <= 0 and path != files[-1]:
                drained.add(path)
            events += max(0, more)
            oldest = _envelope(first) if first else oldest
    except (sqlite3.Error, OSError):
        return None
    return Standing(events, oldest)


def _envelope(row: Row) -> Envelope | None:
    try:
        return decode_envelope(row.body)
    except EventError:
        return None


def offset(sent: Sent, boot: str) -> int | None:
    """Return the wall clock less the server's time in milliseconds, None where it is not known."""
    if sent.server_boot != boot or not sent.server_now:
        return None
    try:
        told = datetime.fromisoformat(sent.server_now)
    except ValueError:
        return None
    now = told + timedelta(microseconds=(monotonic_ns() - sent.server_mono) // 1000)
    return round((datetime.now(UTC) - now) / timedelta(milliseconds=1))


def _that_fit(rows: list[Row], epoch: str) -> list[Row]:
    """Return the first rows, up to a damaged one, as many as one upload holds; at least one."""
    size = 0
    fitting: list[Row] = []
    for row in rows:
        size += len(row.body)
        if fitting and (size > MOST_BYTES or fault_of(row, "", epoch) is not None):
            break
        fitting.append(row)
    return fitting
