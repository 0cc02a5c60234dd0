"""F13: the server is killed at any call on its disk, while it stores a batch and applies it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from contract import signing
from contract.events import TubePaired, decode, encode_batch
from device.journal_file import files_of, open_for_reading, rows_after
from faults import runs
from faults.province import found, station_at
from faults.table import STATION
from server.db import open_database
from server.sampling import lots

KILLS = int(os.environ.get("GHEPMAU_FAULTS_KILLS", "24"))
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")
State = tuple[list[bytes], list[tuple[str, str]], int]
BATCH = (sys.executable, "-B", "-m", "faults.batch")


@pytest.fixture
def before(tmp_path: Path) -> tuple[Path, list[Path]]:
    """A server's folder with one station and its lots, and a day of it in three uploads."""
    home, data = station_at(tmp_path / "station"), tmp_path / "server"
    found(data, signing.public_text(home.secrets.key))
    open_what_the_table_seals(data / "vault.json")
    database = open_database(f"sqlite:///{data / 'ghepmau.sqlite'}")
    with database.write() as session:
        for series in (26, 90):
            lots.register_lot(session, series=series, count=500, place="p", station=STATION,
                              by="user:mai", now=datetime.now(UTC))  # fmt: skip
    database.engine.dispose()
    assert runs.run(home.journal, "--first", "1", "--pairs", "24").code == 0
    rows = []
    for path in files_of(home.journal):
        with closing(open_for_reading(path)) as db:
            rows += [row.body for row in rows_after(db, 0)]
    uploads = []
    for number in range(3):
        some = rows[number * len(rows) // 3 : (number + 1) * len(rows) // 3]
        uploads.append(tmp_path / f"upload-{number}")
        uploads[-1].write_bytes(encode_batch(STATION, some))
    return data, uploads


def open_what_the_table_seals(path: Path) -> None:
    """Give the server the key that `faults.table` seals to, so that pairings are applied."""
    keys = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode({**keys, "sealing": signing.encode(bytes(32))}))


def work(data: Path, uploads: list[Path], under: list[str]) -> subprocess.CompletedProcess[str]:
    command = [*under, *BATCH, str(data), *map(str, uploads)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def state(data: Path) -> State:
    """Return the events that are stored, which pairings stand, and how many people are known."""
    with closing(sqlite3.connect(data / "ghepmau.sqlite")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        stored = [body for (body,) in db.execute("SELECT payload FROM wire_event ORDER BY seq")]
        pairs = db.execute("SELECT id, tube FROM pairing ORDER BY tube, id").fetchall()
        people = db.execute("SELECT count(*) FROM person").fetchone()[0]
    return stored, pairs, people


def points_of(data: Path, uploads: list[Path], trace: Path) -> list[tuple[str, int]]:
    """Return every call on the disk of a run in which nothing goes wrong."""
    assert work(data, uploads, [*runs.tracing(CALLS, output=trace), "-f"]).returncode == 0
    lines = trace.read_text(errors="replace").splitlines()
    counts = {call: sum(f" {call}(" in f" {line}" for line in lines) for call in CALLS}
    return [(call, n) for call, count in counts.items() for n in range(1, count + 1)]


def wrong_after(kill: tuple[str, int], place: Path, uploads: list[Path], wanted: State) -> str:
    """Kill one run in *place*, let it come again, and say what is not as it should be."""
    under = [*runs.injecting([kill[0]], f"signal=KILL:when={kill[1]}"), "-f"]
    killed = work(place, uploads, under)
    stored, pairs, _ = state(place)
    lines = [line.split() for line in killed.stdout.splitlines() if line.startswith("stored")]
    told, parts = sum(int(line[2]) for line in lines), [n * len(wanted[0]) // 3 for n in range(4)]
    again = work(place, uploads, [])
    found = {
        "was not killed": killed.returncode != -signal.SIGKILL,
        "holds something else": stored != wanted[0][: len(stored)],
        "lost what was told": len(stored) < told,
        "holds half a batch": len(stored) not in parts,
        "paired falsely": not set(pairs) <= set(wanted[1]),
        "does not go on": again.returncode != 0,
        "is not the same in the end": state(place) != wanted,
    }
    shutil.rmtree(place)
    return ", ".join(f"{kill}: {what}" for what, holds in found.items() if holds)


def test_killed_at_any_call_a_batch_is_there_or_not_and_comes_again_once(
    tmp_path: Path, before: tuple[Path, list[Path]]
) -> None:
    runs.needs("strace")
    data, uploads = before
    whole = shutil.copytree(data, tmp_path / "whole")
    points = points_of(whole, uploads, tmp_path / "calls")
    wanted = state(whole)
    assert len(wanted[1]) > 20
    assert len(wanted[1]) == sum(isinstance(decode(each), TubePaired) for each in wanted[0])
    some = points[:: max(1, len(points) // KILLS)]
    print(f"killed at {len(some)} of {len(points)} calls")

    def kill(point: tuple[str, int]) -> str:
        place = shutil.copytree(data, tmp_path / f"{point[0]}-{point[1]}")
        return wrong_after(point, place, uploads, wanted)

    with ThreadPoolExecutor(2) as pool:
        assert list(filter(None, pool.map(kill, some))) == []
