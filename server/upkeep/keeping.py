"""How long what is kept, for what: the clocks of the data law, one row for each purpose.

What goes takes nothing from the statistics: counts of points, days, tubes and outcomes stand in
rows of their own.  Finding and taking away come in pieces, in the order of the tables' keys.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from contract.duty_events import CheckedIn
from server import schema
from server.config import Settings
from server.local_forms import local
from server.upkeep.columns import raw

PIECE = 500
_EMPTY = 33  # bytes that an encrypted '' takes; a longer value says something
_EMPTY_JSON = 35
CHECKED_IN = str(CheckedIn.__struct_config__.tag)  # the kind of event that says who was where
Key = list[Any]
Columns = Any  # of a table, by name
Old = Callable[[Columns, datetime], Any]  # the condition that a row is from before a time


@dataclass(frozen=True, slots=True)
class Purpose:
    """Rows of *table* before a time: *goes* is emptied (column: value), or the row is deleted.

    Of the times in *days* only the day stays, as its first moment in Vietnam.  They stay where the
    purpose *behind* which they go failed.
    *old* is the condition by a cutoff; a row that is emptied already must not fulfil it.
    """

    name: str
    setting: str  # which says after how many days
    table: str
    old: Old
    goes: Mapping[str, Any] | None
    stays: str  # in words, for the plan
    days: tuple[str, ...] = ()
    behind: str = ""


def _says(table: str, *columns: str, more_than: int = _EMPTY) -> ColumnElement[bool]:
    """Return whether an encrypted column holds something."""
    there = schema.tables.tables[table].columns
    return or_(*(func.length(raw(there[name])) > more_than for name in columns))


def _answers_old(c: Columns, until: datetime) -> Any:
    said = _says("declaration", "answers", more_than=_EMPTY_JSON)
    return (c["at"] < until) & (said | c["symptoms"].is_not(None) | c["exposed"].is_not(None))


def _declared_old(c: Columns, until: datetime) -> Any:
    """As old as its check-in, which goes at the same time; without a point it says no where."""
    return (c["recorded_at"] < until) & (c["at"] < until) & c["point_id"].is_not(None)


def _of_old(key: str, parent: str, since: str) -> Old:
    """Return the condition that the row's *parent* is from before."""

    def old(c: Columns, until: datetime) -> Any:
        above = schema.tables.tables[parent].columns
        return c[key].in_(select(above["id"]).where(above[since] < until))

    return old


def _roster_old(c: Columns, until: datetime) -> Any:
    named = _says("roster_entry", "name", "number", "phone", "address", "birth")
    return _of_old("roster_id", "roster", "created_at")(c, until) & named


def _upload_old(c: Columns, until: datetime) -> Any:
    of_old = _of_old("import_id", "import_file", "received_at")
    return of_old(c, until) & _says("import_part", "content")


def _row_old(c: Columns, until: datetime) -> Any:
    of_old = _of_old("import_id", "import_file", "received_at")
    return of_old(c, until) & _says("import_row", "sample", "seen")


def _event_old(c: Columns, until: datetime) -> Any:
    """What was refused goes as what was applied does; what waits may still take effect."""
    done = c["state"].in_(("applied", "refused"))
    return (c["received_at"] < until) & done & (func.length(c["payload"]) > 0)


def _check_in_old(c: Columns, until: datetime) -> Any:
    """A clock that was not set says any time; but whoever came did so before it was recorded."""
    return (c["recorded_at"] < until) & ((c["at"] < until) | not_(c["trusted"]))


def _coming_old(c: Columns, until: datetime) -> Any:
    """The event of a check-in that is old, or is gone: no row tells any more whose it was."""
    made = schema.tables.tables["check_in"].columns
    stays = exists().where(made["id"] == c["event_id"], not_(_check_in_old(made, until)))
    return _event_old(c, until) & (c["kind"] == CHECKED_IN) & ~stays


def _before(column: str) -> Old:
    return lambda c, until: c[column] < until


def _draft(column: str) -> Old:
    return lambda c, until: (c[column] < until) & c["content"].is_not(None)


PURPOSES = (
    # Before the check-ins, which say whose they are: killed in between, nothing is left over.
    Purpose("events of check-ins", "keep_check_in_days", "wire_event", _coming_old,
            {"payload": b""}, "number, hash and kind of each event: the chain"),
    Purpose("check-ins", "keep_check_in_days", "check_in", _check_in_old, None,
            "counts of points and days", behind="events of check-ins"),
    Purpose("where it was declared", "keep_check_in_days", "declaration", _declared_old,
            {"point_id": None}, "that it was declared, on which day, and what was agreed to",
            days=("at", "recorded_at")),
    Purpose("answers", "keep_answer_days", "declaration", _answers_old,
            {"answers": "{}", "symptoms": None, "exposed": None},
            "that it was declared, on which day, and what was agreed to"),
    Purpose("phones", "keep_phone_days", "phone_person", _before("last_at"), None, "nothing"),
    Purpose("lists", "keep_list_days", "roster_entry", _roster_old,
            {"name": "", "birth": None, "number": None, "phone": None, "address": None},
            "tube, position, year of birth, sex"),
    Purpose("drafts of lists", "keep_list_days", "roster_draft", _draft("created_at"),
            {"content": None}, "its title and when"),
    Purpose("lists of doses", "keep_list_days", "vaccination_import", _draft("created_at"),
            {"content": None}, "its title and when"),
    Purpose("machines' files", "keep_file_days", "import_part", _upload_old, {"content": b""},
            "digest, size, counts, every reading of a tube"),
    Purpose("machines' rows", "keep_file_days", "import_row", _row_old,
            {"sample": None, "seen": None}, "well, tube, reading"),
    Purpose("events", "keep_event_days", "wire_event", _event_old, {"payload": b""},
            "number, hash and kind of each event: the chain"),
    Purpose("what could not be taken", "keep_refused_days", "quarantine", _before("at"), None,
            "nothing"),
)  # fmt: skip


def cutoff(purpose: Purpose, settings: Settings, now: datetime) -> datetime:
    days: int = getattr(settings, purpose.setting)
    return now - timedelta(days=days)


def count(session: Session, purpose: Purpose, until: datetime) -> int:
    """Return how many rows are due."""
    table = schema.tables.tables[purpose.table]
    asked = select(func.count()).select_from(table).where(purpose.old(table.columns, until))
    return session.scalar(asked) or 0


def take_away(
    session: Session, purpose: Purpose, until: datetime, after: Key | None
) -> tuple[int, Key | None]:
    """Take the next piece away; return how many rows, and where to go on, None at the end."""
    table = schema.tables.tables[purpose.table]
    keys = list(table.primary_key.columns)
    times = [table.columns[name] for name in purpose.days]
    asked = _next(select(*keys, *times).where(purpose.old(table.columns, until)), table, after)
    rows = [list(row) for row in session.execute(asked)]
    for days, found in _by_days(rows, len(keys)).items():
        these = _among(table, found)
        if purpose.goes is None:
            session.execute(delete(table).where(these))
        else:
            stays = dict(zip(purpose.days, days, strict=True))
            session.execute(update(table).where(these).values({**purpose.goes, **stays}))
    return len(rows), rows[-1][: len(keys)] if len(rows) == PIECE else None


def _by_days(rows: list[Key], width: int) -> dict[tuple[datetime, ...], list[Key]]:
    """Return the keys, the first *width* values of each row, by the days of the times behind."""
    found: dict[tuple[datetime, ...], list[Key]] = {}
    for row in rows:
        days = tuple(
            local(at).replace(hour=0, minute=0, second=0, microsecond=0) for at in row[width:]
        )
        found.setdefault(days, []).append(row[:width])
    return found


def pieces(
    run: Callable[[Key | None], tuple[int, Key | None]],
) -> Iterator[int]:
    """Yield the size of each piece until nothing is left."""
    after: Key | None = None
    while True:
        number, after = run(after)
        yield number
        if after is None:
            return


def _next(asked: Select[Any], table: Table, after: Key | None) -> Select[Any]:
    keys = list(table.primary_key.columns)
    if after is not None:
        asked = asked.where(tuple_(*keys) > tuple_(*_typed(keys, after)))
    return asked.order_by(*keys).limit(PIECE)


def _among(table: Table, found: list[Key]) -> ColumnElement[bool]:
    keys = list(table.primary_key.columns)
    if len(keys) == 1:
        one: ColumnElement[bool] = keys[0].in_([row[0] for row in found])
        return one
    several: ColumnElement[bool] = tuple_(*keys).in_([tuple(row) for row in found])
    return several


def _typed(keys: list[Any], after: Key) -> list[Any]:
    return [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
