"""F31: a restore is killed at writes, syncs, removals and the renaming of its file.

Nothing is in the place of the database, or what came back, whole and marked: one that does not know
that it was set back would give numbers out again that are printed.
"""

import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faults import runs
from faults.test_migration import opened
from server import schema, vault
from server.upkeep import backups

RESTORE = (sys.executable, "-B", "-m", "server.cli", "restore")


def prepared(data: Path) -> Path:
    """Make a server's folder with keys and a backup, whose database is lost; return the backup."""
    data.mkdir()
    vault.install(vault.Vault.create(data / "vault.json"))
    database = opened(data)
    schema.upgrade(database)
    copy = backups.make(database, data / "backups", now=datetime(2026, 11, 23, tzinfo=UTC))
    database.engine.dispose()
    for file in data.glob("ghepmau.sqlite*"):
        file.unlink()
    return copy.relative_to(data)


def must_be_marked_or_gone(data: Path) -> bool:
    """Return whether anything is in the place of the database."""
    file = data / "ghepmau.sqlite"
    if not file.exists():
        return False
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM restored").fetchall() == [(1,)]
        assert db.execute("SELECT count(*) FROM lot_gap").fetchall() == [(100,)]
    return True


@pytest.mark.parametrize("call", ["pwrite64", "fsync", "unlink", "rename"])
def test_a_restore_killed_at_a_write_leaves_nothing_that_is_not_marked(
    tmp_path: Path, call: str
) -> None:
    runs.needs("strace")
    copy = prepared(tmp_path / "before")
    number, killed, there = 1, 0, 0
    while True:
        data = Path(shutil.copytree(tmp_path / "before", tmp_path / "killed"))
        environment = {"GHEPMAU_DATA": str(data)}
        tracing = runs.injecting([call], f"signal=KILL:when={number}")
        code = runs.ended([*tracing, *RESTORE, str(data / copy)], environment)
        in_place = must_be_marked_or_gone(data)
        if code == 0:
            assert in_place
            break
        assert code == -signal.SIGKILL
        there += in_place
        if not in_place and killed % 5 == 0:
            assert runs.ended([*RESTORE, str(data / copy)], environment) == 0
            assert must_be_marked_or_gone(data)
        shutil.rmtree(data)
        killed, number = killed + 1, number * 2 if call == "pwrite64" else number + 1
    print(f"killed at {killed} of {call}; {there} times it was in its place already")
    assert killed
