"""A backup is made while stations send: restored elsewhere, it lacks nothing answered before."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import insert, select

from benchmarks import postgres
from faults.province import Server, free_port
from faults.sender import BATCH, Sender
from faults.stations import Stations, enrol, sending
from faults.test_postgresql import SENDERS, answered_again, cluster
from server import vault
from server.config import Settings
from server.db import open_database
from server.intake.models import WireEvent
from server.upkeep import backups

__all__ = ["cluster"]

PIECE, PIECES = 1 << 20, 48  # what was there before: a copy of it takes its time
BATCHES = 10  # that must be answered from the beginning of the copy to its end


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, Settings]:
    """Where the server is, and where its backup is restored: each a folder and a database."""
    databases = ("", "")
    if request.param == "postgresql":
        databases = two_databases(request.getfixturevalue("cluster"))
    here, there = (
        Settings(data=str(tmp_path / folder), database=database)
        for folder, database in zip(("here", "there"), databases, strict=True)
    )
    return here, there


def test_a_backup_under_load_has_all_that_was_answered_before_it_began(
    tmp_path: Path, places: tuple[Settings, Settings]
) -> None:
    here, there = places
    stations = enrol(here, [f"ban-{number}" for number in range(SENDERS)])
    server = Server(Path(here.data), free_port(), environment=of(here))
    server.start()
    try:
        with sending(stations, [server.port]):
            answered_again(stations.acked_after)
            fill_up(here, stations.senders[0])
            answered_again(stations.acked_after)
            before, made = [each.acked for each in stations.senders], copy_of(here, tmp_path)
            during = sum(each.acked for each in stations.senders) - sum(before)
            Event().wait(0.5)
    finally:
        server.kill()
    assert during >= BATCHES * BATCH, "too little was written while the copy was made"
    restored(there, Path(here.vault_path), made)
    kept = Stations(
        [replace(each, acked=acked) for each, acked in zip(stations.senders, before, strict=True)],
        there,
    )
    applied(kept)
    report, (rows, _) = kept.report(), kept.stored()
    print(f"{sum(before)} events before, {during} during, {sum(map(len, rows.values()))}")
    report.must_be_whole()
    for each in stations.senders:
        own = rows[each.name]
        assert own == each.written[: len(own)]  # of one moment: no hole before its last


def applied(kept: Stations) -> None:
    """Let a server on what came back apply what was not applied when the copy was made."""
    server = Server(Path(kept.settings.data), free_port(), environment=of(kept.settings))
    server.start()
    try:
        kept.wait_applied()
    finally:
        server.kill()


def of(settings: Settings) -> dict[str, str]:
    database = {"GHEPMAU_DATABASE": settings.database} if settings.database else {}
    return {"GHEPMAU_DATA": settings.data, **database}


def two_databases(cluster: postgres.Cluster) -> tuple[str, str]:
    with psycopg.connect(cluster.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE there")
    return cluster.url(), cluster.url("there")


def fill_up(settings: Settings, like: Sender) -> None:
    """Put so much beside what is sent that a copy takes its time: far events of one station."""
    database = open_database(settings.database_url)
    with database.write() as session:
        model = session.scalars(select(WireEvent).where(WireEvent.station == like.name)).first()
        assert model is not None
        shared = {column.key: getattr(model, column.key) for column in WireEvent.__table__.columns}
        shared |= {"epoch": "f" * 16, "state": "applied", "problem": None}
        rows = [
            {**shared, "event_id": uuid4(), "seq": 1_000_000 + number, "payload": os.urandom(PIECE),
             "hash": f"{number:064x}"}
            for number in range(PIECES)
        ]  # fmt: skip
        session.execute(insert(WireEvent), rows)
    database.engine.dispose()


def copy_of(settings: Settings, folder: Path) -> Path:
    database = open_database(settings.database_url)
    vault.install(vault.Vault.load(settings.vault_path))
    made = backups.make(database, folder / "backups", now=datetime.now(UTC))
    database.engine.dispose()
    return made


def restored(settings: Settings, keys: Path, made: Path) -> None:
    """Restore as an operator does on another machine, with the key file that was kept."""
    Path(settings.data).mkdir()
    shutil.copy(keys, settings.vault_path)
    command = [sys.executable, "-m", "server.cli", "restore", str(made)]
    done = subprocess.run(
        command, env=os.environ | of(settings), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if not settings.database:
        with closing(sqlite3.connect(Path(settings.data) / "ghepmau.sqlite")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
