"""F26: a database of every version that there ever was comes up to the newest, with what is in it.

Each is made by migrating to that version and filling its tables by their own constraints.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, LargeBinary, MetaData, Table, inspect, select, text
from sqlalchemy.exc import IntegrityError

from server import schema, vault
from server.db import Database, Encrypted, EncryptedBytes, open_database
from server.people.models import Person

VERSIONS = [script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()][
    ::-1
]
NAME = "Nguyễn Thị Mẫu"
LEAST = {"user", "audit_entry", "station"}  # are filled in every version
WITH_ENUM = re.compile(r"\b(\w+) IN \(('[^)]*)\)")


def filled(database: Database) -> dict[str, int]:
    """Put one row into every table that takes one; return how many rows each has."""
    with database.engine.connect() as connection:
        there = MetaData()
        there.reflect(connection)
        words = _words(connection, there)
    done: dict[str, dict[str, Any]] = {}
    for table in there.sorted_tables:
        if table.name == "alembic_version":
            continue
        row = _row(table, done, words.get(table.name, {}))
        try:
            with database.engine.begin() as connection:
                connection.execute(table.insert(), [row])
        except IntegrityError:
            continue  # a rule between columns: other tables show enough
        done[table.name] = row
    return dict.fromkeys(done, 1)


def _words(connection: Any, there: MetaData) -> dict[str, dict[str, str]]:
    """Return what columns may say, by the constraints of their tables."""
    asked = inspect(connection)
    found: dict[str, dict[str, str]] = {}
    for name in there.tables:
        rules = " ".join(str(each["sqltext"]) for each in asked.get_check_constraints(name))
        found[name] = {
            column: said.split(",")[0].strip().strip("'")
            for column, said in WITH_ENUM.findall(rules)
        }
    return found


def _row(table: Table, done: dict[str, dict[str, Any]], words: dict[str, str]) -> dict[str, Any]:
    return {
        column.name: _value(table, column, done, words)
        for column in table.columns
        if not column.nullable or column.primary_key or _is_person(table, column)
    }


def _is_person(table: Table, column: Column[Any]) -> bool:
    return (table.name, column.name) == ("person", "name")


def _value(
    table: Table, column: Column[Any], done: dict[str, dict[str, Any]], words: dict[str, str]
) -> Any:
    for key in column.foreign_keys:
        parent = done.get(key.column.table.name)
        if parent is not None:
            return parent[key.column.name]
    if column.name in words:
        return words[column.name]
    return _of_type(table, column)


def _of_type(table: Table, column: Column[Any]) -> Any:
    kind = str(column.type)
    if isinstance(column.type, LargeBinary) or kind == "BLOB":
        return vault.current().encrypt(f"{table.name}.{column.name}", NAME)
    if kind.startswith("CHAR(32)"):
        return uuid4().hex
    if kind.startswith("DATETIME"):
        return datetime(2026, 11, 23)  # noqa: DTZ001 - as it is stored
    if kind == "DATE":
        return date(2026, 11, 23)
    if kind.startswith(("INT", "BIGINT", "BOOLEAN", "FLOAT", "DOUBLE")):
        return 1
    return "260000000182" if column.name == "tube" else "1"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    opened = open_database(f"sqlite:///{tmp_path / 'ghepmau.sqlite'}")
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_that_version_comes_up_with_everything_in_it(
    version: str, database: Database
) -> None:
    schema.upgrade(database, to=version)
    before = filled(database)
    assert set(before) >= LEAST
    schema.upgrade(database)
    assert schema.differences(database) == []
    with database.engine.connect() as connection:
        for name in before:
            if name in schema.tables.tables:
                count = connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
                assert count >= 1, name
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    _opens(database)
    if "person" in before:
        with database.read() as session:
            assert session.scalar(select(Person.name)) == NAME


def _opens(database: Database) -> None:
    """Every value that is there opens with the keys, under the name of its own column."""
    for table in schema.tables.sorted_tables:
        sealed = [c for c in table.columns if isinstance(c.type, Encrypted | EncryptedBytes)]
        if sealed:
            with database.engine.connect() as connection:
                connection.execute(select(*sealed)).all()
