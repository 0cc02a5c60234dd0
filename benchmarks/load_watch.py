"""What a server used, by /proc, and what it holds, by its database."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import text

from benchmarks.ingest_traffic import Chain
from server.engines import make_engine

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """Of a process and all that it started: seconds of processor, bytes resident."""

    seconds: float
    resident: int


def used(pid: int) -> Used:
    family = _family(pid)
    times = [_stat(each) for each in family]
    pages = sum(_resident(each) for each in family)
    return Used(sum(times) / _TICK, pages * os.sysconf("SC_PAGE_SIZE"))


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [each for child in task.read_text().split() for each in _family(int(child))]
        except OSError:
            continue  # it ended meanwhile
    return found


def _stat(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


@dataclass(frozen=True)
class Kept:
    """Of the events that were acknowledged: how many are not there, and how many twice."""

    lost: int
    doubled: int
    backlog: int  # that were not applied yet when the load ended
    waiting: int  # that were still not when patience ended
    took: float  # seconds that passed meanwhile
    processor: float  # seconds of the server's processors in them


def kept(url: str, chains: Sequence[Chain], patience: float, pid: int) -> Kept:
    """Compare what the chains sent with what is stored; wait until it is applied."""
    engine = make_engine(url).execution_options(ghepmau_read=True)  # whoever watches takes no turn
    began, before = monotonic(), used(pid).seconds
    sent = {chain.station: chain.seq for chain in chains if chain.seq}
    waiting = text("SELECT count(*) FROM wire_event WHERE state = 'pending' AND state <> 'applied'")
    per_station = text("SELECT station, count(*), max(seq) FROM wire_event GROUP BY station")
    tubes = text("SELECT count(*), count(DISTINCT tube) FROM pairing")
    with engine.connect() as connection:
        first = left = connection.scalar(waiting) or 0
        while left and monotonic() - began < patience:
            connection.rollback()
            sleep(0.5)
            left = connection.scalar(waiting) or 0
        took, processor = monotonic() - began, used(pid).seconds - before
        there = {name: (count, last) for name, count, last in connection.execute(per_station)}
        pairings, distinct = connection.execute(tubes).one()
    engine.dispose()
    lost = sum(max(0, last - there.get(name, (0, 0))[0]) for name, last in sent.items())
    doubled = sum(max(0, there[name][0] - last) for name, last in sent.items() if name in there)
    return Kept(lost, doubled + pairings - distinct, first, left, took, processor)
