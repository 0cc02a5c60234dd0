"""Looks into PostgreSQL for who applies just now, so that a kill comes in the middle of a group."""

from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from benchmarks.postgres import connected

WITHIN = 60.0
# Who wrote pairings and has not committed yet: the transaction, and the port that it came from.
ASKED = """
    SELECT a.backend_xid::text, a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.relation = 'pairing'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
    AND a.backend_xid IS NOT NULL
"""
CAME_TO = "SELECT pg_xact_status(CAST(%s AS xid8))"


class Group(NamedTuple):
    """Pairings that are being applied: the transaction, and the client's port."""

    transaction: str
    port: int


def wait_mid_group(url: str, ports: Container[int] = range(1 << 16)) -> Group:
    """Wait until somebody, of these client *ports*, applies pairings; return what is in hand."""
    until = monotonic() + WITHIN
    with connected(url) as connection:
        connection.autocommit = True
        while monotonic() < until:
            for row in connection.execute(ASKED).fetchall():
                if row[1] in ports:
                    return Group(*row)
            sleep(0.002)
    raise AssertionError("nobody applies pairings: the fault would not hit it")


def were_cut(url: str, groups: list[Group]) -> int:
    """Return how many of these *groups* never came to their commit."""
    with connected(url) as connection:
        connection.autocommit = True
        said = [connection.execute(CAME_TO, (group.transaction,)).fetchone() for group in groups]
    return sum(row == ("aborted",) for row in said)


def ports_of(pid: int) -> set[int]:
    """Return the local TCP ports that a process holds."""
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            inodes.add(str(handle.readlink()))
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in inodes}
