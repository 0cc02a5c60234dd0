"""What one test's database compiled serves another's, and nothing but the statement goes over."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from server.accounts.models import Station
from server.db import open_database
from server.schema import tables
from tests import compiled_once

OURS = {"__module__", "__doc__", "__eq__", "__hash__", "supports_statement_cache"}


@pytest.mark.parametrize("kind", [compiled_once.Sqlite, compiled_once.Postgresql])
def test_the_dialects_of_tests_are_the_products_but_for_being_equal(kind: type) -> None:
    assert set(vars(kind)) <= OURS


def test_two_databases_compile_a_statement_once_and_each_answers_for_itself(
    tmp_path: Path,
) -> None:
    told = [told_by(tmp_path / name, name) for name in ("one", "two")]
    assert [found for found, _ in told] == [["one"], ["two"]]
    assert told[0][1] is told[1][1]


def told_by(file: Path, name: str) -> tuple[list[str], object]:
    """Ask a database with one station for all that there are; give them, and what was compiled."""
    met: list[object] = []

    def note(_c: Any, _cursor: Any, _said: str, _with: Any, context: Any, _many: bool) -> None:  # noqa: FBT001
        met.append(context.compiled)

    database = open_database(f"sqlite:///{file}")
    tables.create_all(database.engine, [tables.tables[Station.__tablename__]])
    with database.write() as session:
        session.add(
            Station(id=name, label="", place="vn-2021:24", duty="pairing", state="created",
                    created_at=datetime(2026, 11, 23, tzinfo=UTC))
        )  # fmt: skip
    event.listen(database.engine, "after_cursor_execute", note)
    with database.read() as session:
        found = list(session.scalars(select(Station.id).order_by(Station.label)))
    database.engine.dispose()
    return found, met[-1]
