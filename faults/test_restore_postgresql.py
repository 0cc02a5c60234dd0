"""F31 on PostgreSQL: a restore is killed at what it sends to the database.

Nothing is in the database then, or what came back, whole and marked.
"""

import signal
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, inspect, select

from benchmarks import postgres
from faults import runs
from faults.test_migration_postgresql import sql
from faults.test_postgresql import cluster
from faults.test_restore import RESTORE
from server import schema, vault
from server.db import open_database
from server.upkeep import backups

__all__ = ["cluster"]

SENDS = "sendto"


def prepared(cluster: postgres.Cluster, data: Path) -> Path:
    """Make a folder with keys and a backup; return the backup."""
    data.mkdir()
    vault.install(vault.Vault.create(data / "vault.json"))
    database = open_database(cluster.url())
    schema.upgrade(database)
    copy = backups.make(database, data / "backups", now=datetime(2026, 11, 23, tzinfo=UTC))
    database.engine.dispose()
    return copy.relative_to(data)


def must_be_marked_or_gone(url: str) -> bool:
    """Return whether anything is in the database."""
    database = open_database(url)
    try:
        if not inspect(database.engine).get_table_names():
            return False
        assert schema.revision_of(database) == schema.newest_revision()
        with database.read() as session:
            counts = {
                name: session.scalar(select(func.count()).select_from(schema.tables.tables[name]))
                for name in ("restored", "lot_gap")
            }
        assert counts == {"restored": 1, "lot_gap": 100}
    finally:
        database.engine.dispose()
    return True


def points_of(command: list[str], environment: dict[str, str], trace: Path) -> list[int]:
    """Return what to kill a restore at, in the numbers of what it sends.

    Early, in the middle, and before and right after the first COMMITs: it looks at it afterwards.
    """
    assert runs.ended([*runs.tracing([SENDS], output=trace), *command], environment) == 0
    sent = [each for each in trace.read_text(errors="replace").splitlines() if SENDS in each]
    commits = [number for number, each in enumerate(sent, 1) if "COMMIT" in each]
    assert commits
    near = {number + after for number in commits[:2] for after in (0, 1)}
    return sorted(each for each in {1, len(sent) // 2, *near} if each <= len(sent))


def test_a_restore_into_postgresql_killed_at_anything_it_sends_leaves_nothing_unmarked(
    tmp_path: Path, cluster: postgres.Cluster
) -> None:
    runs.needs("strace")
    data, url = tmp_path / "data", cluster.url("killed")
    command = [*RESTORE, str(data / prepared(cluster, data))]
    environment = {"GHEPMAU_DATA": str(data), "GHEPMAU_DATABASE": url}
    anew(cluster)
    points = points_of(command, environment, tmp_path / "sent")
    there = []
    for number in points:
        anew(cluster)
        under = runs.injecting([SENDS], f"signal=KILL:when={number}")
        assert runs.ended([*under, *command], environment) == -signal.SIGKILL
        there.append(must_be_marked_or_gone(url))
        if number == points[1]:
            assert not there[-1], "it was killed too late"
            assert runs.ended(command, environment) == 0
            assert must_be_marked_or_gone(url)
    print(f"killed at {points} of what it sent; {sum(there)} times it was in its place already")
    assert set(there) == {False, True}


def anew(cluster: postgres.Cluster) -> None:
    sql(cluster, "DROP DATABASE IF EXISTS killed WITH (FORCE)", "CREATE DATABASE killed")
