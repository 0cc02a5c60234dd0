"""One journal file on disk: opening, reading what can be read, putting a damaged one aside.

A file is one epoch: `0001-<epoch>.sqlite`.  A damaged file is renamed (`.damaged`) and kept whole;
the rows in it that verify go into a file of the old name, so that uplink still finds them.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from operator import attrgetter
from pathlib import Path

from contract.spoken import Spoken
from device.chain import Row
from device.files import sync_folder

SYNCHRONOUS_FULL = 2
SPARE = "spare"  # a link in the folder: device.spare
_NAME = re.compile(r"(\d{4,})-([0-9a-f]{16})\.sqlite")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    body BLOB NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'a journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'a journal is append-only'); END;
"""


_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_READ", "SQLITE_IOERR_SHORT_READ")


class JournalTrouble(Spoken):
    """The journal cannot be written: nothing that was not written counts as done."""


def files_of(folder: Path) -> list[Path]:
    """Return the journal files of *folder* and of its spare place, oldest first."""
    found = [*folder.glob("*.sqlite"), *(folder / SPARE).glob("*.sqlite")]
    return sorted((path for path in found if _NAME.fullmatch(path.name)), key=attrgetter("name"))


def let_go_of(folder: Path) -> list[Path]:
    """Return where the files were that `device.pruning` let go, oldest first."""
    names = (path.with_suffix(".sqlite") for path in folder.glob("*.closed"))
    return sorted(path for path in names if _NAME.fullmatch(path.name) and not path.exists())


def finish_putting_aside(folder: Path) -> None:
    """Finish what a crash interrupted.  For the station alone, before it opens its journal."""
    for ready in sorted(folder.glob("*.sqlite.new")):
        _swap(ready.with_suffix(""))


def epoch_of(path: Path) -> str:
    return _match(path).group(2)


def number_of(path: Path) -> int:
    return int(_match(path).group(1))


def _match(path: Path) -> re.Match[str]:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise JournalTrouble(
            f"{path.name} không phải tên tệp nhật ký", f"{path.name} is no journal's name"
        )
    return match


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open (or make) a journal in which a commit is on the disk; raise JournalTrouble."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # One thread at a time writes, but not always the same one: device.arrivals.
        db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise trouble(path, error) from error
    try:
        _make_durable(db, path)
    except (OSError, sqlite3.Error) as error:
        db.close()
        raise trouble(path, error) from error
    return db


def _make_durable(db: sqlite3.Connection, path: Path) -> None:
    [mode] = db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")
    [level] = db.execute("PRAGMA synchronous").fetchone()
    if (mode, level) != ("wal", SYNCHRONOUS_FULL):
        db.close()
        raise JournalTrouble(
            f"{path}: đĩa này không bảo đảm ghi bền ({mode}, {level})",
            f"{path}: this disk does not give durable writes ({mode}, {level})",
        )
    db.executescript(_SCHEMA)
    sync_folder(path.parent)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a journal that another process may be writing; nothing can be written through it."""
    address = path.absolute().as_uri() + "?mode=rw"  # not ro: a log without its index is read too
    db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=5.0)
    db.execute("PRAGMA query_only = ON")
    return db


def rows_after(db: sqlite3.Connection, seq: int, limit: int = -1) -> Iterator[Row]:
    """Yield the rows after *seq*, oldest first; sqlite3.Error where the file is damaged."""
    query = "SELECT seq, hash, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
    yield from map(_row, db.execute(query, (seq, limit)))


def last_seq(db: sqlite3.Connection) -> int:
    """Return the number of the newest row, 0 where there is none or no table yet."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone():
        return 0
    [last] = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    return last if isinstance(last, int) else 0


def newest_of(folder: Path) -> dict[str, int]:
    """Return the number of the newest event of each epoch; sqlite3.Error where one is damaged."""
    found = {}
    for path in files_of(folder):
        with closing(open_for_reading(path)) as db:
            found[epoch_of(path)] = last_seq(db)
    return found


def _row(found: tuple[object, ...]) -> Row:
    """A damaged file may give any type: what is none of ours fails its check later."""
    seq, name, body = found
    return Row(
        seq if isinstance(seq, int) else 0,
        name if isinstance(name, str) else "",
        body if isinstance(body, bytes) else b"",
    )


def readable_rows(db: sqlite3.Connection) -> tuple[list[Row], str | None]:
    """Return every row that SQLite can still give, and its complaint if there is one."""
    rows: list[Row] = []
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone():
        return rows, None  # killed while it was being made, or its tail is lost: see high-water
    try:
        rows.extend(rows_after(db, 0))
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return [*rows, *_probe(db, rows[-1].seq if rows else 0)], str(error)
    return rows, None


def _probe(db: sqlite3.Connection, last: int, give_up_after: int = 2000) -> Iterator[Row]:
    """Ask for one row after another past a damaged page."""
    missed, seq = 0, last
    while missed < give_up_after:
        seq += 1
        try:
            found = db.execute("SELECT seq, hash, body FROM event WHERE seq = ?", (seq,)).fetchone()
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            found = None
        missed = 0 if found else missed + 1
        if found:
            yield _row(found)


def put_aside(path: Path, good: list[Row]) -> None:
    """Keep the damaged file *path* as `.damaged` and leave a file with its *good* rows instead."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(part, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
        db.execute("BEGIN")
        db.executemany("INSERT INTO event VALUES (?, ?, ?)", good)
        db.execute("COMMIT")
    part.replace(path.with_name(path.name + ".new"))
    _swap(path)


def _swap(path: Path) -> None:
    """Put `.new` in the place of *path*, its log files first: they must never meet."""
    for suffix in ("-shm", "-wal", ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(_free_name(path, suffix))
    path.with_name(path.name + ".new").replace(path)
    sync_folder(path.parent)


def _free_name(path: Path, suffix: str) -> Path:
    count = 1
    while (free := path.with_name(f"{path.name}.damaged-{count}{suffix}")).exists():
        count += 1
    return free


def is_damage(error: sqlite3.Error) -> bool:
    """Whether *error* means that the file is broken, not that the disk is full or busy.

    Text that is no UTF-8 is damage as well; Python reports it without an error name.
    """
    name = getattr(error, "sqlite_errorname", None) or "SQLITE_CORRUPT"
    return name.startswith(_DAMAGE)


def trouble(path: Path, error: Exception) -> JournalTrouble:
    """Say in a sentence what is wrong with the disk, and what to do."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if name == "SQLITE_FULL" or getattr(error, "errno", None) == 28:
        return JournalTrouble(
            f"{path}: đĩa đầy; dọn chỗ rồi quét lại",
            f"{path}: the disk is full; free some space, then scan again",
        )
    return JournalTrouble(
        f"{path}: không ghi được ({error}); nếu vẫn vậy, thay thẻ nhớ",
        f"{path}: cannot be written ({error}); if it stays, change the card",
    )
