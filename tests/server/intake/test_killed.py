"""The server is killed in the middle of uploads: nothing acknowledged is lost, nothing doubled."""

import http.client
import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract import events, signing
from server import cli, vault
from server.accounts.models import Station
from server.config import Settings
from server.db import open_database

BATCHES = "/api/v1/intake/batches"
MOMENT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
STATIONS, KILLS, EACH = 4, 2, 10


@dataclass
class Uplink:
    """A station that sends the same batch until it is acknowledged, then the next."""

    name: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sent: list[bytes] = field(default_factory=list)
    body: bytes = b""
    prev: str = events.NO_EVENT

    def batch(self) -> bytes:
        written = []
        for _ in range(20):
            event = events.ScanRefused(
                id=uuid4(), station=self.name, epoch="0" * 16,
                seq=len(self.sent) + len(written) + 1, prev=self.prev,
                at=MOMENT, trusted=True,
                boot="b", mono=1, reason="tube-used",
            )  # fmt: skip
            written.append(events.encode(event))
            self.prev = events.digest(written[-1])
        self.sent += written
        return events.encode_batch(self.name, written)

    def run(self, port: int, count: int) -> None:
        """Send until *count* more batches are acknowledged, or the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with closing(connection):
            for _ in range(count):
                self.body = self.body or self.batch()
                try:
                    status = self._post(connection)
                except (OSError, http.client.HTTPException):
                    return
                assert status == 200
                self.body = b""

    def _post(self, connection: http.client.HTTPConnection) -> int:
        message = signing.request_message(self.name, "POST", BATCHES, self.body)
        connection.request(
            "POST", BATCHES, self.body,
            {"Content-Type": "application/json", "X-Ghepmau-Station": self.name,
             "X-Ghepmau-Signature": signing.sign(self.key, message)},
        )  # fmt: skip
        answer = connection.getresponse()
        answer.read()
        return answer.status


def prepare(data: Path) -> list[Uplink]:
    settings = Settings(data=str(data))
    cli.prepare(settings)
    vault.install(vault.Vault.load(settings.vault_path))
    uplinks = [Uplink(f"ban-{number}") for number in range(STATIONS)]
    database = open_database(settings.database_url)
    with database.write() as session:
        for each in uplinks:
            session.add(
                Station(id=each.name, label=each.name, place="p", duty="sampling",
                        public_key=signing.public_text(each.key), state="enrolled",
                        enrolled_at=MOMENT, created_at=MOMENT)
            )  # fmt: skip
    database.engine.dispose()
    return uplinks


def start(data: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "server.cli", "run", "--port", str(port)]
    environment = os.environ | {"GHEPMAU_DATA": str(data)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Ghép Mẫu: http://")
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """Kill the process that serves, and the one that started it, without a word."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for child in path.read_text().split():
        gone = os.pidfd_open(int(child))
        os.kill(int(child), signal.SIGKILL)
        select.select([gone], [], [], 20)
        os.close(gone)
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_server_killed_in_mid_upload_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    uplinks = prepare(tmp_path)
    for turn in range(KILLS + 1):
        process = start(tmp_path, port)
        try:
            count = 10_000 if turn < KILLS else EACH
            threads = [Thread(target=each.run, args=(port, count)) for each in uplinks]
            for thread in threads:
                thread.start()
            if turn < KILLS:
                threads[0].join(timeout=0.5 + 0.3 * turn)
                kill(process)
            for thread in threads:
                thread.join()
        finally:
            if process.poll() is None:
                kill(process)
    assert all(each.body == b"" for each in uplinks)
    with closing(sqlite3.connect(tmp_path / "ghepmau.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for each in uplinks:
            rows = database.execute(
                "SELECT payload FROM wire_event WHERE station = ? ORDER BY seq", (each.name,)
            )
            assert [payload for (payload,) in rows] == each.sent
        assert database.execute("SELECT count(*) FROM chain_alert").fetchone() == (0,)
    assert sum(len(each.sent) for each in uplinks) >= STATIONS * EACH * 20
