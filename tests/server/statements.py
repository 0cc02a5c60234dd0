"""What a database is asked while something is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from server.db import Database


@contextmanager
def once_after(part: str, act: Callable[[], object]) -> Iterator[list[str]]:
    """Do *act* once right after a statement with *part* was answered; give what was met."""
    met: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if part in statement and not met:
            met.append(statement)
            act()

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield met
    finally:
        event.remove(Engine, "after_cursor_execute", note)


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Give a list that each statement is added to, with what it is given."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: Any) -> None:
        found.append((statement, given))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
