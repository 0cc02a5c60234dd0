"""The book of print jobs: nothing is printed twice without being asked for.

A job is entered before its first byte leaves.  One that broke off, or whose process died, stays
"unsure" until a person has looked at the paper and asks for it again; reprints are counted.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from labels.errors import NotPrinted, PartlyPrinted, PrintedBefore
from labels.printers import Printer

_TABLE = """
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    printer TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unsure', 'failed', 'sent', 'printed')),
    times INTEGER NOT NULL CHECK (times >= 0),
    at TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT
"""


class State(StrEnum):
    """How a job stands.  Only a failed one may be printed again unasked."""

    UNSURE = "unsure"  # began, and nobody knows how much came out
    FAILED = "failed"  # the printer took nothing
    SENT = "sent"  # the printer took everything, and says nothing
    PRINTED = "printed"  # the printer took everything, and is well


_WORDS = {
    State.UNSURE: ("bị ngắt giữa chừng", "was broken off"),
    State.SENT: ("đã gửi tới máy in", "was sent to the printer"),
    State.PRINTED: ("đã in", "was printed"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One job of the book; `times` counts how often it was printed, or may have been."""

    id: str
    title: str
    printer: str
    state: State
    times: int
    at: datetime
    detail: str


def job_id(document: bytes) -> str:
    """Return the id of a document that has none of its own: the same bytes are the same job."""
    return sha256(document).hexdigest()[:16]


class JobBook:
    """The jobs printed from this machine, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as book:
            book.execute(_TABLE)

    def find(self, job: str) -> Entry | None:
        with self._open() as book:
            row = book.execute("SELECT * FROM job WHERE id = ?", (job,)).fetchone()
        return None if row is None else _entry(row)

    def entries(self) -> list[Entry]:
        """Return all jobs, the newest first."""
        with self._open() as book:
            return [_entry(row) for row in book.execute("SELECT * FROM job ORDER BY at DESC")]

    def run(
        self,
        job: str,
        title: str,
        document: Iterable[bytes],
        printer: Printer,
        *,
        now: datetime,
        again: bool = False,
    ) -> Entry:
        """Print *document* once and return its entry; *again* is a reprint that a person asked for.

        Raises PrintedBefore, and NotPrinted or PartlyPrinted from the printer.
        """
        before = self._begin(job, title, printer.name, now=now, again=again)
        try:
            said = printer.send(document, title)
        except NotPrinted as error:
            self._end(job, State.FAILED if before is None else before.state, str(error), times=-1)
            raise
        except PartlyPrinted as error:
            self._end(job, State.UNSURE, str(error))
            raise
        self._end(job, State.PRINTED if said.confirmed else State.SENT, said.detail)
        found = self.find(job)
        if found is None:
            raise PartlyPrinted("Sổ in bị xóa khi đang in.", "The job book vanished meanwhile.")
        return found

    def _begin(
        self, job: str, title: str, printer: str, *, now: datetime, again: bool
    ) -> Entry | None:
        """Enter the job as unsure and return how it stood before."""
        with self._open() as book:
            book.execute("BEGIN IMMEDIATE")
            row = book.execute("SELECT * FROM job WHERE id = ?", (job,)).fetchone()
            known = None if row is None else _entry(row)
            if known is not None and known.state is not State.FAILED and not again:
                vi, en = _WORDS[known.state]
                raise PrintedBefore(
                    f"“{known.title}” {vi} lúc {known.at:%H:%M %d/%m/%Y}. "
                    "Xem giấy; nếu cần, chọn in lại.",
                    f"“{known.title}” {en} at {known.at:%H:%M %d/%m/%Y}. "
                    "Look at the paper; ask for a reprint if you need one.",
                )
            times = 1 if known is None else known.times + 1
            book.execute(
                "INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, '')",
                (job, title, printer, State.UNSURE, times, now.isoformat()),
            )
        return known

    def _end(self, job: str, state: State, detail: str, times: int = 0) -> None:
        with self._open() as book:
            book.execute(
                "UPDATE job SET state = ?, detail = ?, times = times + ? WHERE id = ?",
                (state, detail, times, job),
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as book, book:
            book.execute("PRAGMA synchronous = FULL")
            yield book


def _entry(row: tuple[str, str, str, str, int, str, str]) -> Entry:
    job, title, printer, state, times, at, detail = row
    return Entry(job, title, printer, State(state), times, datetime.fromisoformat(at), detail)
