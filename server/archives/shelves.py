"""What of a closed month goes into archives: content that no rule reads any more.

What rules read stays: of an event its id, number, hash and kind, so that one that comes again is
known, a changed one is found out, and nothing is applied twice; every pairing, with the kind of its
code and whether that named anybody, result and outcome; the roll-ups; the audit trail.  People's
check-ins are on no shelf, nor are the events that told of them: their time to be kept
(`keep_check_in_days`) is over before a file of them would help.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select

from server import schema
from server.archives.months import Month
from server.lab.imports.models import ImportFile, State
from server.upkeep.columns import raw
from server.upkeep.keeping import CHECKED_IN

EMPTY = 33  # bytes that an encrypted '' takes
FINISHED = (State.DONE, State.UNREADABLE, State.DISCARDED)
Columns = Any  # of a table, by name
Row = Mapping[str, Any]


class Damaged(Exception):
    """A row is not what its own hash says: it is not archived, and stays for a person to see."""


def _sound(_row: Row) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Shelf:
    """Rows of *table* whose content *goes* (column: what is left of it).

    *of* says which rows of a month these may be; `setting` is the clock that a file goes by.
    """

    name: str
    setting: str
    table_name: str
    goes: Mapping[str, Any]
    of: Callable[[Columns, Month], ColumnElement[bool]]
    sound: Callable[[Row], bool] = _sound

    @property
    def table(self) -> Table:
        return schema.tables.tables[self.table_name]

    def full(self, month: Month) -> ColumnElement[bool]:
        """Return the condition of a row of *month* that still holds what goes."""
        return self.of(self.table.columns, month) & self.holds_something()

    def holds_something(self) -> ColumnElement[bool]:
        there = self.table.columns
        return or_(*(_length(there[name]) > _least(there[name]) for name in self.goes))


def _length(column: Any) -> ColumnElement[int]:
    """Return how long a value is; of none 0, so that the opposite of a condition holds too."""
    return func.coalesce(func.length(raw(column)), 0)


def _least(column: Any) -> int:
    return EMPTY if hasattr(column.type, "purpose") else 0


def _applied(c: Columns, month: Month) -> Any:
    done = (c["state"] == "applied") & (c["kind"] != CHECKED_IN)
    return month.holds(c["received_at"]) & done


def _of_file(c: Columns, month: Month) -> Any:
    files = select(ImportFile.id).where(
        month.holds(ImportFile.received_at), ImportFile.state.in_(FINISHED)
    )
    return c["import_id"].in_(files)


def _hash_holds(row: Row) -> bool:
    return bool(sha256(row["payload"]).hexdigest() == row["hash"])


EVENTS = Shelf("events", "keep_event_days", "wire_event", {"payload": b""}, _applied, _hash_holds)
SHELVES = (
    EVENTS,
    Shelf("files", "keep_file_days", "import_part", {"content": b""}, _of_file),
    Shelf("rows", "keep_file_days", "import_row", {"sample": None, "seen": None}, _of_file),
)
BY_NAME = {shelf.name: shelf for shelf in SHELVES}
