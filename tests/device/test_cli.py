"""The station as a program: enrolled over HTTP, with a camera, a reader, and a kill in between."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.events import decode, decode_batch
from contract.lots import LotWire
from contract.tubes import TubeId
from device.cli import main
from device.drivers.simulated.mjpeg import MjpegCamera
from device.drivers.simulated.reader import PtyReader
from device.drivers.simulated.scene import Held, Scene, render

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
PAPERS = {
    "station": "ban-1",
    "label": "Bàn 1",
    "place": "vn-2021:24.222.07",
    "duty": "sampling",
    "sealing_key": SEALING,
    "card_keys": {},
    "now": "2026-11-22T01:14:00+00:00",
}
CITIZEN = "024191000001||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021".encode()
OTHER = "024191000002||Trần Thị Mẫu|01021992|Nữ|Xã Mẫu|01012021".encode()


@dataclass
class Reply:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


@dataclass
class Server:
    """Enrols with the code 'good', issues one lot, and keeps what is uploaded."""

    events: list[bytes] = field(default_factory=list)

    def __call__(self, asked: Any) -> Reply:
        if asked.path.endswith("/enrol"):
            if b'"good"' in asked.body:
                return Reply(body=PAPERS)
            said = {"code": "used", "message": "Mã đã dùng.", "message_en": "The code is used."}
            return Reply(403, said)
        if asked.path.endswith("/lots"):
            return Reply(body=[LotWire("L-1", 26, 0, 99)])
        if asked.path.endswith("/roster"):
            return Reply(404)
        if asked.path.endswith("/me"):
            return Reply(body=PAPERS)
        events = [bytes(raw) for raw in decode_batch(asked.body).events]
        self.events += events
        return Reply(body={"stored": len(events), "known": 0, "now": PAPERS["now"]})


class Program:
    """A running station, and the lines it prints."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-m", "device.cli", "run", "--json", "--config", str(config)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.put(msgspec.json.decode(line))

    def says(self, *outcomes: str, seconds: float = 20.0) -> dict[str, Any]:
        until = monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.01, until - monotonic()))
            if line["outcome"] in outcomes:
                return line

    def end(self, *, kill: bool = False) -> int:
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        code = self.process.wait(15)
        self._thread.join()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@dataclass
class Hands:
    """The camera and the reader of a table, and its settings."""

    config: Path
    camera: MjpegCamera
    reader: PtyReader

    def hold_up(self, code: bytes) -> None:
        rng = np.random.default_rng(1)
        scene = Scene(tilt=10, noise=3, blur=0.5)
        self.camera.show([render([Held(code)], scene, rng) for _ in range(3)])


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def hands(tmp_path: Path, server: Server, serve: Callable[[Server], str]) -> Iterator[Hands]:
    enrol = ["enrol", "--server", serve(server), "--code", "good", "--state"]
    assert main([*enrol, str(tmp_path / "state")]) == 0
    with MjpegCamera(fps=12) as camera, closing(PtyReader(tmp_path / "reader")) as reader:
        config = tmp_path / "station.toml"
        config.write_text(
            f"""
            [station]
            state = "state"
            [camera]
            source = "{camera.url}"
            [reader]
            port = "{reader.path}"
            [server]
            every_seconds = 0.1
            refresh_seconds = 1.0
            """
        )
        yield Hands(config, camera, reader)


def test_a_day_with_a_kill_in_it_loses_no_confirmed_pair(hands: Hands, server: Server) -> None:
    tubes = [TubeId.mint(26, number).text for number in range(2)]
    station = Program(hands.config)
    try:
        assert station.says("ready", seconds=30)
        hands.hold_up(CITIZEN)
        assert station.says("person-held")["vi"].startswith("N●●●●● Thị M●● · 1991")
        scanned = station_pairs(hands, station, tubes[0])
        station.end(kill=True)
        hands.camera.show(None)
        station = Program(hands.config)
        assert station.says("ready", seconds=30)
        hands.hold_up(OTHER)
        station.says("person-held")
        hands.reader.scan(tubes[0])
        assert station.says("refused")["reason"] == "tube-used"
        second = station_pairs(hands, station, tubes[1])
        assert arrived(server, {scanned, second})
    finally:
        code = station.end()
    assert code == 0
    assert main(["journal", "verify", "--config", str(hands.config)]) == 0


def station_pairs(hands: Hands, station: Program, tube: str) -> str:
    hands.reader.scan(tube)
    return str(station.says("paired")["event"])


def arrived(server: Server, wanted: set[str]) -> bool:
    """Wait until the server has the events *wanted*."""
    until, nothing = monotonic() + 20, threading.Event()
    while monotonic() < until and not wanted <= sent(server):
        nothing.wait(0.05)
    return wanted <= sent(server)


def sent(server: Server) -> set[str]:
    return {str(decode(event).id) for event in server.events}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "--config", "nowhere.toml"], "cannot be read"),
        (["enrol", "--server", "x", "--code", "c", "--state", "s"], "no server's address"),
        (
            ["enrol", "--server", "http://127.0.0.1:9", "--code", "c", "--state", "s"],
            "does not answer",
        ),
    ],
)
def test_what_can_go_wrong_is_told_in_a_sentence(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 1
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


def test_a_station_that_is_not_enrolled_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    config.write_text('[station]\nstate = "state"\n')
    assert main(["run", "--config", str(config)]) == 1
    assert "enrol this station first" in capsys.readouterr().err
    assert main(["config", "check", "--config", str(config)]) == 0
    assert "not enrolled yet" in capsys.readouterr().out
