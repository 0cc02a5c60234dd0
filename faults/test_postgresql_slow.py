"""The disk under PostgreSQL is slow, then all but stuck, while everybody works on.

A commit waits for the disk; nobody else waits for a commit that is not theirs.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Event
from time import monotonic

import pytest

from benchmarks import postgres
from faults.province import Server, free_port
from faults.sender import BATCH
from faults.slowing import slowed
from faults.standby import add_officer, until
from faults.stations import Report, Stations, enrol, sending
from faults.test_postgresql import SENDERS, Receiver, answered_again, begun, fill, served, waiting
from faults.watching import Look, Watch, page, plain, slowest, watching
from rehearsal.browser import Browser
from server.config import Settings
from server.front import TURN_SECONDS

# Seconds more for each sync: beyond what an upload waits for its commit at the last.
SPEEDS = {"quick": 0.0, "slow": 0.15, "stuck": 4.0, "hung": 25.0}
LASTING = {"quick": 5.0, "slow": 12.0, "stuck": 20.0, "hung": 20.0}
CROWD = 64  # who write all at once while it hangs: twice as many as there are threads
AT_ONCE = 8.0  # seconds: who waits for no disk, on a busy machine
READ, WATCHED, WRITE = ("/overview",), ("/healthz", "/readyz"), ("/api/v1/outcomes", "log in")


@dataclass(frozen=True)
class Spell:
    """A time in which the disk has one speed: what commits took, and what was seen."""

    seconds: float
    began: float
    ended: float
    commits: list[float]
    syncs: int
    watch: Watch

    def looks(self, what: str) -> list[Look]:
        """Return the looks that were begun meanwhile."""
        return [each for each in self.watch.of(what) if self.began <= each.began < self.ended]

    def whole_looks(self, what: str) -> list[Look]:
        """Return those whose end also came before the disk's speed was another."""
        return [each for each in self.looks(what) if each.began + each.seconds < self.ended]

    def rate(self, stations: Stations) -> float:
        """Return how many events were acknowledged in a second."""
        acks = stations.acked_after(self.began) - stations.acked_after(self.ended)
        return acks * BATCH / (self.ended - self.began)


@dataclass
class Site:
    cluster: postgres.Cluster
    settings: Settings
    stations: Stations
    server: Server
    officer: Browser
    password: str
    folder: Path

    def looks(self) -> dict[str, Callable[[], str]]:
        """What an officer, and whoever watches the machine, look at again and again."""
        base = self.officer.base
        shown = {path: page(self.officer, path) for path in (*READ, WRITE[0])}
        return shown | {path: plain(base + path) for path in WATCHED} | {WRITE[1]: self._log_in}

    def _log_in(self) -> str:
        Browser(self.officer.base).log_in("canbo", self.password)
        return "200"

    def spell(self, name: str, watch: Watch) -> Spell:
        """Let the disk have this speed for a while; measure it by commits of nobody's."""
        with ExitStack() as held:
            if name == "hung":
                write = page(self.officer, WRITE[0])
                held.enter_context(watching({f"one of {n}": write for n in range(CROWD)}))
            slow = held.enter_context(slowed(self.cluster, SPEEDS[name], self.folder / name))
            began, commits = monotonic(), list[float]()
            while monotonic() < began + LASTING[name]:
                commits.append(slow.commit_takes())
                Event().wait(0.5)
            return Spell(slow.seconds, began, monotonic(), commits, slow.syncs, watch)


@dataclass(frozen=True)
class Played:
    spells: dict[str, Spell]
    report: Report
    sent: list[tuple[str, str]]
    heard: list[tuple[str, str]]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    if postgres.programs() is None:
        pytest.skip(postgres.ABSENT)
    folder = tmp_path_factory.mktemp("slow")
    with postgres.running(port=free_port()) as cluster, ExitStack() as after:
        made = site(cluster, folder)
        made.server.start()
        after.callback(made.server.kill)
        made.officer.log_in("canbo", made.password)
        yield play(made)


def site(cluster: postgres.Cluster, folder: Path) -> Site:
    settings, password = Settings(data=str(folder / "data"), database=cluster.url()), token_hex(12)
    stations = enrol(settings, [f"ban-{number}" for number in range(SENDERS)])
    add_officer(settings, password)
    server = served(settings)
    officer = Browser(f"http://127.0.0.1:{server.port}")
    return Site(cluster, settings, stations, server, officer, password, folder)


def play(made: Site) -> Played:
    receiver, sent, spells = Receiver(), list[tuple[str, str]](), dict[str, Spell]()
    worker = begun(made.settings, receiver)
    try:
        with sending(made.stations, [made.server.port]), watching(made.looks()) as watch:
            for name in SPEEDS:
                sent += fill(made.settings, name)
                spells[name] = made.spell(name, watch)
            answered_again(made.stations.acked_after)
        made.stations.wait_applied()
        until("all is delivered", lambda: not waiting(made.settings))
    finally:
        worker.kill()
        worker.communicate()
    report = made.stations.report()
    tell(spells, made.stations, report)
    return Played(spells, report, sent, receiver.heard)


def tell(spells: dict[str, Spell], stations: Stations, report: Report) -> None:
    for name, spell in spells.items():
        pages = {what: round(slowest(spell.looks(what)), 1) for what in (*WATCHED, *READ, *WRITE)}
        took = f"{len(spell.commits)} commits, the longest {max(spell.commits):.1f} s"
        print(f"{name}: {spell.rate(stations):.0f} events/s, {took}, {spell.syncs} syncs, {pages}")
    print(report.row("the database's disk slow"))


def test_each_commit_waited_for_the_disk(played: Played) -> None:
    """Else the others tell of nothing."""
    for name, spell in played.spells.items():
        if name != "quick":
            assert min(spell.commits) >= spell.seconds, f"the disk was not {name}"
            assert spell.syncs >= len(spell.commits)


def test_nothing_that_was_answered_is_lost_or_there_twice(played: Played) -> None:
    played.report.must_be_whole()


def test_a_station_hears_that_it_is_kept_or_that_it_must_come_again(played: Played) -> None:
    assert set(played.report.met) == {"503"}, "no upload waited for too long, or one broke"


def test_what_is_delivered_meanwhile_comes_once_and_in_order(played: Played) -> None:
    assert sorted(played.heard) == sorted(played.sent)
    for about in {subject for subject, _ in played.sent}:
        assert _of(about, played.heard) == _of(about, played.sent)


def _of(about: str, messages: list[tuple[str, str]]) -> list[str]:
    return [key for subject, key in messages if subject == about]


@pytest.mark.parametrize("name", ["quick", "slow", "stuck"])
def test_a_page_that_only_reads_waits_for_no_disk(played: Played, name: str) -> None:
    for what in (*READ, *WATCHED):
        looks = played.spells[name].looks(what)
        assert {each.came for each in looks} == {"200"}
        assert slowest(looks) < AT_ONCE


@pytest.mark.parametrize("name", ["quick", "slow", "stuck"])
def test_a_page_that_writes_is_late_and_comes(played: Played, name: str) -> None:
    for what in WRITE:
        looks = played.spells[name].whole_looks(what)
        assert {each.came for each in looks} == {"200"}
        assert min(each.seconds for each in looks) >= played.spells[name].seconds


def test_those_who_watch_are_answered_while_every_thread_waits(played: Played) -> None:
    """Whoever ends a process because it says nothing would end all that it has in hand."""
    hung = played.spells["hung"]
    for what in WATCHED:
        assert {each.came for each in hung.looks(what)} == {"200"}
        assert slowest(hung.looks(what)) < AT_ONCE


def test_a_page_that_finds_no_thread_says_so_in_time(played: Played) -> None:
    looks = played.spells["hung"].looks(READ[0])
    assert any("503" in each.came for each in looks), "the crowd did not hold every thread"
    assert slowest(looks) < TURN_SECONDS + AT_ONCE
