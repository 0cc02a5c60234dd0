"""A real server process with one enrolled station, for faults between the two.

The server is started as its operator starts it, in a folder of its own; the station's folder holds
a journal and papers, and `device.uplink` carries the one to the other.
"""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contract import signing
from device.backlog import Backlog
from device.enrolment import Office, Papers, Secrets
from device.journal import Journal
from device.journal_file import files_of, open_for_reading, rows_after
from device.uplink import Uplink
from device.upstream import Upstream
from faults import runs
from faults.table import STATION
from server import schema, vault
from server.accounts.models import Station
from server.db import open_database

EVENTS = "SELECT epoch, seq, hash, payload FROM wire_event ORDER BY epoch, seq"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def found(data: Path, public_key: str) -> None:
    """Make a server's folder in which one station is enrolled."""
    data.mkdir(parents=True)
    vault.install(vault.Vault.create(data / "vault.json"))
    database, now = open_database(f"sqlite:///{data / 'ghepmau.sqlite'}"), datetime.now(UTC)
    schema.upgrade(database)
    with database.write() as session:
        session.add(
            Station(
                id=STATION, label="Bàn 1", place="vn-2021:24", duty="sampling", state="enrolled",
                public_key=public_key, enrolled_at=now, created_at=now,
            )
        )  # fmt: skip
    database.engine.dispose()


@dataclass
class Server:
    """`ghepmau-server run` on *data*."""

    data: Path
    port: int
    under: tuple[str, ...] = ()  # what starts it: strace, a network of its own
    environment: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [*self.under, sys.executable, "-m", "server.cli", "run", "--port", str(self.port)]
        own = {"GHEPMAU_DATA": str(self.data), "GHEPMAU_THREADS": "4"}
        environment = runs.among_others(own | self.environment)
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        assert "http://" in self._process.stdout.readline(), "the server did not start"

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was not started"
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL, as the kernel does it when memory is short; its worker ends with it."""
        if self._process is not None:
            pids = descendants(self._process.pid)
            handles = [os.pidfd_open(pid) for pid in pids]
            for pid in pids:
                os.kill(pid, 9)
            self._process.kill()
            self._process.communicate()
            for handle in handles:
                os.close(handle)
            self._process = None

    @property
    def stored(self) -> list[tuple[str, int, str, bytes]]:
        """Every event on its disk: epoch, seq, hash, bytes."""
        with closing(sqlite3.connect(self.data / "ghepmau.sqlite")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return db.execute(EVENTS).fetchall()

    def alerts(self) -> list[tuple[str, int, int]]:
        with closing(sqlite3.connect(self.data / "ghepmau.sqlite")) as db:
            asked = "SELECT kind, seq, last_seq FROM chain_alert WHERE closed_at IS NULL"
            return db.execute(asked).fetchall()


def descendants(pid: int) -> list[int]:
    """Return the processes that *pid* started, and those that they did."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in children for each in (int(child), *descendants(int(child)))]


@dataclass
class Home:
    """The folder of a station that is enrolled."""

    folder: Path
    secrets: Secrets

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    def uplink(self, address: str, most: int = 50) -> Uplink:
        return Uplink(Office(self.folder), Backlog(self.folder), Upstream(address, 5.0), most)

    @property
    def written(self) -> list[tuple[str, int, str, bytes]]:
        rows = []
        for path in files_of(self.journal):
            with closing(open_for_reading(path)) as db:
                rows += [(path.name[5:21], *row) for row in rows_after(db, 0)]
        return sorted(rows)


def station_at(folder: Path) -> Home:
    secrets, office = Secrets.mint(), Office(folder)
    sealing = signing.encode(bytes(31) + b"\x09")
    office.keep_secrets(secrets)
    office.keep(Papers(STATION, "Bàn 1", "vn-2021:24", "sampling", sealing, {}))
    Journal(office.folder / "journal", STATION).close()
    return Home(folder, secrets)
