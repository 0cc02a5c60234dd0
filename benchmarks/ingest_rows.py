"""The ingest benchmark's ground: a server's data with enrolled stations, and the same rows bare."""

import sqlite3
import sys
from contextlib import closing, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.ingest_traffic import Chain, seals_of
from contract.events import decode, digest
from contract.signing import private_key, public_text
from server import cli, vault
from server.accounts.models import Station
from server.config import Settings
from server.db import open_database
from server.sampling import lots

SEALS = 200


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
    """Make table and indexes of wire_event, as *database* has them, in the empty file *bare*."""
    asked = "SELECT sql FROM sqlite_master WHERE tbl_name = 'wire_event' AND sql IS NOT NULL"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(bare)) as target:
        for (sql,) in source.execute(asked).fetchall():
            target.execute(sql)
        target.commit()


def rows_of(events: list[bytes], station: str, kind: str = "tube-paired") -> list[tuple[Any, ...]]:
    """Return the rows that the intake would write for *events*, in the table's column order."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    rows = []
    for data in events:
        event = decode(data)
        rows.append(
            (event.id.hex, station, event.epoch, event.seq, kind, digest(data),
             event.prev, data, now, "pending", None, None)
        )  # fmt: skip
    return rows
