"""What the station's tests share: a station's name, a clock that stands, events to write."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import msgspec
import pytest

from contract.commands import Command
from contract.events import Event, ScanRefused, TubePaired
from contract.tubes import Tube, TubeId
from device.drafts import Drafts, Moment
from device.facts import Outcome, Paired, Person, Refused, ShiftClosed, ShiftOpened, Use, Voided
from device.inputs import CommandGiven, Input, PersonShown, TubeScanned
from device.ledger import Ledger
from device.pairing import step
from device.reasons import Refusal
from device.stages import Rules, State

MORNING = Moment(datetime(2026, 11, 22, 1, 14, tzinfo=UTC), True, "boot-1", 10**9)  # noqa: FBT003
DRAFTS = Drafts("ban-1", "vn-2021:24.222.07")


def draft_pair(number: int, tag: str | None = None) -> TubePaired:
    person = Person(tag or f"{number:016x}", "citizen-card", "sealed" * 40)
    pair = Paired(TubeId.mint(26, number), person, "person-first", 2500)
    event = DRAFTS.of(pair, MORNING, Ledger())
    if not isinstance(event, TubePaired):
        raise TypeError(event)
    return event


def draft_refusal() -> Event:
    event = DRAFTS.of(Refused(Refusal.TUBE_MISREAD), MORNING, Ledger())
    if not isinstance(event, ScanRefused):
        raise TypeError(event)
    return event


class Table:
    """A table with the machine on it, and a memory of what was paired."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.state = rules, State()
        self.live: dict[str, frozenset[str]] = {}
        self.shift_open = False

    def use_of(self, tube: str) -> Use | None:
        return Use(self.live[tube]) if tube in self.live else None

    def tubes_today(self, tag: str) -> int:
        return sum(tag in tags for tags in self.live.values())

    def see(self, event: Input) -> Sequence[Outcome]:
        self.state, outcomes = step(self.state, event, self, self.rules)
        for outcome in outcomes:
            if isinstance(outcome, Paired):
                self.live[outcome.tube.text] = self.live.get(
                    outcome.tube.text, frozenset()
                ) | frozenset({outcome.person.tag})
            if isinstance(outcome, ShiftOpened | ShiftClosed):
                self.shift_open = isinstance(outcome, ShiftOpened)
            if isinstance(outcome, Voided):
                self.live[outcome.tube] -= {outcome.tag}
        return outcomes

    def person(self, person: Person, at: float) -> Sequence[Outcome]:
        return self.see(PersonShown(person, at))

    def tube(self, tube: Tube, at: float) -> Sequence[Outcome]:
        return self.see(TubeScanned(tube, at))

    def order(self, command: Command, at: float) -> Sequence[Outcome]:
        return self.see(CommandGiven(command, at))


@pytest.fixture
def table() -> Table:
    return Table(Rules())


@pytest.fixture
def table_with() -> Callable[[Rules], Table]:
    return Table


@pytest.fixture
def paired() -> Callable[..., TubePaired]:
    """Give a draft of the pairing of tube *number*."""
    return draft_pair


@pytest.fixture
def refused() -> Event:
    return draft_refusal()


@pytest.fixture
def drafts() -> Drafts:
    return DRAFTS


@pytest.fixture
def morning() -> Moment:
    return MORNING


class Reply(Protocol):
    """One answer; `hang_up` closes the connection without a word."""

    status: int
    body: object
    headers: dict[str, str]
    hang_up: bool


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    body: bytes
    headers: dict[str, str]


Script = Callable[[Asked], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.path, self.rfile.read(length), dict(self.headers))
        reply = self.server.script(asked)
        if reply.hang_up:
            self.close_connection = True
            return
        body = b"" if reply.body is None else msgspec.json.encode(reply.body)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Script


@pytest.fixture
def serve() -> Iterator[Callable[[Script], str]]:
    """Give real HTTP servers that answer as their script says; each has a port of its own."""
    running: list[tuple[_Server, threading.Thread]] = []

    def started(script: Script) -> str:
        server = _Server(("127.0.0.1", 0), _Handler)
        server.script = script
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield started
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()
