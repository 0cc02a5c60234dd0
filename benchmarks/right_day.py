"""One simulated day: tables pair, uploads come (one of them late), results leave, people decide."""

import shutil
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from benchmarks import right_judge
from benchmarks.right_evening import Evening
from benchmarks.right_hands import Hands, Twins
from benchmarks.right_judge import Judge, Tally
from benchmarks.right_mishaps import work
from benchmarks.right_people import Mishap, Truth, Vial, Who, crowd
from benchmarks.right_rates import Rates
from benchmarks.right_server import Province
from benchmarks.right_table import SimulatedClock, Table
from contract import identities, signing
from contract.lots import AssignmentWire, IssuedLots, LotWire, RosterWire, assignment_tag
from contract.tubes import TubeId
from device.roster import Roster
from server.people import asking
from server.sampling import changes
from server.wsgi import keep_still

TABLES = 5
WITH_ROSTER = 1  # of them; the last but one
MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
ROSTER_KEY = bytes(range(32))
SERIES, SHARED = 10, 60
SPARE = 400  # tubes of a lot beyond one for each person


@dataclass
class Day:
    """A day of *people* with all that they and their teams do; everything follows from *seed*."""

    folder: Path
    people: int
    seed: int
    rates: Rates

    def __post_init__(self) -> None:
        self.lot = Random(self.seed)  # noqa: S311 - no secret
        self.truth = Truth()
        everybody = crowd(self.people + self.people // 50 + 5, self.lot)
        self.crowd, self.absent = everybody[: self.people], everybody[self.people :]
        self.province = Province(self.folder, MORNING)
        self.teams = self._teams()

    def _teams(self) -> list[Hands]:
        queues = [self.crowd[at::TABLES] for at in range(TABLES)]
        shared = self.province.shared_lot(SHARED, self.people // 10 + 200)
        twins = Twins(deque(_texts(shared)))
        return [self._team(at, queue, shared, twins) for at, queue in enumerate(queues)]

    def _team(self, at: int, queue: Sequence[Who], shared: LotWire, twins: Twins) -> Hands:
        name, size = f"ban-{at + 1}", len(queue) + len(queue) // 2 + SPARE
        lot = self.province.add_station(name, SERIES + at, size)
        vials = [Vial(text, at) for text in _texts(lot)]
        self.truth.vials += vials
        labelled: dict[int, Vial] = {}
        if at == TABLES - 1 - WITH_ROSTER:
            labelled = {who.index: vial for who, vial in zip(queue, vials, strict=False)}
            vials = vials[len(queue) :]
        clock = SimulatedClock(MORNING)
        home = self.folder / name
        home.mkdir()
        table = Table(
            home, name, self.province.vault.sealing.public_key(), IssuedLots((lot, shared)),
            clock, _roster(labelled, queue),
        )  # fmt: skip
        return Hands(
            at, table, deque(vials), deque(queue), self.truth, self.lot, self.rates, twins,
            self.absent, labelled,
        )  # fmt: skip

    def play(self) -> Tally:
        """Play the day; return what it came to."""
        began = perf_counter()
        for hands in self.teams:
            work(hands)
        on_time, late = self.teams[:-1], self.teams[-1:]
        self._upload(on_time, hours=6)
        positive = {who.index for who in self.crowd if self.lot.random() < 0.01}
        sent = [vial for vial in self.truth.vials if vial.sent]
        self.lot.shuffle(sent)
        tested = self.province.test(sent, positive, self._at(8))
        self.judge = Judge(self.truth.content(tested), right_judge.owners_of(
            [*self.crowd, *self.absent]))  # fmt: skip
        self.province.let_out(self._at(12))
        tally = self._first_look()
        self._evening(sent, tally, hours=13)
        self._upload(late, hours=14)
        self.province.let_out(self._at(15))
        self._evening(sent, tally, hours=16)
        self.province.let_out(self._at(17))
        self._verdict(tally)
        tally.seconds = perf_counter() - began
        return tally

    def close(self) -> None:
        self.province.close()

    def _at(self, hours: float) -> datetime:
        return MORNING + timedelta(hours=hours)

    def _upload(self, teams: Sequence[Hands], *, hours: float) -> None:
        for hands in teams:
            table = hands.table
            boot = table.clock.moment().boot
            self.province.upload(table.home, table.name, self._at(hours), boot=boot)
        self.province.apply(self._at(hours))
        with self.province.database.read() as session:
            if hasattr(self, "judge"):
                self.judge.learn(session)

    def _first_look(self) -> Tally:
        """Learn who is on record, and count what is held though nothing was wrong with it."""
        tally = Tally(people=self.people)
        fine = [v.text for v in self.truth.vials if v.sent and v.tainted is None]
        with self.province.database.read() as session:
            self.judge.learn(session)
            rules = right_judge.rules_at(session, fine)
        held = ("server: held", "server: contested")
        tally.held_in_vain = sum(
            any(rule.startswith(held) for rule in found) for found in rules.values()
        )
        return tally

    def _evening(self, sent: list[Vial], tally: Tally, *, hours: float) -> None:
        """Let people decide; whoever looks finds out whose swab is where."""
        with self.province.database.read() as session:
            self.judge.learn(session)
        known = Judge(self.truth.content(sent), {}, self.judge.records)
        evening = Evening(
            self.province, known.is_right, self.rates.careless, self.lot, self._at(hours)
        )
        self.now_rules = self._rules()
        evening.decide()
        tally.decided.update(evening.decided)
        self.by_nobody = getattr(self, "by_nobody", set()) | evening.by_nobody

    def _rules(self) -> dict[str, list[str]]:
        texts = [vial.text for mishap in self.truth.mishaps for vial in mishap.vials]
        with self.province.database.read() as session:
            found = right_judge.rules_at(session, texts)
        before: dict[str, list[str]] = getattr(self, "now_rules", {})
        return {text: before.get(text) or rules for text, rules in found.items()}

    def _verdict(self, tally: Tally) -> None:
        marked: dict[str, Mishap] = {}
        for mishap in self.truth.mishaps:
            tally.injected[mishap.fault.value] += 1
            for vial in mishap.vials:
                marked[vial.text] = mishap
            for rule in self._caught_by(mishap):
                tally.caught[f"{mishap.fault.value} · {rule}"] += 1
        with self.province.database.read() as session:
            said = self.judge.outcomes(session)
        for text, person, stands in said:
            tally.results += 1
            if not self.judge.is_right(text, person):
                name = right_judge.name_of(marked.get(text), careless=text in self.by_nobody)
                tally.wrong[name] += 1
                tally.standing[name] += stands
        truth = self.truth
        tally.paired, tally.first_try, tally.lost = truth.paired, truth.first_try, truth.lost
        tally.false_alarms = truth.false_alarms

    def _caught_by(self, mishap: Mishap) -> list[str]:
        if mishap.caught:
            return [mishap.caught]
        rules = [rule for vial in mishap.vials for rule in self.now_rules.get(vial.text, [])]
        return sorted(set(rules))[:3] or (["nobody"] if mishap.vials else ["harmless"])


def _texts(lot: LotWire) -> list[str]:
    return [TubeId.mint(lot.series or 0, n).text for n in range(lot.first, lot.last + 1)]


def _roster(labelled: dict[int, Vial], queue: Sequence[Who]) -> Roster:
    """Return the roster of one table: the numbers of each person's code, as keyed hashes."""
    if not labelled:
        return Roster()
    wires = []
    for who in queue:
        keys = [key for key in identities.parse(who.code).keys if not key.claimed]
        tags = tuple(assignment_tag(ROSTER_KEY, key.system.value, key.value) for key in keys)
        wires.append(AssignmentWire(labelled[who.index].text, tags))
    return Roster.of(RosterWire(signing.encode(ROSTER_KEY), tuple(wires)))


def played(people: int, seed: int, rates: Rates, folder: Path | None = None) -> Tally:
    """Play one day in a folder of its own, and leave nothing behind."""
    _keep_still()
    place = Path(tempfile.mkdtemp(prefix="ghepmau-day-", dir=folder or memory()))
    heard: tuple[list[Any], ...] = changes.listeners, changes.testers, asking.asked
    known = [list(each) for each in heard]
    try:
        day = Day(place, people, seed, rates)
        tally = day.play()
        day.close()
        return tally
    finally:
        for each, before in zip(heard, known, strict=True):
            each[:] = before
        shutil.rmtree(place, ignore_errors=True)


@cache
def _keep_still() -> None:
    """Do once in each process what a server does before it serves."""
    keep_still()


def memory() -> Path | None:
    """Return a disk in memory, where a durable write costs nothing, if there is one."""
    shared = Path("/dev/shm")  # noqa: S108 - the kernel's own
    return shared if shared.is_dir() else None


def seeds(seed: int, days: int) -> list[int]:
    """Return the seed of each day of a run."""
    lot = Random(seed)  # noqa: S311 - no secret
    return list(islice(iter(lambda: lot.getrandbits(48), None), days))
