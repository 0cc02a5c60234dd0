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
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event

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
    seen = [0]

    def count() -> None:
        seen[0] += 1

    migrate(url, count)
    return seen[0]


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


def must_be_whole(data: Path, start: str, *, finish: bool) -> None:
    """What a killed migration leaves is the old database or the new one, and a second run ends."""
    database = opened(data)
    try:
        revision = schema.revision_of(database)
        assert revision in (None if start == "empty" else OLD, schema.newest_revision())
        if finish:
            schema.upgrade(database)
            assert schema.differences(database) == []
    finally:
        database.engine.dispose()
    with closing(sqlite3.connect(data / "ghepmau.sqlite")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if start == OLD:
            assert db.execute("SELECT actor FROM audit_entry").fetchall() == [("user:lan",)]


@pytest.mark.parametrize("start", ["empty", OLD])
def test_a_migration_killed_at_any_statement_is_run_again(tmp_path: Path, start: str) -> None:
    before = prepared(tmp_path / "before", start)
    whole = Path(shutil.copytree(before, tmp_path / "whole"))
    seen = statements_of(url_of(whole))
    chosen = some_of(seen, KILLS)
    for turn, statement in enumerate(chosen):
        data = Path(shutil.copytree(before, tmp_path / "killed"))
        killed_before(url_of(data), statement)
        must_be_whole(data, start, finish=turn % 10 == 0 or statement == seen)
        shutil.rmtree(data)
    print(f"from {start}: killed before {len(chosen)} of {seen} statements")
    assert seen > 20


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "unlink"])
def test_a_migration_killed_at_a_write_is_run_again(tmp_path: Path, call: str) -> None:
    runs.needs("strace")
    before, number, killed = prepared(tmp_path / "before", OLD), 1, 0
    while True:
        data = Path(shutil.copytree(before, tmp_path / "killed"))
        tracing = runs.injecting([call], f"signal=KILL:when={number}")
        code = runs.ended([*tracing, *MIGRATE], {"GHEPMAU_DATA": str(data)})
        must_be_whole(data, OLD, finish=True)
        shutil.rmtree(data)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed, number = killed + 1, number * 2 if call == "pwrite64" else number + 1
    assert killed
