"""One process of several is killed under load, again and again: the others go on, it comes back."""

import os
import select
import signal
from pathlib import Path
from threading import Event
from time import monotonic

from benchmarks import postgres
from faults.applying import ports_of, wait_mid_group
from faults.province import Server, descendants
from faults.stations import enrol, sending
from faults.test_postgresql import (
    SENDERS,
    answered_again,
    cluster,
    must_have_cut,
    served,
    settings,
)
from server.config import Settings

__all__ = ["cluster", "settings"]

KILLS = 8
BEGUN_WITHIN = 60.0


def test_processes_that_are_killed_one_by_one_lose_nothing_and_each_is_begun_anew(
    cluster: postgres.Cluster, settings: Settings
) -> None:
    """Each is killed while it applies pairings.

    Nobody reads the server's log meanwhile, as under many a supervisor.
    """
    stations = enrol(settings, [f"ban-{number}" for number in range(SENDERS)])
    server, hit = served(settings), []
    server.start()
    try:
        with sending(stations, [server.port]):
            answered_again(stations.acked_after)
            for _ in range(KILLS):
                oldest, *others = workers(server)
                hit.append(wait_mid_group(cluster.url(), ports_of(oldest)))
                kill(oldest)
                new = begun_anew(server, {oldest, *others})
                assert set(workers(server)) == {new, *others}
                answered_again(stations.acked_after)
        stations.wait_applied()
    finally:
        server.kill()
    report = stations.report()
    print(report.row(f"one of two processes killed, {KILLS} times"))
    must_have_cut(cluster, hit)
    report.must_be_whole()
    assert report.resent, "no kill came while a batch was on its way"


def workers(server: Server) -> list[int]:
    """Return the processes that serve, the oldest first."""
    return [pid for pid in descendants(server.pid) if "tracker" not in _command(pid)]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def kill(pid: int) -> None:
    gone = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([gone], [], [], 20)[0]
    os.close(gone)


def begun_anew(server: Server, before: set[int]) -> int:
    """Wait for the process that takes the place of a dead one."""
    until = monotonic() + BEGUN_WITHIN
    while not (new := set(workers(server)) - before):
        assert monotonic() < until, "a process that was killed was not begun anew"
        Event().wait(0.1)
    return new.pop()
