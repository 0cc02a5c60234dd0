"""Who waits while a part of a divided table is made ahead or let go on PostgreSQL.

Somebody reads the table (a trace, a page, a backup) or applies a check-in; then a part is to be
made or to go; then a station's check-in comes into its part, a phone's into the rest, and a new
person is written.  Each act is told by how many of those three are held up behind it until the
first is done.  Beside it: the same rows taken away in pieces, as `retention run` does.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep
from typing import Any

import psycopg
from psycopg import errors

from benchmarks.report import Report

TABLES = (
    "CREATE TABLE who (id int PRIMARY KEY)",
    "CREATE TABLE came (id int PRIMARY KEY, who int REFERENCES who) PARTITION BY RANGE (id)",
    "CREATE TABLE came_1 PARTITION OF came FOR VALUES FROM (10) TO (20)",
    "CREATE TABLE came_2 PARTITION OF came FOR VALUES FROM (20) TO (30)",
    "CREATE TABLE came_rest PARTITION OF came DEFAULT",
    "CREATE TABLE ahead (id int PRIMARY KEY, who int REFERENCES who)",
    "INSERT INTO who VALUES (1)",
    "INSERT INTO came SELECT id, 1 FROM generate_series(10, 19) AS id",
)
ACTS = {
    "made": "CREATE TABLE came_3 PARTITION OF came FOR VALUES FROM (30) TO (40)",
    "attached": "ALTER TABLE came ATTACH PARTITION ahead FOR VALUES FROM (30) TO (40)",
    "dropped": "DROP TABLE came_1",
    "in_pieces": "DELETE FROM came WHERE id < 20",
}
GENTLE = "ALTER TABLE came DETACH PARTITION came_1 CONCURRENTLY"
COMING = (
    "INSERT INTO came VALUES (25, 1)",  # a station's, into its part
    "INSERT INTO came VALUES (95, 1)",  # a phone's, into the rest
    "INSERT INTO who VALUES (2)",
)
PATIENCE = "200ms"
BUSY = {"reader": "SELECT count(*) FROM came", "applier": "INSERT INTO came VALUES (26, 1)"}
Connection = psycopg.Connection[Any]


def measure(where: str, report: Report) -> None:
    """Try every act beside each who is busy, and undo it; *where*: a database without TABLES."""
    with psycopg.connect(where, autocommit=True) as connection:
        for statement in TABLES:
            connection.execute(statement)
        for name, act in ACTS.items():
            for who, does in BUSY.items():
                held = held_up(where, does, act)
                report.figures[f"{name}_behind_{who}"] = (held, "of 3 are held up")
        report.figures["let_go_beside"] = (int(_goes_gently(connection)), "1: a part may")


def held_up(where: str, does: str, act: str) -> int:
    """Return how many of COMING wait behind *act* while somebody *does* what takes long."""
    with _open(where) as busy, _open(where) as actor, ThreadPoolExecutor(1) as beside:
        busy.execute(does)
        acting = beside.submit(actor.execute, act)
        try:
            _until_it_waits(where, actor.info.backend_pid, acting)
            return sum(_waits(where, each) for each in COMING)
        finally:
            busy.rollback()  # before the act is waited for: it waits for this
            acting.result()


@contextmanager
def _open(where: str) -> Iterator[Connection]:
    """Give a connection whose transaction is undone at the end."""
    with psycopg.connect(where) as connection:
        yield connection
        connection.rollback()


def _until_it_waits(where: str, process: int, acting: Future[Any]) -> None:
    """Return when the act is done or waits for a lock."""
    asked = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    with psycopg.connect(where, autocommit=True) as watcher:
        while not acting.done():
            found = watcher.execute(asked, (process,)).fetchone()
            if found and found[0]:
                return
            sleep(0.01)


def _waits(where: str, statement: str) -> bool:
    with _open(where) as comer:
        comer.execute(f"SET lock_timeout = '{PATIENCE}'")
        try:
            comer.execute(statement)
        except errors.LockNotAvailable:
            return True
    return False


def _goes_gently(connection: Connection) -> bool:
    """Return whether a part may be let go beside those who read: not where there is a rest."""
    try:
        connection.execute(GENTLE)
    except errors.ObjectNotInPrerequisiteState:
        return False
    return True
