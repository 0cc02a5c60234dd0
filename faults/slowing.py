"""A PostgreSQL whose disk is slow: every sync of every process of it is held back, by strace.

It runs while this begins and when this ends, so one test sees it quick, slow, slower, quick again.
The disk says itself how slow it was: each call that was held back is a line of strace.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from benchmarks.postgres import Cluster, connected
from faults.runs import needs

SYNCS = ("fdatasync", "fsync")
_WITHIN = 20.0
_PROBE = "CREATE TABLE IF NOT EXISTS slow_probe (at timestamptz)"


@dataclass(frozen=True)
class Slow:
    """A disk that takes *seconds* more for each sync."""

    cluster: Cluster
    seconds: float
    seen: Path

    @property
    def syncs(self) -> int:
        """Return how many syncs were held back up to now."""
        return self.seen.read_text(errors="replace").count("DELAYED")

    def commit_takes(self) -> float:
        """Return how many seconds a row of nobody's takes to be committed just now."""
        with connected(self.cluster.url()) as connection:
            connection.autocommit = True
            connection.execute(_PROBE)
            began = monotonic()
            connection.execute("INSERT INTO slow_probe VALUES (now())")
            return monotonic() - began


@contextmanager
def slowed(cluster: Cluster, seconds: float, seen: Path) -> Iterator[Slow]:
    """Let the disk be slow within the block; fails where a process could not be held back."""
    needs("strace")
    seen.touch()
    holding: list[subprocess.Popen[bytes]] = []
    asked: set[int] = set()
    try:
        until = monotonic() + _WITHIN
        while free := _free(cluster.postmaster):
            assert monotonic() < until, "strace holds nobody: has it the right?"
            if new := free - asked:  # some may have begun while we looked
                holding.append(_held(new, seconds, seen))
                asked |= new
            Event().wait(0.05)
        yield Slow(cluster, seconds, seen)
    finally:
        for each in holding:
            each.send_signal(signal.SIGINT)  # it lets go of all whom it holds
            each.wait(_WITHIN)


def _held(pids: set[int], seconds: float, seen: Path) -> "subprocess.Popen[bytes]":
    """Hold back every sync of these processes, and of those that they begin."""
    calls, pause = ",".join(SYNCS), max(1, round(seconds * 1_000_000))
    whom = [word for pid in pids for word in ("-p", str(pid))]
    how = ["-e", f"trace={calls}", "-e", f"inject={calls}:delay_enter={pause}"]
    return subprocess.Popen(
        ["strace", "-f", "-qq", "-A", "-o", str(seen), *how, *whom], stderr=subprocess.DEVNULL
    )


def _free(postmaster: int) -> set[int]:
    """Return which of its processes nobody holds."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return {pid for pid in (postmaster, *map(int, children)) if not _is_held(pid)}


def _is_held(pid: int) -> bool:
    try:
        said = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True  # it has ended
    return "TracerPid:\t0\n" not in said
