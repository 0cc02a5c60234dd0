"""The line to systemd, listened to as systemd would: a datagram socket of the real kind."""

import socket
import threading
from collections.abc import Iterator, Set
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from device.config import Config, Table
from device.config import Kiosk as Screen
from device.drivers import Button
from device.drivers.simulated.panel import SimulatedPanel
from device.enrolment import Office, Papers, Secrets
from device.kiosk.server import serve as serve_kiosk
from device.notify import Notifier
from device.running import assemble
from device.uplink_process import Ended

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
PAPERS = Papers("ban-1", "Bàn 1", "", "sampling", SEALING, {}, server="http://127.0.0.1:9")


class Systemd:
    """What systemd hears."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))

    @property
    def environment(self) -> dict[str, str]:
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": "200000"}  # a feed each 50 ms

    def heard(self, patience: float = 10.0) -> str:
        """Return the next word, or '' where none comes in time."""
        self._socket.settimeout(patience)
        try:
            return self._socket.recv(4096).decode()
        except TimeoutError:
            return ""

    def hears(self, word: str) -> bool:
        """Return whether *word* comes, whatever comes before it."""
        while said := self.heard():
            if said == word:
                return True
        return False

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with closing(Systemd(tmp_path)) as listening:
        yield listening


class StuckPanel(SimulatedPanel):
    """Buttons that are never read to their end, once `stuck` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck, self.free = threading.Event(), threading.Event()

    def pressed(self) -> Set[Button]:
        if self.stuck.is_set():
            self.free.wait(20)
        return super().pressed()


class Working:
    """A station at work in a thread of its own."""

    def __init__(self, state: Path, systemd: Systemd) -> None:
        office = Office(state)
        office.keep(PAPERS)
        office.keep_secrets(Secrets.mint())
        self.panel, self.stop = StuckPanel(), threading.Event()
        self._config, self._systemd = Config(Table(state=str(state))), systemd
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        running = assemble(self._config, lambda _: None)
        running.life.notifier = Notifier(self._systemd.environment)
        running.station.panel = self.panel
        with closing(running.station.journal):
            running.serve(self.stop)

    def close(self) -> None:
        self.stop.set()
        self.panel.free.set()
        self._thread.join()


@pytest.fixture
def working(tmp_path: Path, systemd: Systemd) -> Iterator[Working]:
    with closing(Working(tmp_path / "state", systemd)) as station:
        yield station


def test_a_station_is_ready_once_it_works_feeds_while_it_turns_and_says_goodbye(
    working: Working, systemd: Systemd
) -> None:
    assert systemd.heard() == "READY=1"
    assert [systemd.heard() for _ in range(3)] == ["WATCHDOG=1"] * 3
    working.stop.set()
    assert systemd.hears("STOPPING=1")


def test_a_loop_that_hangs_feeds_no_more(working: Working, systemd: Systemd) -> None:
    assert systemd.hears("WATCHDOG=1")
    working.panel.stuck.set()
    while systemd.heard(0.5):
        pass  # what was under way
    assert systemd.heard(0.5) == ""


def test_what_is_wrong_stands_in_the_status(systemd: Systemd) -> None:
    notifier = Notifier(systemd.environment)
    notifier.alive("the disk is full\nREADY=1")
    assert systemd.heard() == "STATUS=the disk is full READY=1"
    assert systemd.heard() == "WATCHDOG=1"
    notifier.alive("the disk is full\nREADY=1")
    notifier.alive("")
    assert systemd.heard() == "STATUS="


def test_the_uplink_feeds_while_it_waits(systemd: Systemd) -> None:
    ended = Ended(threading.Event(), None, Notifier(systemd.environment))
    assert not ended.within(0.6, "no network")
    assert systemd.heard() == "STATUS=no network"
    assert [systemd.heard(0.1) for _ in range(2)] == ["WATCHDOG=1"] * 2


def test_the_kiosk_is_ready_once_it_listens(
    tmp_path: Path, systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in systemd.environment.items():
        monkeypatch.setenv(name, value)
    stop = threading.Event()
    config = Config(Table(state=str(tmp_path)), kiosk=Screen(port=0))
    thread = threading.Thread(target=serve_kiosk, args=(config, stop))
    thread.start()
    assert systemd.heard() == "READY=1"
    assert systemd.heard() == "WATCHDOG=1"  # its own server has answered
    stop.set()
    assert systemd.hears("STOPPING=1")
    thread.join()


def test_without_systemd_nothing_is_said_and_nothing_breaks(systemd: Systemd) -> None:
    for environment in (
        {},
        {"NOTIFY_SOCKET": str(systemd.path) + "-gone", "WATCHDOG_USEC": "100"},
        {"NOTIFY_SOCKET": "@ghepmau-nobody-is-there"},
    ):
        notifier = Notifier(environment)
        notifier.ready()
        notifier.alive("x")
        notifier.stopping()


def test_a_watchdog_that_is_meant_for_our_parent_is_not_fed_by_us(systemd: Systemd) -> None:
    Notifier(systemd.environment | {"WATCHDOG_PID": "1"}).alive()
    assert systemd.heard(0.1) == ""
