"""CSV files in a folder, for systems that have no API: a file for each day of outcomes.

A row is on the disk before there is a receipt, and stands once: its key is looked for first.
Rows are only ever added; a receiver copies the file and takes the highest version of an outcome.
"""

import csv
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

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
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


@dataclass
class DropChannel:
    """Appends to `FOLDER/outcomes-YYYYMMDD.csv` (UTF-8 with BOM, so that Excel reads it)."""

    folder: Path
    database: Database
    at_once: int = 1
    telling: Telling = field(init=False)
    _seen: dict[str, tuple[int, set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.telling = Telling(self.database)

    def look_ahead(self, messages: Sequence[Message]) -> None:
        self.telling.look_ahead(messages)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Add the row; the receipt names the file.  A folder that is away is Unreachable."""
        row = document(self.telling.told(subject, key, payload))
        name = f"outcomes-{local(row.at):%Y%m%d}.csv"
        try:
            with self._alone():
                path = self.folder / name
                if key not in self._keys(path):
                    self._append(path, key, line(row))
        except OSError as error:
            raise Unreachable(f"cannot write in the folder: {error.strerror}") from error
        return name

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
        size = path.stat().st_size if path.exists() else 0
        known = self._seen.get(path.name)
        if known is None or known[0] != size:
            known = (size, _read_keys(path) if size else set())
            self._seen[path.name] = known
        return known[1]

    def _append(self, path: Path, key: str, row: str) -> None:
        fresh = not path.exists() or not path.stat().st_size
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            _end_line(path, handle)
            os.write(handle, ((_header() if fresh else "") + row).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        size, keys = path.stat().st_size, self._seen[path.name][1]
        self._seen[path.name] = (size, keys | {key})


def line(row: Document) -> str:
    """Return *row* as one line of CSV, with nothing that a spreadsheet would run."""
    values = {
        **{name: getattr(row, name) for name in COLUMNS},
        "numbers": " ".join(f"{each.system}:{each.value}" for each in row.numbers),
        "cts": " ".join(f"{gene}={ct}" for gene, ct in row.cts),
    }
    return _csv([safe(values[name]) for name in COLUMNS])


def safe(value: object) -> str:
    """Return a cell that is text to every spreadsheet."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RISKY) else text


def _header() -> str:
    return "\ufeff" + _csv(COLUMNS)


def _csv(cells: list[str] | tuple[str, ...]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _read_keys(path: Path) -> set[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[0] for row in csv.reader(file) if len(row) == len(COLUMNS)}


def _end_line(path: Path, handle: int) -> None:
    """A row that a power cut left half written ends here, and its key is not among the known."""
    if path.stat().st_size and not path.read_bytes().endswith(b"\r\n"):
        os.write(handle, b"\r\n")
