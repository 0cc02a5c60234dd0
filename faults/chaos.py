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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks import postgres
from contract.events import TubePaired
from faults.chaos_check import differences, wait_until_quiet
from faults.chaos_deeds import Deeds
from faults.chaos_world import Ballast, Post, World
from faults.province import free_port
from server.sampling import changes

A_DAY = 60  # deeds
TURNS = 400


class Chaos(Deeds):
    """One run."""

    def run(self, days: int) -> list[str]:
        """Play *days*, let everything through, and return what is not as it should be."""
        self.world.server.start()
        for _ in range(days):
            for _ in range(A_DAY):
                self.do_something()
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


@contextmanager
def chaos(folder: Path, seed: int, engine: str = "sqlite") -> Iterator[Chaos]:
    """Set up a world in *folder*, the server's part on a small disk of its own where we may.

    On PostgreSQL the database is elsewhere: its disk is never full, but it is killed.
    """
    known = list(changes.listeners), list(changes.testers)
    disk = folder / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", str(disk)]
    elsewhere = engine == "postgresql"
    own = (
        not elsewhere and not subprocess.run(mounting, check=False, capture_output=True).returncode
    )
    lot = Random(seed)
    with postgres.running(port=free_port()) if elsewhere else nullcontext() as cluster:
        world = World(folder / "stations", disk / "server", lot, cluster)
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
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        chaos(Path(folder), options.seed, options.engine) as run,
    ):
        wrong = run.run(options.days)
        print(f"seed {options.seed}, {options.days} days, {options.engine}: {run.deeds}")
        print(
            f"the database was killed {run.killed_databases} times, the disk full {run.full_disks}"
        )
        print(
            f"bench: {run.bench.done}, refused {run.bench.refused}, troubled {run.bench.troubled}"
        )
        print(f"wire: {dict(run.world.proxy.done)}")
    print("\n".join(wrong) or "every row is as it should be")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
