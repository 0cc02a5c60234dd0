"""CSV files in a folder, for systems that have no API: a file for each day of handing over.

A row is on the disk before there is a receipt, and stands once: its key is looked for first.
Rows are only ever added; a receiver copies the file and takes the highest version of an outcome.
A row is one line; what a full disk or a power cut left of one is taken away before the next.
"""

import csv
import errno
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

from server import exports
from server.db import Database
from server.delivery.channels import Message, Unreachable
from server.display import local
from server.exchange.document import Document, document
from server.exchange.notices import Telling

COLUMNS = (
    "key", "outcome", "version", "supersedes", "status", "reason", "name", "birth", "sex",
    "numbers", "tube", "pool", "sampled_at", "place", "received_at", "method", "cts",
    "released_at",
)  # fmt: skip
REMEMBERED = timedelta(minutes=10)  # the keys of a past day, once old deliveries are sent again
_END = b"\r\n"


@dataclass
class DropChannel:
    """Appends to `FOLDER/outcomes-YYYYMMDD.csv` (UTF-8 with BOM, so that Excel reads it).

    The day is today: a receiver has copied the files of past days, and looks at them no more.
    """

    folder: Path
    database: Database
    clock: Callable[[], datetime]
    at_once: int = 1
    telling: Telling = field(init=False)
    _seen: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    _asked: dict[str, datetime] = field(default_factory=dict)  # when a file's keys were wanted last

    def __post_init__(self) -> None:
        self.telling = Telling(self.database)

    def look_ahead(self, messages: Sequence[Message]) -> None:
        self.telling.look_ahead(messages)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Add the row; the receipt names the file.  A folder that is away is Unreachable."""
        row = document(self.telling.told(subject, key, payload))
        today = self._forget(self.clock())
        try:
            with self._alone():
                for path in self._since(_name(row.at), today):
                    if key in self._keys(path):
                        return path.name
                self._append(self.folder / today, key, line(row))
        except OSError as error:
            raise Unreachable(f"cannot write in the folder: {error.strerror}") from error
        return today

    @property
    def remembered(self) -> list[str]:
        """Return of which files the keys are in memory."""
        return sorted(self._seen)

    def _forget(self, now: datetime) -> str:
        """Let go of the keys of past days that nobody wants any more; return today's file."""
        today = _name(now)
        for name, at in list(self._asked.items()):
            if name != today and now - at > REMEMBERED:
                self._seen.pop(name, None)
                del self._asked[name]
        return today

    def _since(self, first: str, today: str) -> list[Path]:
        """Return the files in which a row may stand already, today's last: a worker may have died
        on any day since between writing it and noting that."""
        known = {today}
        if first < today:
            every = (path.name for path in self.folder.glob("outcomes-*.csv"))
            known |= {name for name in every if first <= name <= today}
        return [self.folder / name for name in sorted(known)]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other worker write here meanwhile."""
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _keys(self, path: Path) -> set[str]:
        """Return the keys in the file; it is read again only where somebody else wrote to it."""
        self._asked[path.name] = self.clock()
        size = path.stat().st_size if path.exists() else 0
        known = self._seen.get(path.name)
        if known is None or known[0] != size:
            known = (size, _read_keys(path) if size else set())
            self._seen[path.name] = known
        return known[1]

    def _append(self, path: Path, key: str, row: str) -> None:
        """Add *row* whole or not at all."""
        keys = self._seen.pop(path.name)[1]
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            before = _whole_lines(path, handle)
            try:
                _write_all(handle, (row if before else _header() + row).encode())
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, before)
                raise
        finally:
            os.close(handle)
        self._seen[path.name] = (path.stat().st_size, keys | {key})


def _name(at: datetime) -> str:
    return f"outcomes-{local(at):%Y%m%d}.csv"


def line(row: Document) -> str:
    """Return *row* as one line of CSV, with nothing that a spreadsheet would run."""
    values = {
        **{name: getattr(row, name) for name in COLUMNS},
        "numbers": " ".join(f"{each.system}:{each.value}" for each in row.numbers),
        "cts": " ".join(f"{gene}={ct}" for gene, ct in row.cts),
        "sampled_at": row.sampled_at if row.sampled_known else None,
    }
    return _csv([safe(values[name]) for name in COLUMNS])


def safe(value: object) -> str:
    """Return a cell that is text to every spreadsheet, and one line."""
    text = "" if value is None else str(value)
    return str(exports.harmless(" ".join(text.splitlines())))


def _header() -> str:
    return "\ufeff" + _csv(COLUMNS)


def _csv(cells: list[str] | tuple[str, ...]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _read_keys(path: Path) -> set[str]:
    whole = path.read_bytes().rpartition(_END)[0].decode("utf-8-sig")
    return {row[0] for row in csv.reader(StringIO(whole, newline="")) if len(row) == len(COLUMNS)}


def _whole_lines(path: Path, handle: int) -> int:
    """Take away what was left of a row; return the file's size."""
    size = os.fstat(handle).st_size
    if size and os.pread(handle, len(_END), max(0, size - len(_END))) != _END:
        before, end, _ = path.read_bytes().rpartition(_END)
        size = len(before) + len(end)
        os.ftruncate(handle, size)
    return size


def _write_all(handle: int, data: bytes) -> None:
    """Write all of *data*: a disk that fills up takes a part of it and says nothing yet."""
    while data:
        written = os.write(handle, data)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data = data[written:]
