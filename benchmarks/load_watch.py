"""What a server used, by /proc; and a server that is held still."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """Of processes and all that they started: seconds of processor, bytes of memory.

    `resident` counts what several share in each of them, as PostgreSQL's do; `held` once.
    """

    seconds: float
    resident: int
    held: int


def used(*pids: int) -> Used:
    """Add up these families; the time of what ended in them is told by whoever waited for it."""
    family = [each for pid in pids for each in _family(pid)]
    pages = sum(map(_resident, family)) * os.sysconf("SC_PAGE_SIZE")
    return Used(sum(map(_ticks, family)) / _TICK, pages, sum(map(_held, family)))


def peak(pid: int) -> int:
    """Return the most bytes that any one of this family ever had in memory at once."""
    return max(map(_most, _family(pid)))


@contextmanager
def held_still(pid: int) -> Iterator[None]:
    """Stop this family meanwhile, so that a peer is not measured beside its work."""
    family = _family(pid)
    _signal(family, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(family, signal.SIGCONT)


def _signal(family: list[int], word: signal.Signals) -> None:
    for each in family:
        with suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(each, word)


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [each for child in task.read_text().split() for each in _family(int(child))]
        except OSError:
            continue  # it ended meanwhile
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))  # its own, and those of children that ended


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


def _held(pid: int) -> int:
    """Return bytes; a page that two hold is half of each."""
    return _told(pid, "smaps_rollup", "Pss:")


def _most(pid: int) -> int:
    return _told(pid, "status", "VmHWM:")


def _told(pid: int, file: str, name: str) -> int:
    """Return the bytes that this line of the process's *file* tells, in kB as proc(5) has it."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(name))
