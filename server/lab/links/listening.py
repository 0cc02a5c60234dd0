"""Listen to every machine of the laboratory, each on a thread of its own, until told to stop.

A line that ends is waited for again; a serial adapter that was pulled out is opened again.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event, Thread

from contract.spoken import Spoken
from server.db import Database
from server.lab.imports.machines import Machine
from server.lab.links.inbox import Clock, Inbox
from server.lab.links.serving import Stopped, serve_astm, serve_mllp
from server.lab.links.streams import Gone, SerialStream, SocketStream, Stream

log = logging.getLogger(__name__)
AGAIN_SECONDS = 2.0
ACCEPT_SECONDS = 0.5
LINES = 32  # of one machine at once
Serve = Callable[[Stream, Inbox, Stopped], None]


class CannotListen(Spoken):
    """A port is taken or not ours to take."""


class Listener:
    """One machine's line."""

    def __init__(self, database: Database, machine: Machine, clock: Clock) -> None:
        self.machine = machine
        self._inbox = Inbox(database, machine, clock)
        self._stopping = Event()
        self.opened = Event()  # the serial port is open
        self._threads: list[Thread] = []
        self._server: socket.socket | None = None
        self._serve: Serve = serve_mllp if machine.link == "mllp" else serve_astm

    @property
    def port(self) -> int:
        """Return the TCP port that we listen on, 0 for a serial line."""
        return int(self._server.getsockname()[1]) if self._server else 0

    @property
    def where(self) -> str:
        """Return where we listen, as a person would type it into the machine."""
        return f"port {self.port}" if self._server else self.machine.device

    def start(self) -> None:
        """Begin; raise CannotListen where the port is not free."""
        if self.machine.link == "astm-serial":
            self._spawn(self._serial)
            return
        try:
            self._server = socket.create_server(self.machine.endpoint, reuse_port=False)
        except (OSError, OverflowError) as error:
            raise CannotListen(f"{self.machine.name}: {self.machine.address}: {error}") from error
        self._server.settimeout(ACCEPT_SECONDS)
        self._spawn(self._accept)

    def stop(self) -> None:
        """Let the message in hand be kept, then end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)
        if self._server is not None:
            self._server.close()

    def _spawn(self, run: Callable[[], None]) -> None:
        thread = Thread(target=run, name=f"machine {self.machine.name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while self._server is not None and not self._stopping.is_set():
            self._threads = [each for each in self._threads if each.is_alive()]
            if len(self._threads) > LINES:
                self._stopping.wait(ACCEPT_SECONDS)
                continue
            try:
                connection, address = self._server.accept()
            except TimeoutError:
                continue
            except OSError as error:
                log.warning("%s: %s", self.machine.name, error)
                self._stopping.wait(AGAIN_SECONDS)
                continue
            log.info("%s called from %s", self.machine.name, address[0])
            self._spawn(partial(self._talk, SocketStream(connection)))

    def _talk(self, stream: Stream) -> None:
        try:
            self._serve(stream, self._inbox, self._stopping.is_set)
        finally:
            stream.close()

    def _serial(self) -> None:
        while not self._stopping.is_set():
            try:
                port = SerialStream(self.machine.device, self.machine.baud)
                self.opened.set()
                self._talk(port)
            except Gone as gone:
                log.warning("%s: %s; trying again", self.machine.name, gone)
            self._stopping.wait(AGAIN_SECONDS)


def listeners_of(database: Database, machines: Sequence[Machine], clock: Clock) -> list[Listener]:
    """Return a listener for each machine, not started yet."""
    return [Listener(database, each, clock) for each in machines]


def listen(
    database: Database,
    machines: Sequence[Machine],
    clock: Clock,
    *,
    told: Callable[[str], None],
    stopping: Event,
) -> None:
    """Listen to all of *machines* until *stopping* is set.  Raises CannotListen."""
    started: list[Listener] = []
    try:
        for each in listeners_of(database, machines, clock):
            each.start()
            started.append(each)
            told(f"{each.machine.name}: {each.machine.link} {each.where}")
        stopping.wait()
    finally:
        for each in started:
            each.stop()
