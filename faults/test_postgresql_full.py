"""The disk under PostgreSQL is full while stations send: they come again, and nothing is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from time import monotonic

import pytest

from benchmarks import postgres
from faults.chaos_world import Ballast
from faults.disks import small
from faults.province import free_port
from faults.stations import Stations, enrol, sending
from faults.test_postgresql import SENDERS, answered_again, is_undead, served
from server.config import Settings

SIZE, WITHIN, FULL_FOR = "320m", 60.0, 4.0


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk, where nobody (as PostgreSQL runs) may look."""
    above = Path(mkdtemp(prefix="ghepmau-disk-"))
    above.chmod(0o755)
    try:
        with small(above / "disk", SIZE) as made:
            yield made
    finally:
        shutil.rmtree(above, ignore_errors=True)


@pytest.fixture
def cluster(disk: Path) -> Iterator[postgres.Cluster]:
    if postgres.programs() is None:
        pytest.skip(postgres.ABSENT)
    with postgres.running(disk, free_port()) as made:
        yield made


def test_a_full_disk_under_postgresql_loses_nothing_that_was_answered(
    tmp_path: Path, disk: Path, cluster: postgres.Cluster
) -> None:
    settings = Settings(data=str(tmp_path / "data"), database=cluster.url())
    stations = enrol(settings, [f"ban-{number}" for number in range(SENDERS)])
    server, ballast = served(settings), Ballast(disk / "ballast")
    server.start()
    try:
        with sending(stations, [server.port]):
            answered_again(stations.acked_after)
            ballast.fill()
            told = wait_until_told(stations)
            Event().wait(FULL_FOR)
            ballast.empty()
            if is_down(cluster):
                cluster.start()
            answered_again(stations.acked_after)
        stations.wait_applied()
    finally:
        server.kill()
    report = stations.report()
    print(report.row("the database's disk full"), told)
    report.must_be_whole()


def wait_until_told(stations: Stations) -> int:
    """Wait until stations are told to come again; return how often they were."""
    before, until = told(stations), monotonic() + WITHIN
    while told(stations) == before:
        assert monotonic() < until, "the disk was not full"
        Event().wait(0.1)
    return told(stations) - before


def told(stations: Stations) -> int:
    return sum(each.met["503"] for each in stations.senders)


def is_down(cluster: postgres.Cluster) -> bool:
    """Return whether PostgreSQL gave up: it does where its log finds no room."""
    try:
        return is_undead(cluster.postmaster)
    except FileNotFoundError:
        return True
