"""A month of work in minutes, with everything going wrong: `python -m faults.chaos --seed 7`.

A real server process that is killed again and again, three real stations with their journals, and a
wire between them that loses, doubles, cuts and holds back what it carries; clocks decades off, a
full disk, results before their pairings, voids, conflicts, amendments.  At the end all is let
through, and every row is held against `faults.chaos_model`.  A seed fixes what is done and how the
wire behaves; ids, and what the machine's own timing decides, differ from run to run.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from contract import identities
from contract.commands import Command
from contract.events import TubePaired
from contract.specimens import citizen_card, people
from contract.tubes import TubeId
from device.codes import tag_of
from faults.chaos_bench import Bench
from faults.chaos_check import differences, wait_until_quiet
from faults.chaos_model import Told
from faults.chaos_world import Ballast, Post, World
from server.sampling import changes

A_DAY = 60  # deeds
TURNS = 400


@dataclass
class Chaos:
    """One run.  `deeds` says how often each thing was done."""

    world: World
    lot: Random
    ballast: Ballast | None = None
    told: Told = field(default_factory=Told)
    people: dict[str, str] = field(default_factory=dict)  # "station tag": number
    tubes: list[str] = field(default_factory=list)
    deeds: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bench = Bench(self.world, self.told, self.lot)
        self.crowd = people(400, self.lot)

    def run(self, days: int) -> list[str]:
        """Play *days*, let everything through, and return what is not as it should be."""
        self.world.server.start()
        names, weights = zip(*((name, DEEDS[name][1]) for name in DEEDS), strict=True)
        for _ in range(days):
            for _ in range(A_DAY):
                name = self.lot.choices(names, weights)[0]
                self.deeds[name] = self.deeds.get(name, 0) + 1
                DEEDS[name][0](self)
                self.world.later(self.lot.expovariate(1 / 60))
            self.world.later(10 * 3600)
        self._let_through()
        return differences(self.world, self.told, self.people)

    def _let_through(self) -> None:
        self.world.proxy.behave()
        if self.ballast:
            self.ballast.empty()
        self.world.server.kill()
        self.world.server.start()
        for post in self.world.posts:
            self._drain(post)
        wait_until_quiet(self.world)
        self._note_times()
        self.bench.look_at_everything()
        wait_until_quiet(self.world)
        self.world.server.kill()

    def _drain(self, post: Post) -> None:
        up = post.uplink(self.world.proxy.address)
        for _ in range(TURNS):
            up.turn()
            if up.backlog.next(1) is None and not up.backlog.sent.trouble:
                return
        raise AssertionError(f"{post.name} is not drained: {up.backlog.sent}")

    def _note_times(self) -> None:
        """Note when pairings really were: a boot with one trusted event tells of all of it."""
        start = self.world.posts[0].table.clock.start
        for post in self.world.posts:
            known = {event.boot for event in post.events if event.trusted}
            for event in post.events:
                if not isinstance(event, TubePaired):
                    continue
                true = start + timedelta(microseconds=event.mono // 1000)
                self.told.times[event.id] = true if event.boot in known else event.at
                if event.boot not in known:
                    self.told.untimed.add(event.id)

    # --- at a table -------------------------------------------------------------------------

    def post(self) -> Post:
        return self.lot.choice(self.world.posts)

    def show(self, post: Post) -> None:
        one = self.lot.choice(self.crowd)
        code = citizen_card(one)
        tag = tag_of(post.table.station.codes.secret, identities.parse(code))
        self.people[f"{post.name} {tag}"] = one.number
        if post.table.show(code).has("second-look"):
            post.table.wait(2)
            post.table.show(code)

    def pair(self) -> None:
        post = self.post()
        post.used += 1
        text = TubeId.mint(post.lot.series or 0, post.used).text
        if self.lot.random() < 0.15:  # from the lot that two tables should not share
            shared = self.world.shared
            text = TubeId.mint(shared.series or 0, self.lot.randint(1, 60)).text
        self.show(post)
        post.table.scan(text)
        self.tubes.append(text)

    def pool(self) -> None:
        post = self.post()
        post.used_pools += 1
        text = TubeId.mint(post.pools.series or 0, post.used_pools).text
        post.table.scan(text)
        for _ in range(self.lot.randint(1, 4)):
            self.show(post)
        post.table.scan(text)
        self.tubes.append(text)

    def undo(self) -> None:
        self.post().table.card(Command.UNDO)

    def crash(self) -> None:
        self.post().table.crash()

    def clock(self) -> None:
        clock = self.post().table.clock
        right = self.lot.random() < 0.5
        clock.trusted, clock.wrong = right, timedelta(0)
        if not right:
            clock.wrong = timedelta(days=self.lot.choice((-20_000, -7_300, -2, 900, 3_650)))

    # --- between and beside -------------------------------------------------------------------

    def send(self) -> None:
        if self.lot.random() < 0.25:
            self.world.proxy.apart = False
        up = self.post().uplink(self.world.proxy.address)
        for _ in range(self.lot.randint(1, 3)):
            up.turn()

    def kill(self) -> None:
        self.world.server.kill()
        if self.lot.random() < 0.5:
            self.send()  # nobody is there
        self.world.server.start()

    def part(self) -> None:
        """Nothing passes between stations and server, until somebody mends it."""
        self.world.proxy.apart = True

    def fill(self) -> None:
        """The server's disk is full while stations and laboratory go on."""
        if self.ballast is None:
            return
        self.ballast.fill()
        for _ in range(3):
            self.send()
            self.laboratory()
        self.ballast.empty()

    # --- in the laboratory --------------------------------------------------------------------

    def laboratory(self) -> None:
        """Do one thing with one tube, be it the next step or not."""
        if not self.tubes:
            return
        text = self.lot.choice(self.tubes[-80:])
        steps = (self.bench.receive, self.bench.enter, self.bench.verify, self.bench.release)
        if self.lot.random() < 0.7:  # the usual course
            for step in steps[: self.lot.randint(2, 4)]:
                step(text)
        elif self.lot.random() < 0.1:
            self.bench.reject(text)
        else:
            self.lot.choice(steps)(text)

    def decide(self) -> None:
        self.bench.decide_conflicts()

    def deny(self) -> None:
        event = self.lot.choice(self.post().events)
        if isinstance(event, TubePaired):
            self.bench.deny(UUID(str(event.id)))


DEEDS: dict[str, tuple[Callable[[Chaos], None], int]] = {
    "pair": (Chaos.pair, 30),
    "pool": (Chaos.pool, 4),
    "undo": (Chaos.undo, 3),
    "crash": (Chaos.crash, 2),
    "clock": (Chaos.clock, 2),
    "send": (Chaos.send, 22),
    "kill": (Chaos.kill, 2),
    "part": (Chaos.part, 2),
    "fill": (Chaos.fill, 1),
    "laboratory": (Chaos.laboratory, 30),
    "decide": (Chaos.decide, 3),
    "deny": (Chaos.deny, 1),
}


@contextmanager
def chaos(folder: Path, seed: int) -> Iterator[Chaos]:
    """Set up a world in *folder*, the server's part on a small disk of its own where we may."""
    known = list(changes.listeners), list(changes.testers)
    disk = folder / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", str(disk)]
    own = subprocess.run(mounting, check=False, capture_output=True).returncode == 0
    lot = Random(seed)
    world = World(folder / "stations", disk / "server", lot)
    try:
        yield Chaos(world, lot, Ballast(disk / "ballast") if own else None)
    finally:
        world.close()
        changes.listeners[:], changes.testers[:] = known
        if own:
            subprocess.run(["umount", "-l", str(disk)], check=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, chaos(Path(folder), options.seed) as run:
        wrong = run.run(options.days)
        print(f"seed {options.seed}, {options.days} days: {run.deeds}")
        print(
            f"bench: {run.bench.done}, refused {run.bench.refused}, troubled {run.bench.troubled}"
        )
        print(f"wire: {dict(run.world.proxy.done)}")
    print("\n".join(wrong) or "every row is as it should be")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
