"""The ground of `benchmarks.load`: a server on any engine, stations, people, a point.

`engine` is 'sqlite', 'postgresql' (one of our own, gone at the end), 'cluster' (three nodes on this
machine under Patroni, a commit answered when two have it; `make cluster ARGS=--install` brings what
it needs) or
the URL of a database that is there and empty.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks import postgres
from benchmarks.ingest import free_port, until_up
from benchmarks.ingest_traffic import Chain
from contract.sealing import seal
from contract.signing import private_key, public_text
from contract.specimens import citizen_card
from contract.specimens import people as made_up
from faults.cluster.local import cluster
from faults.cluster.parts import Missing, check_installed
from rehearsal.office import Account, accounts
from server import cli, vault
from server.accounts.models import Station
from server.accounts.roles import Role
from server.accounts.services import add_user
from server.accounts.within import EVERYWHERE
from server.config import Settings
from server.db import open_database
from server.declarations.kinds import PointKind
from server.declarations.points import PointWish, add_point
from server.sampling import lots

OURS = ("sqlite", "postgresql", "cluster")  # engines that we make ourselves, and take away
PLACE = "vn-2021:24.222"
LAB_PLACES = tuple(f"vn-2021:24.{each}" for each in range(213, 224) if each != 214)
_PEOPLE, _MOST_PEOPLE = 20_000, 200_000  # who come, and come again
_SERIES = 26  # of the lots


@dataclass
class Ground:
    """A server's data, ready to be served: its stations' chains, who may log in, a point.

    `engine` returns the main processes of the database's own that we started; SQLite has none.
    """

    settings: Settings
    config: Path
    port: int
    chains: Sequence[Chain]
    people: Sequence[Account]
    labs: Sequence[tuple[Account, Account]]  # who enters, and who verifies and releases
    point: str
    engine: Callable[[], list[int]]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Site(Ground):
    """A server that runs."""

    process: subprocess.Popen[bytes]


@contextmanager
def site(
    folder: Path,
    engine: str,
    stations: int,
    tubes: int,
    workers: int,
    labs: int = 0,
    apart: int = 0,
) -> Iterator[Site]:
    """Make and start everything in *folder*; stop it at the end.

    *apart*: so many pairings of each station are of people whom no other pairs among its first.
    """
    with (
        ground(folder, engine, stations, tubes, workers, labs, apart) as made,
        serving(made) as served,
    ):
        yield served


@contextmanager
def ground(
    folder: Path,
    engine: str,
    stations: int,
    tubes: int,
    workers: int,
    labs: int = 0,
    apart: int = 0,
) -> Iterator[Ground]:
    """Make everything in *folder*, and what its database needs; nothing serves yet."""
    with _database(engine) as (url, processes):
        workers = workers if url else 1
        port, config = free_port(), folder / "server.toml"
        threads = 16 if workers > 1 else 32
        config.write_text(
            f'data = "{folder}"\ndatabase = "{url}"\nport = {port}\nworkers = {workers}\n'
            f"threads = {threads}\n"
        )
        settings = Settings(
            data=str(folder), database=url, port=port, workers=workers, threads=threads
        )
        with redirect_stdout(sys.stderr):  # ours is one JSON object
            if cli.main(["init", "--config", str(config)]):
                raise SystemExit("the server's data could not be made")
        people = accounts()
        _give_access(settings, people, EVERYWHERE)
        chains, point = _filled(settings, stations, tubes, apart)
        pairs = _staffed(settings, labs)
        yield Ground(settings, config, port, chains, people, pairs, point, processes)


@contextmanager
def _database(engine: str) -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """Give the URL of an empty database ('' is SQLite), and how its processes are found."""
    _must_be_there(engine)
    if engine == "cluster":
        with cluster() as nodes:
            yield nodes.url, lambda: [pid for node in nodes.nodes if (pid := node.postmaster)]
    elif engine == "postgresql":
        with postgres.running(port=postgres.PORT) as one:
            yield one.url(), lambda: [one.postmaster]
    else:
        yield "" if engine == "sqlite" else engine, list


def _must_be_there(engine: str) -> None:
    """Raise SystemExit with what to do, where *engine* cannot be had here."""
    if engine not in OURS and "://" not in engine:
        raise SystemExit(f"--engine {engine}: one of {', '.join(OURS)}, or the URL of a database")
    if engine == "postgresql" and postgres.programs() is None:
        raise SystemExit(postgres.ABSENT)
    if engine == "cluster":
        try:
            check_installed()
        except Missing as absent:
            raise SystemExit(str(absent)) from absent


@contextmanager
def serving(made: Ground) -> Iterator[Site]:
    """Serve what was made, until the body is through."""
    words = [sys.executable, "-m", "benchmarks.load_server", str(made.config)]
    with made.config.with_name("server.log").open("ab") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)  # noqa: S603 - ourselves
        try:
            until_up(made.port)
            yield Site(**vars(made), process=process)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _staffed(settings: Settings, labs: int) -> list[tuple[Account, Account]]:
    """Give each laboratory, in a district of its own, two technicians who see what it has."""
    pairs = []
    for number in range(labs):
        place = LAB_PLACES[number]
        pair = (
            Account(f"lab{number}a", "Người nhập", Role.LAB_TECHNICIAN, place),
            Account(f"lab{number}b", "Người duyệt", Role.LAB_TECHNICIAN, place),
        )
        _give_access(settings, pair, "")
        pairs.append(pair)
    return pairs


def _give_access(settings: Settings, people: Sequence[Account], sees: str) -> None:
    """Let *people* log in; a program for each of them started for a second."""
    database, now = open_database(settings.database_url), datetime.now(UTC)
    with database.write() as session:
        for one in people:
            add_user(
                session, one.login, name=one.name, role=Role(one.role), place=one.place,
                sees=sees, password=one.password, by="benchmark", now=now,
            )  # fmt: skip
    database.engine.dispose()


def _filled(settings: Settings, stations: int, tubes: int, apart: int) -> tuple[list[Chain], str]:
    """Enrol *stations* with a lot of *tubes* each; return their chains, and a point's code."""
    opened = vault.Vault.load(settings.vault_path)
    vault.install(opened)
    rng, now = Random(7), datetime.now(UTC)  # noqa: S311 - must be the same each time
    many = min(_MOST_PEOPLE, max(_PEOPLE, apart * stations))
    public, who = opened.sealing.public_key(), made_up(many, rng)
    seals = [seal(public, citizen_card(one, fields=7)) for one in who]
    numbers = [one.number for one in who]
    database = open_database(settings.database_url)
    chains = []
    with database.write() as session:
        for number in range(stations):
            chain = Chain(f"tram-{number}", private_key(rng.randbytes(32)), seals, _SERIES,
                          Random(number), shift=number * apart, numbers=numbers)  # fmt: skip  # noqa: S311
            session.add(_row(chain, now))
            session.flush()
            lot = lots.register_lot(
                session, series=_SERIES, count=tubes, place=PLACE, station=chain.station,
                by="user:benchmark", now=now,
            )  # fmt: skip
            chain.first = lot.first or 1
            chains.append(chain)
        wish = PointWish(PointKind.FACTORY, "Nhà máy Thử tải", f"{PLACE}.07")
        point = add_point(session, wish, by="benchmark", now=now).id
    database.engine.dispose()
    return chains, point


def _row(chain: Chain, now: datetime) -> Station:
    return Station(
        id=chain.station, label=chain.station, place=PLACE, duty="sampling",
        public_key=public_text(chain.key), state="enrolled", created_at=now, enrolled_at=now,
    )  # fmt: skip
