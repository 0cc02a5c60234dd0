"""The ingest benchmark's ground: a server's data with enrolled stations, and the same rows bare.

Bare means the engine's own work and nothing else, but all of that: the same bytes in the same
columns, batch by batch in the same order of stations, under the same indexes, checks and foreign
key, with a commit that is on the disk for each batch.
"""

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.ingest_traffic import Chain, seals_of
from contract.events import decode, digest
from contract.signing import private_key, public_text
from server import cli, vault
from server.accounts.models import Station
from server.config import Settings
from server.db import open_database
from server.engines import CACHE_KIB
from server.intake.upload import KINDS
from server.sampling import lots

SEALS = 200
Row = tuple[Any, ...]
Batches = Sequence[Sequence[Row]]
# As the server has them (`server.engines`).
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}",
)  # fmt: skip


def prepare_stations(data: Path, count: int) -> list[Chain]:
    """Make a server's data in *data*, with *count* enrolled stations; return their chains."""
    settings = Settings(data=str(data))
    config = data / "server.toml"
    config.write_text(f'data = "{data}"\n')
    with redirect_stdout(sys.stderr):  # ours is one JSON object
        if cli.main(["init", "--config", str(config)]):
            raise SystemExit("the server's data could not be made")
    rng = Random(7)  # noqa: S311
    opened = vault.Vault.load(settings.vault_path)
    seals = seals_of(opened.sealing.public_key(), SEALS, rng)
    chains = []
    now = datetime.now(UTC)
    with open_database(settings.database_url).write() as session:
        for number in range(count):
            key = private_key(rng.randbytes(32))
            name = f"tram-{number}"
            chains.append(Chain(name, key, seals, 10 + number, Random(number)))  # noqa: S311
            session.add(
                Station(
                    id=name,
                    label=name,
                    place="vn-2021:24",
                    duty="sampling",
                    public_key=public_text(key),
                    state="enrolled",
                    created_at=now,
                    enrolled_at=now,
                )
            )
            session.flush()
            lots.register_lot(
                session, series=10 + number, count=lots.LARGEST_LOT, place="vn-2021:24",
                station=name, by="user:benchmark", now=now,
            )  # fmt: skip
    return chains


def schema_of(database: Path, bare: Path) -> None:
    """Make wire_event in the empty file *bare* as *database* has it, and the stations it names."""
    asked = (
        "SELECT sql FROM sqlite_master WHERE tbl_name IN ('station', 'wire_event')"
        " AND sql IS NOT NULL ORDER BY type = 'index'"
    )
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(bare)) as target:
        for (sql,) in source.execute(asked).fetchall():
            target.execute(sql)
        stations = source.execute("SELECT * FROM station").fetchall()
        marks = ",".join("?" * len(stations[0]))
        target.executemany(f"INSERT INTO station VALUES ({marks})", stations)  # noqa: S608
        target.commit()


def insert_bare(bare: Path, batches: Batches) -> float:
    """Insert *batches* of rows of wire_event with SQLite's own driver; return rows/s."""
    with held_fast(bare) as connection:
        return insert_into(connection, "wire_event", batches)


@contextmanager
def held_fast(bare: Path) -> Iterator[sqlite3.Connection]:
    """A connection of SQLite's own driver, with the settings of the server's."""
    with closing(sqlite3.connect(bare, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def insert_into(
    connection: sqlite3.Connection, table: str, batches: Sequence[Sequence[Sequence[Any]]]
) -> float:
    """Insert *batches*, a commit each; return rows/s."""
    marks = ",".join("?" * len(batches[0][0]))
    began = perf_counter()
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)  # noqa: S608
        connection.execute("COMMIT")
    return sum(map(len, batches)) / (perf_counter() - began)


def minted(chains: Sequence[Chain], size: int, share: int) -> tuple[Batches, list[list[bytes]]]:
    """Mint *share* batches of *size* events of each station, which take turns.

    Returned twice: as the rows that come of them, and as each station's uploads.
    """
    batches: list[list[Row]] = []
    queues: list[list[bytes]] = [[] for _ in chains]
    for _ in range(share):
        for chain, queue in zip(chains, queues, strict=True):
            events = chain.events(size)
            batches.append(rows_of(events, chain.station))
            queue.append(chain.upload(events))
    return batches, queues


def rows_of(events: list[bytes], station: str) -> list[Row]:
    """Return the rows that the intake would write for *events*, in the table's column order."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    rows: list[Row] = []
    for data in events:
        event = decode(data)
        rows.append(
            (event.id.hex, station, event.epoch, event.seq, KINDS[type(event)], digest(data),
             event.prev, data, now, "pending", None, None)
        )  # fmt: skip
    return rows
