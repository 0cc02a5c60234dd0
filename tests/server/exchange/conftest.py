"""A laboratory's day for receivers, and the servers of others that play them.

SEKMET (Python) and Medplum's router (Node) are programs that nobody here wrote; tools/setup.sh
puts them into folders of their own beside the tests' environment.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import urllib3
from sqlalchemy import select

from contract.tubes import Tube
from server.db import Database
from server.declarations.models import Declaration, FormVersion
from server.delivery import routes
from server.delivery.models import Delivery
from server.lab import services as lab
from server.lab.measured import Measured
from server.lab.words import Call
from server.outcomes.services import release
from server.sampling.models import Pairing

ROOT = Path(__file__).parents[3]
PEERS = Path(__file__).parent / "peers"
PYTHON = ROOT / ".peers/fhir/bin/python"
MODULES = ROOT / ".peers/node_modules"
LAN, MINH = "user:lan", "user:minh"


@dataclass
class Day:
    """A day in which tubes are paired, tested and released; each step commits."""

    database: Database
    make_scene: Callable[..., Any]
    now: datetime
    serial: int = 0

    def pair(self, *names: str, pool: bool = False) -> tuple[Tube, list[Pairing]]:
        with self.database.write() as session:
            scene = self.make_scene(session)
            scene.serial = self.serial
            tube = scene.tube(90 if pool else 26)
            self.serial = scene.serial
            return tube, [scene.pair(tube, scene.person(name)) for name in names]

    def release(self, tube: Tube, call: Call, *, ct_n: str = "") -> UUID:
        with self.database.write() as session:
            self.make_scene(session)
            lab.receive_tube(session, tube, box="H1", by=LAN, now=self.now)
            finding = lab.Finding(call, (Measured("N", ct_n),) if ct_n else ())
            entered = lab.enter_result(session, tube, finding, by=LAN, now=self.now)
            return self._out(session, entered.id)

    def correct(self, result: UUID, call: Call) -> UUID:
        with self.database.write() as session:
            self.make_scene(session)
            finding = lab.Finding(call)
            entered = lab.correct_result(
                session, result, finding, reason="đọc nhầm", by=LAN, now=self.now
            )
            return self._out(session, entered.id)

    def declare(self, person: UUID) -> UUID:
        """Let a person declare symptoms, an hour before now."""
        at = self.now - timedelta(hours=1)
        with self.database.write() as session:
            if session.get(FormVersion, "test-1") is None:
                session.add(FormVersion(id="test-1", questions="[]", look_back_days=14,
                                        active_from=at, created_by="test"))  # fmt: skip
                session.flush()
            made = Declaration(
                id=uuid4(), person_id=person, form_id="test-1", source="phone", on_behalf=False,
                symptoms=True, exposed=None, answers="{}", consent="test", at=at, recorded_at=at,
            )  # fmt: skip
            session.add(made)
            return made.id

    def void(self, pairing: Pairing) -> None:
        with self.database.write() as session:
            self.make_scene(session).void(pairing)

    def _out(self, session: Any, result: UUID) -> UUID:
        lab.verify_result(session, result, by=MINH, now=self.now)
        release(session, [result], by=MINH, now=self.now)
        return result

    def messages(self, target: str) -> list[Delivery]:
        with self.database.read() as session:
            found = select(Delivery).where(Delivery.target == target).order_by(Delivery.id)
            return list(session.scalars(found))


@pytest.fixture
def day(database: Database, make_scene: Callable[..., Any], now: datetime) -> Iterator[Day]:
    before = routes.installed()
    yield Day(database, make_scene, now)
    routes.install(before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: list[str], port: int, log: Path) -> Iterator[str]:
    """Run a server of others; give its address once it answers, and end it."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env=dict(os.environ), start_new_session=True
        )
        try:
            _answers(port, process, log)
            yield f"http://127.0.0.1:{port}/fhir"
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # its node is started by a script in Python
            process.wait()


def _answers(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    retries = urllib3.Retry(total=200, backoff_factor=0.05, backoff_max=0.25)
    with urllib3.PoolManager(retries=retries) as pool:
        pool.request("GET", f"http://127.0.0.1:{port}/fhir/Patient?identifier=x|y")
    assert process.poll() is None, log.read_text()


@pytest.fixture(scope="session")
def sekmet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("sekmet"), free_port()
    command = [str(PYTHON), str(PEERS / "sekmet_server.py"), str(port), str(folder)]
    with serving(command, port, folder / "log") as url:
        yield url


def medplum(mode: str, folder: Path) -> Any:
    node, port = str(PYTHON.parent / "node"), free_port()
    script = str(PEERS / "medplum_server.mjs")
    return serving([node, script, str(port), str(MODULES), mode], port, folder / f"{mode}.log")


@pytest.fixture(scope="session")
def medplum_sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with medplum("sound", tmp_path_factory.mktemp("medplum")) as url:
        yield url


@pytest.fixture(scope="session")
def medplum_hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with medplum("hostile", tmp_path_factory.mktemp("medplum")) as url:
        yield url
