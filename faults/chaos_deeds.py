"""What people and machines do in a chaos run: at tables, on the wire, in the laboratory.

Each deed is one thing, drawn by lot; `DEEDS` says how often.  What was acknowledged is told to the
reference (`faults.chaos_model`) as it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from contract import identities
from contract.commands import Command
from contract.events import TubePaired
from contract.specimens import citizen_card, people
from contract.tubes import TubeId
from device.codes import tag_of
from faults.chaos_bench import Bench
from faults.chaos_model import Told
from faults.chaos_world import Ballast, Post, World


@dataclass
class Deeds:
    """Everything that may be done in one run.  `deeds` counts how often each thing was."""

    world: World
    lot: Random
    ballast: Ballast | None = None
    told: Told = field(default_factory=Told)
    people: dict[str, str] = field(default_factory=dict)  # "station tag": number
    tubes: list[str] = field(default_factory=list)
    deeds: dict[str, int] = field(default_factory=dict)
    killed_databases: int = 0
    full_disks: int = 0  # where a small disk may be mounted

    def __post_init__(self) -> None:
        self.bench = Bench(self.world, self.told, self.lot)
        self.crowd = people(400, self.lot)

    def do_something(self) -> None:
        """Do one thing by lot, and let some time pass."""
        names, weights = zip(*((name, DEEDS[name][1]) for name in DEEDS), strict=True)
        name = self.lot.choices(names, weights)[0]
        self.deeds[name] = self.deeds.get(name, 0) + 1
        DEEDS[name][0](self)
        self.world.later(self.lot.expovariate(1 / 60))

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
        """Kill the server, or, where that is PostgreSQL, perhaps the database under it."""
        if self.world.cluster and self.lot.random() < 0.5:
            self.world.kill_database()
            self.killed_databases += 1
            return
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
        self.full_disks += 1
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


DEEDS: dict[str, tuple[Callable[[Deeds], None], int]] = {
    "pair": (Deeds.pair, 30),
    "pool": (Deeds.pool, 4),
    "undo": (Deeds.undo, 3),
    "crash": (Deeds.crash, 2),
    "clock": (Deeds.clock, 2),
    "send": (Deeds.send, 22),
    "kill": (Deeds.kill, 2),
    "part": (Deeds.part, 2),
    "fill": (Deeds.fill, 1),
    "laboratory": (Deeds.laboratory, 30),
    "decide": (Deeds.decide, 3),
    "deny": (Deeds.deny, 1),
}
