"""Lets go of journal files that the server has answered for, and that are old enough.

Only whole closed files, and never a row without a receipt: a file of which the server refused one
event stays for ever.  What is left of a file: its used tubes, and a checkpoint
`NNNN-<epoch>.closed` with the number of its rows and the hash of the last, so that its chain can
still be held against the server's.  The checkpoint is on the disk before the file goes.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from contract.events import Envelope, EventError, decode_envelope
from device import older
from device.backlog import Sent
from device.chain import Findings
from device.drafts import Moment
from device.files import read_whole, sync_folder, write_whole
from device.journal_file import epoch_of, files_of, last_seq, open_for_reading, rows_after
from device.reading import check_file, events_of

log = logging.getLogger(__name__)


class Checkpoint(msgspec.Struct, frozen=True):
    """What is kept of a file that was let go: `rows` of `epoch`, the last with the hash `last`."""

    epoch: str
    rows: int
    last: str
    newest: datetime
    pruned: datetime
    v: int = 1


def prune(folder: Path, sent: Sent, keep: timedelta, now: Moment) -> list[Path]:
    """Let go of what may go; return the files that went.  An untrusted clock lets nothing go.

    For the station alone, before it opens its journal.  What cannot be read now stays.
    """
    gone = list[Path]()
    try:
        for path, newest in _old(folder, now.at - keep) if now.trusted else ():
            if _answered_for(path, newest, sent) and (found := check_file(path)).sound:
                _let_go(path, found, newest, now)
                gone.append(path)
    except (OSError, sqlite3.Error) as error:
        log.warning("the journal's old files stay: %s", error)
    return gone


def _old(folder: Path, before: datetime) -> Iterator[tuple[Path, Envelope]]:
    """Yield the closed files, the newest first, whose last event, or a later one, is so old."""
    old = False
    for path in reversed(files_of(folder)[:-1]):
        newest = _newest(path)
        if newest is not None:
            old = old or (newest.trusted and newest.at < before)
            if old:
                yield path, newest


def _newest(path: Path) -> Envelope | None:
    """Return the last event of a file, which is cheap to read."""
    with closing(open_for_reading(path)) as db:
        last = last_seq(db)
        row = next(rows_after(db, last - 1, 1), None) if last else None
    try:
        return decode_envelope(row.body) if row else None
    except EventError:
        return None


def _answered_for(path: Path, newest: Envelope, sent: Sent) -> bool:
    epoch = epoch_of(path)
    refused = any(each.epoch == epoch for each in sent.set_aside) or epoch in sent.forks
    return not refused and sent.acked.get(epoch, 0) >= newest.seq


def _let_go(path: Path, found: Findings, newest: Envelope, now: Moment) -> None:
    rows = found.good
    tubes = older.draw(events_of(rows), len(rows), path.stat().st_size)
    older.keep(path, tubes)
    checkpoint = Checkpoint(epoch_of(path), len(rows), rows[-1].hash, newest.at, now.at)
    write_whole(path.with_suffix(".closed"), msgspec.json.encode(checkpoint))
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    sync_folder(path.parent)
    log.info("%s: %d rows that the server has were let go", path.name, len(rows))


def checkpoint_of(path: Path) -> Checkpoint | None:
    """Return what is known of a file that was let go; None where it cannot be read."""
    try:
        return msgspec.json.decode(read_whole(path.with_suffix(".closed")) or b"", type=Checkpoint)
    except (OSError, msgspec.DecodeError):
        return None
