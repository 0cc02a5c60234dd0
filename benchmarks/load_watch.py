"""What a server used, by /proc, and what it holds, by its database."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Engine, text

from benchmarks.ingest_traffic import Chain
from benchmarks.load_site import Site
from server.engines import make_engine

_TICK = os.sysconf("SC_CLK_TCK")
_WAITING = text("SELECT count(*) FROM wire_event WHERE state = 'pending' AND state <> 'applied'")


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
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


@dataclass(frozen=True)
class Drained:
    """How what was stored was applied."""

    backlog: int  # events that were not when we began to look
    waiting: int  # and that were still not when patience ended
    took: float  # seconds that passed meanwhile
    processor: float  # seconds of the server's processors in them
    engine: float  # and of the database's own processes

    @property
    def applied(self) -> int:
        return self.backlog - self.waiting


@dataclass(frozen=True)
class Kept:
    """Of the events that were acknowledged: how many are not there, and how many twice."""

    lost: int
    doubled: int
    drained: Drained


def kept(site: Site, chains: Sequence[Chain], patience: float) -> Kept:
    """Compare what the chains sent with what is stored; wait until it is applied."""
    drained = drain(site, patience)
    engine = _watching(site)
    sent = {chain.station: chain.seq for chain in chains if chain.seq}
    per_station = text("SELECT station, count(*), max(seq) FROM wire_event GROUP BY station")
    tubes = text("SELECT count(*), count(DISTINCT tube) FROM pairing")
    with engine.connect() as connection:
        there = {name: (count, last) for name, count, last in connection.execute(per_station)}
        pairings, distinct = connection.execute(tubes).one()
    engine.dispose()
    lost = sum(max(0, last - there.get(name, (0, 0))[0]) for name, last in sent.items())
    doubled = sum(max(0, there[name][0] - last) for name, last in sent.items() if name in there)
    return Kept(lost, doubled + pairings - distinct, drained)


def drain(site: Site, patience: float, every: float = 0.5) -> Drained:
    """Wait until everything that is stored is applied, or *patience* is over."""
    engine, began = _watching(site), monotonic()
    before = used(site.process.pid).seconds, used(*site.engine()).seconds
    with engine.connect() as connection:
        first = left = connection.scalar(_WAITING) or 0
        while left and monotonic() - began < patience:
            connection.rollback()
            sleep(every)
            left = connection.scalar(_WAITING) or 0
    engine.dispose()
    after = used(site.process.pid).seconds, used(*site.engine()).seconds
    return Drained(first, left, monotonic() - began, after[0] - before[0], after[1] - before[1])


def _watching(site: Site) -> Engine:
    """Connect as one who takes no turn."""
    return make_engine(site.settings.database_url).execution_options(ghepmau_read=True)
