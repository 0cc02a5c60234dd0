"""A laboratory that listens, and analysers at the other ends of real sockets and terminals."""

import os
import socket
import tty
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic
from typing import Any

import pytest

from contract.tubes import TubeId
from server.db import Database
from server.lab import services as lab
from server.lab.imports.machines import Machine
from server.lab.imports.models import ImportFile
from server.lab.imports.stored import open_stored
from server.lab.links.astm_sender import Timers
from server.lab.links.listening import Listener
from server.lab.links.simulated.messages import Measured
from server.lab.links.streams import SerialStream, SocketStream, Stream

QUICK = Timers(reply=2.0, busy=0.1, machine_again=0.05, host_yields=0.1)
FOUND = (
    Measured(TubeId.mint(26, 1).text, "N", "24.1", "POSITIVE"),
    Measured(TubeId.mint(26, 2).text, "N", "", "NEGATIVE"),
)


@pytest.fixture
def tubes(database: Database, make_scene: Any, clock: Any) -> dict[str, TubeId]:
    """A tube that was paired and received."""
    with database.write() as session:
        scene = make_scene(session)
        tube: TubeId = scene.tube()
        scene.pair(tube, scene.person("Nguyễn Thị Mẫu"))
        lab.receive_tube(session, tube, box="H1", by="user:lan", now=clock())
    return {"ready": tube}


@pytest.fixture
def found() -> tuple[Measured, ...]:
    return FOUND


@pytest.fixture
def quick() -> Timers:
    return QUICK


@pytest.fixture
def listen(database: Database, clock: Any) -> Iterator[Callable[..., Listener]]:
    """Start a listener; every one is stopped in the end."""
    started: list[Listener] = []

    def listening(link: str, **how: Any) -> Listener:
        place = {"address": "127.0.0.1:0"} if link != "astm-serial" else {}
        machine = Machine(name=f"may-{len(started)}", link=link, **{**place, **how})  # type: ignore[arg-type]
        listener = Listener(database, machine, clock)
        listener.start()
        started.append(listener)
        return listener

    yield listening
    for each in started:
        each.stop()


@pytest.fixture
def call() -> Iterator[Callable[[Listener], Stream]]:
    """Open a line to a listener, as an analyser does."""
    lines: list[socket.socket] = []

    def calling(listener: Listener) -> Stream:
        line = socket.create_connection(("127.0.0.1", listener.port), timeout=5)
        lines.append(line)
        return SocketStream(line)

    yield calling
    for each in lines:
        each.close()


@pytest.fixture
def terminals() -> Iterator[tuple[Stream, str]]:
    """Two ends of a serial line: ours as a stream, the laboratory's as a device."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    stream = PtyStream(ours)
    yield stream, os.ttyname(theirs)
    os.close(theirs)
    stream.close()


class PtyStream(SerialStream):
    """The analyser's end of a pseudo-terminal."""

    def __init__(self, handle: int) -> None:
        self._port = os.fdopen(handle, "r+b", buffering=0)  # type: ignore[assignment]


@pytest.fixture
def kept(database: Database) -> Callable[[], list[bytes]]:
    """Everything that was kept, as it came."""

    def contents() -> list[bytes]:
        with database.read() as session:
            files = session.query(ImportFile).order_by(ImportFile.received_at, ImportFile.id).all()
        return [open_stored(database, each.id, each.size).read() for each in files]

    return contents


@pytest.fixture
def until() -> Callable[[Callable[[], object]], bool]:
    """Wait for what another thread does: a condition, at most ten seconds."""

    def waited(condition: Callable[[], object]) -> bool:
        pause, last = Event(), monotonic() + 10
        while not condition() and monotonic() < last:
            pause.wait(0.02)
        return bool(condition())

    return waited
