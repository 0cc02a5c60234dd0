"""F20: the server's migration is killed at its statements, and at writes and syncs of its disk.

At most KILLS statements, evenly from the first to the last; GHEPMAU_FAULTS_KILLS=100000 takes all.
"""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event, inspect, text

from faults import runs
from server import schema, vault
from server.db import Database, open_database

MIGRATE = (sys.executable, "-B", "-m", "server.cli", "migrate")
OLD = "0005_sampling"  # what a server of some months ago stands at
KILLS = int(os.environ.get("GHEPMAU_FAULTS_KILLS", "70"))


def opened(data: Path) -> Database:
    return open_database(url_of(data))


def to_old(database: Database) -> None:
    with database.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, OLD)


def prepared(data: Path, start: str) -> Path:
    """Make a server's folder with keys and a database: empty, or at `OLD` with an audit entry."""
    data.mkdir()
    vault.install(vault.Vault.create(data / "vault.json"))
    if start == OLD:
        database = opened(data)
        to_old(database)
        database.engine.dispose()
        with closing(sqlite3.connect(data / "ghepmau.sqlite")) as db:
            db.execute(
                "INSERT INTO audit_entry (id, at, actor, action, subject) "
                "VALUES (1, '2026-11-23', 'user:lan', 'user.added', 'user:minh')"
            )
            db.commit()
    return data


def url_of(data: Path) -> str:
    return f"sqlite:///{data / 'ghepmau.sqlite'}"


def migrate(url: str, watch: Callable[[], None]) -> None:
    """Migrate in this process, and call *watch* before each statement."""
    database = open_database(url)

    @event.listens_for(database.engine, "before_cursor_execute")
    def look(*_: Any) -> None:
        watch()

    schema.upgrade(database)
    database.engine.dispose()


def statements_of(url: str) -> int:
    """Migrate to the end; return how many statements that were."""
    so_far = [0]

    def count() -> None:
        so_far[0] += 1

    migrate(url, count)
    return so_far[0]


def some_of(statements: int, most: int) -> list[int]:
    """Return at most *most* of the statements or one more, the first and the last among them."""
    return sorted({*range(1, statements + 1, -(-statements // most)), statements})


def killed_before(url: str, statement: int) -> None:
    """Migrate in a child that is killed before its statement number *statement*."""
    left = [statement]

    def watch() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            migrate(url, watch)
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


class Seen(NamedTuple):
    """What a database is: its revision, and which columns its tables have."""

    revision: str | None
    shape: frozenset[str]


def seen(database: Database) -> Seen:
    columns = inspect(database.engine).get_multi_columns()
    shape = (f"{table}.{each['name']}" for (_, table), own in columns.items() for each in own)
    return Seen(schema.revision_of(database), frozenset(shape))


def before_it(url: str) -> Seen:
    database = open_database(url)
    try:
        return seen(database)
    finally:
        database.engine.dispose()


def must_be_whole(url: str, before: Seen, *, finish: bool) -> None:
    """What a killed migration leaves is the old database or the new one, and a second run ends."""
    database = open_database(url)
    try:
        if seen(database) != before:
            assert schema.revision_of(database) == schema.newest_revision()
            assert schema.differences(database) == []
        if finish:
            schema.upgrade(database)
            assert schema.differences(database) == []
        with database.engine.connect() as connection:
            if database.engine.dialect.name == "sqlite":
                sound = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                assert sound == ["ok"]
            if before.revision is not None:
                actors = connection.execute(text("SELECT actor FROM audit_entry")).all()
                assert actors == [("user:lan",)]
    finally:
        database.engine.dispose()


@pytest.mark.parametrize("start", ["empty", OLD])
def test_a_migration_killed_at_any_statement_is_run_again(tmp_path: Path, start: str) -> None:
    before = prepared(tmp_path / "before", start)
    whole = Path(shutil.copytree(before, tmp_path / "whole"))
    was, count = before_it(url_of(whole)), statements_of(url_of(whole))
    chosen = some_of(count, KILLS)
    for turn, statement in enumerate(chosen):
        data = Path(shutil.copytree(before, tmp_path / "killed"))
        killed_before(url_of(data), statement)
        must_be_whole(url_of(data), was, finish=turn % 10 == 0 or statement == count)
        shutil.rmtree(data)
    print(f"from {start}: killed before {len(chosen)} of {count} statements")
    assert count > 20


def test_half_a_step_would_be_found(tmp_path: Path) -> None:
    url = url_of(prepared(tmp_path / "data", OLD))
    was = before_it(url)
    must_be_whole(url, was, finish=False)
    with closing(sqlite3.connect(tmp_path / "data/ghepmau.sqlite")) as db:
        db.execute("ALTER TABLE audit_entry ADD COLUMN half TEXT")
    with pytest.raises(AssertionError):
        must_be_whole(url, was, finish=False)


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "unlink"])
def test_a_migration_killed_at_a_write_is_run_again(tmp_path: Path, call: str) -> None:
    runs.needs("strace")
    before, number, killed = prepared(tmp_path / "before", OLD), 1, 0
    was = before_it(url_of(Path(shutil.copytree(before, tmp_path / "looked at"))))
    while True:
        data = Path(shutil.copytree(before, tmp_path / "killed"))
        tracing = runs.injecting([call], f"signal=KILL:when={number}")
        code = runs.ended([*tracing, *MIGRATE], {"GHEPMAU_DATA": str(data)})
        must_be_whole(url_of(data), was, finish=True)
        shutil.rmtree(data)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed, number = killed + 1, number * 2 if call == "pwrite64" else number + 1
    assert killed
