"""The command that hears the machines, as an operator starts it, and the file that names them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.lab.imports import machines
from server.lab.imports.models import ImportFile
from server.lab.imports.reading import open_items
from server.lab.instruments.readings import Reading
from server.lab.links.astm_sender import Outcome
from server.lab.links.listening import CannotListen, Listener
from server.lab.links.simulated.analyser import AstmAnalyser
from server.lab.links.simulated.messages import astm
from server.lab.links.streams import SocketStream

MACHINES = """
[[machine]]
name = "may-0"
link = "astm-tcp"
address = "127.0.0.1:0"
targets = { "N" = "Gen N" }
"""


def written(tmp_path: Path, text: str = MACHINES) -> str:
    path = tmp_path / "machines.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def profiles() -> Iterator[None]:
    yield
    machines.install([])


@pytest.mark.usefixtures("profiles")
def test_a_machines_own_names_become_the_laboratorys(
    tmp_path: Path, listen: Any, call: Any, found: Any, quick: Any, database: Any
) -> None:
    machines.install(machines.load(written(tmp_path)))
    message = astm(found, message_id="1", at=datetime(2026, 11, 23, tzinfo=UTC))
    AstmAnalyser(call(listen("astm-tcp")), timers=quick).send(message)
    with database.read() as session:
        (file,) = session.query(ImportFile).all()
    name, items = open_items(database, file)
    targets = {item.target for item in items if isinstance(item, Reading)}
    assert (name, targets) == ("astm", {"Gen N"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[machine]]\nname = 'a'\nlink = 'fax'", "fax"),
        ("[[machine]]\nname = 'a'\nlink = 'mllp'", "needs address"),
        ("[[machine]]\nname = 'a'\nlink = 'astm-serial'", "needs a device"),
        ("[[machine]]\nname = 'a'\nlink = 'mllp'\naddress = 'x:1'\nboud = 1", "boud"),
        ("[[machine]]\nname = 'a'\nlink = 'mllp'\naddress = ':1'\n" * 2, "two machines"),
        ("[[machine", "cannot read"),
    ],
)
def test_a_wrong_file_of_machines_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(machines.MachinesError, match=said):
        machines.load(written(tmp_path, text))


def test_a_port_that_is_taken_is_said(database: Any, clock: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CannotListen, match="may-1"):
            Listener(database, machines.Machine("may-1", "mllp", address), clock).start()


def test_the_command_hears_and_ends_when_told(
    tmp_path: Path, settings: Any, database: Any, found: Any, quick: Any, kept: Any
) -> None:
    environment = {
        **os.environ,
        "GHEPMAU_DATA": settings.data,
        "GHEPMAU_DATABASE": settings.database,
        "GHEPMAU_MACHINES": written(tmp_path),
    }
    command = [sys.executable, "-m", "server.cli", "listen"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        port = int(said.rpartition(" ")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            message = astm(found, message_id="1", at=datetime(2026, 11, 23, tzinfo=UTC))
            analyser = AstmAnalyser(SocketStream(line), timers=quick)
            assert analyser.send(message) is Outcome.SENT
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert said.startswith("may-0: astm-tcp port")
    assert kept() == [message]
