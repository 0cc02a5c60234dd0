"""The world of the chaos run: a real server process, three real stations, a bad wire between."""

from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from benchmarks import postgres
from benchmarks.right_table import PLACE, SimulatedClock, Table
from contract import signing
from contract.events import Event, decode
from contract.lots import IssuedLots, LotWire
from device.backlog import Backlog
from device.enrolment import Office, Papers, Secrets
from device.journal_file import files_of, open_for_reading, rows_after
from device.uplink import Uplink
from device.upstream import Upstream
from faults.mischief import Mischief
from faults.province import Server, free_port
from faults.test_postgresql import kill
from server import schema, vault
from server.accounts.models import Station
from server.db import Database, open_database
from server.intake.models import WireEvent
from server.lab.taken_back import first_result_at
from server.outcomes.services import settle_many
from server.sampling import changes, lots

STATIONS = ("ban-1", "ban-2", "ban-3")
SAMPLING, POOLS, SHARED = 20, 90, 40
TUBES = 4_000
_PIECE = 1 << 20
Stored = tuple[str, int, str, bytes]


@dataclass
class Post:
    """One station: its table, its folder, and its way to the server."""

    name: str
    home: Path
    table: Table
    lot: LotWire
    pools: LotWire
    used: int = 0
    used_pools: int = 0

    def uplink(self, address: str) -> Uplink:
        upstream = Upstream(address, 8.0)
        return Uplink(Office(self.home), Backlog(self.home), upstream, 50, refresh_every=1e9)

    @property
    def written(self) -> list[Stored]:
        rows = []
        for path in files_of(self.home / "journal"):
            with closing(open_for_reading(path)) as db:
                rows += [(path.name[5:21], *row) for row in rows_after(db, 0)]
        return rows

    @property
    def events(self) -> list[Event]:
        return [decode(row[3]) for row in self.written]


@dataclass
class World:
    """Everything that exists; *data* is the server's folder, perhaps on a small disk of its own.

    With a *cluster* the server's database is in that PostgreSQL.
    """

    folder: Path
    data: Path
    lot: Random
    cluster: postgres.Cluster | None = None
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(days=35)
        self.data.mkdir(parents=True, exist_ok=True)
        self.vault = vault.Vault.create(self.data / "vault.json")
        vault.install(self.vault)
        url = self.cluster.url() if self.cluster else ""
        self.database: Database = open_database(url or f"sqlite:///{self.data / 'ghepmau.sqlite'}")
        schema.upgrade(self.database)
        changes.listeners[:], changes.testers[:] = [settle_many], [first_result_at]
        secrets = {name: Secrets.mint() for name in STATIONS}
        with self.database.write() as session:
            for name in STATIONS:
                session.add(
                    Station(id=name, label=name, place=PLACE, duty="sampling", state="enrolled",
                            public_key=signing.public_text(secrets[name].key),
                            enrolled_at=self.now, created_at=self.now)
                )  # fmt: skip
        self.shared = self._lot(SHARED, None)
        self.posts = [self._post(at, name, secrets[name]) for at, name in enumerate(STATIONS)]
        elsewhere = {"GHEPMAU_DATABASE": url} if url else {}
        self.server = Server(self.data, free_port(), environment=elsewhere)
        self.proxy = Mischief(self.server.port, Random(self.lot.random()))

    @property
    def stored(self) -> list[Stored]:
        """Every event that the server has: epoch, seq, hash, bytes."""
        if self.cluster is None:
            return self.server.stored
        asked = select(WireEvent.epoch, WireEvent.seq, WireEvent.hash, WireEvent.payload)
        with self.database.read() as session:
            return [(r.epoch, r.seq, r.hash, r.payload) for r in session.execute(asked)]

    def kill_database(self) -> None:
        """SIGKILL for PostgreSQL, if that is what there is; it starts as after a power cut."""
        if self.cluster is not None:
            kill(self.cluster)
            self.database.engine.dispose()  # what was connected is not any more

    def _lot(self, series: int, station: str | None) -> LotWire:
        with self.database.write() as session:
            lot = lots.register_lot(session, series=series, count=TUBES, place=PLACE,
                                    station=station, by="user:mai", now=self.now)  # fmt: skip
        return LotWire(lot.id, series, lot.first or 0, lot.last or 0)

    def _post(self, at: int, name: str, secrets: Secrets) -> Post:
        home = self.folder / name
        home.mkdir(parents=True)
        office = Office(home)
        office.keep_secrets(secrets)
        public = self.vault.sealing.public_key()
        sealing = signing.encode(public.public_bytes_raw())
        office.keep(Papers(name, name, PLACE, "sampling", sealing, {}))
        lot, pools = self._lot(SAMPLING + at, name), self._lot(POOLS + at, name)
        clock = SimulatedClock(self.now)
        table = Table(home, name, public, IssuedLots((lot, pools, self.shared)), clock)
        return Post(name, home, table, lot, pools)

    def later(self, seconds: float) -> None:
        """Let time pass, at every table and for everybody else alike.

        Each gesture takes its time at one table only: those of a month would carry its clock, which
        is right, so far from the laboratory's that what it says is rightly doubted.
        """
        clocks = [post.table.clock for post in self.posts]
        then = max(clock.seconds for clock in clocks) + seconds
        for post in self.posts:
            post.table.wait(then - post.table.clock.seconds)
        self.now = clocks[0].start + timedelta(seconds=then)

    def close(self) -> None:
        self.server.kill()
        self.proxy.close()
        for post in self.posts:
            post.table.journal.close()
        self.database.engine.dispose()


@dataclass
class Ballast:
    """A file that takes what is free on a small disk."""

    path: Path

    def fill(self) -> None:
        """Take piece by piece: others write meanwhile, and what was free before is not any more."""
        with self.path.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(_PIECE)):
                pass

    def empty(self) -> None:
        self.path.unlink(missing_ok=True)
