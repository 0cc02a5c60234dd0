"""F27: keys are rotated while another process writes, and the rotation is killed again and again.

Everybody who was written at any time is found and opens afterwards, under the new keys alone.
"""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import select

from contract.identities import Key, System
from faults.test_postgresql import cluster
from server import cli, vault
from server.config import Settings
from server.db import open_database
from server.people import queries
from server.people.models import Identity, Person
from server.upkeep import rotation

__all__ = ["cluster"]

ROTATE = (sys.executable, "-B", "-m", "server.cli", "keys", "rotate")
PEOPLE = 3000
KILLS = 6


def add(session: object, number: int) -> None:
    now, key = datetime.now(UTC), Key(System.CITIZEN, f"024{number:09d}")
    name = f"Người {number}"
    person = Person(
        id=uuid4(), name=name, name_blind=queries.name_blind(name), birth_year=1991, sex="F",
        block_blind=queries.block_blind(name, 1991), place="vn-2021:24", created_at=now,
    )  # fmt: skip
    link = Identity(
        id=uuid4(), person=person, system=str(key.system), value=key.value, claimed=False,
        value_blind=queries.value_blind(key), kind="citizen-card", evidence="page",
        linked_at=now, linked_by="user:lan",
    )  # fmt: skip
    session.add_all([person, link])  # type: ignore[attr-defined]


def write_until_told(settings: Settings, ready: int, first: int) -> int:
    """Add one person a transaction until SIGTERM; return the number after the last."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    vault.install(vault.Vault.load(settings.vault_path))
    database, number = open_database(settings.database_url), first
    os.write(ready, b"!")
    while not stopping.is_set():
        with database.write() as session:
            before = queries.links_of(session, [Key(System.CITIZEN, f"024{number - 1:09d}")])
            if len(before) != 1:
                return -number
            add(session, number)
        number += 1
    return number


@pytest.mark.parametrize(("engine", "seed"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 3)])
def test_nobody_is_lost_and_no_old_key_is_needed(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str, seed: int
) -> None:
    url = request.getfixturevalue("cluster").url() if engine == "postgresql" else ""
    settings = Settings(data=str(tmp_path), database=url, background=False)
    cli.prepare(settings)
    first = vault.current().keys
    database = open_database(settings.database_url)
    with database.write() as session:
        for number in range(PEOPLE):
            add(session, number)
    database.engine.dispose()
    config = tmp_path / "server.toml"
    config.write_text(f'data = "{tmp_path}"\ndatabase = "{url}"\n')
    last = _written_meanwhile(settings, config, random.Random(seed))
    assert last > PEOPLE, f"number {-last - 1} was written and not found"
    vault.install(vault.Vault.load(settings.vault_path))
    now = vault.current().keys
    assert (now.step, list(now.data)) == ("", [now.current])
    assert now.current != first.current
    database = open_database(settings.database_url)
    with database.read() as session:
        assert rotation.left(session) == {}
        keys = [Key(System.CITIZEN, f"024{number:09d}") for number in range(last)]
        found = queries.links_of(session, keys)
        assert [number for number, key in enumerate(keys) if key not in found] == []
        assert len(list(session.scalars(select(Person.name)))) == last
    database.engine.dispose()


def _written_meanwhile(settings: Settings, config: Path, rng: random.Random) -> int:
    """Rotate and kill while another process writes; return what that process says at its end."""
    come, tell = os.pipe()
    writer = os.fork()
    if writer == 0:
        os.write(tell, str(write_until_told(settings, tell, PEOPLE)).encode())
        os._exit(0)
    assert os.read(come, 1) == b"!"
    cut = sum(_is_killed_midway(settings, config, rng.uniform(1.0, 12.0)) for _ in range(KILLS))
    print(f"{cut} of {KILLS} kills left a rotation that was under way")
    command = [*ROTATE, "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    os.kill(writer, signal.SIGTERM)
    os.waitpid(writer, 0)
    assert cut, "no kill came while keys were rotated"
    return int(os.read(come, 20))


def _is_killed_midway(settings: Settings, config: Path, after: float) -> bool:
    """Rotate, and kill that after so many seconds; return whether it was under way."""
    child = subprocess.Popen([*ROTATE, "--config", str(config)], stdout=subprocess.DEVNULL)
    try:
        child.wait(timeout=after)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    killed = child.returncode == -signal.SIGKILL
    return killed and bool(vault.Vault.load(settings.vault_path).keys.step)
