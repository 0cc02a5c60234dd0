"""The kiosk beside a running station: neither needs the other, and names stay masked."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.cli import main
from device.drivers.simulated.reader import PtyReader
from device.enrolment import Office, Papers, Secrets
from device.lines import Page

PAUSE = threading.Event()  # never set: something to wait on
PEOPLE = [f"02419100000{number}||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021" for number in (1, 2)]


@dataclass
class Table:
    """A station with a reader and a screen, as processes."""

    config: Path
    port: int
    reader: PtyReader
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "device.cli", "run", "--no-uplink", "--config"]
        self.process = subprocess.Popen(
            [*command, str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code, self.process = self.process.wait(15), None
        return code

    def screen(self) -> str:
        """Return the screen's main part; nothing where there is no screen now."""
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                connection.request("GET", "/")
                return connection.getresponse().read().decode().partition("<main")[2]
        except (OSError, HTTPException):
            return ""

    def shows(self, word: str, seconds: float = 20.0) -> bool:
        return soon(lambda: word in self.screen().partition("</main>")[0], seconds)

    def page(self) -> Page:
        return msgspec.json.decode((self.config.parent / "state.json").read_bytes(), type=Page)

    def child(self) -> int:
        """Return the kiosk's process."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"device.kiosk" in words and str(self.config).encode() in words:
                return int(folder.name)
        return 0


def soon(true: Callable[[], bool], seconds: float) -> bool:
    until = monotonic() + seconds
    while not true() and monotonic() < until:
        PAUSE.wait(0.05)
    return true()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    sealing = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
    office = Office(tmp_path)
    office.keep_secrets(Secrets.mint())
    office.keep(Papers("ban-1", "Bàn 1", "", "sampling", sealing, {}))
    office.keep_lots(IssuedLots((LotWire("L-1", 26, 0, 99), LotWire("L-2", 90, 0, 9))))
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with closing(PtyReader(tmp_path / "reader")) as reader:
        config = tmp_path / "station.toml"
        config.write_text(
            f'[station]\nstate = "."\n[reader]\nport = "{reader.path}"\n'
            f"[kiosk]\non = true\nport = {port}\n"
        )
        started = Table(config, port, reader)
        yield started
        started.end()


def test_the_screen_follows_the_station_and_neither_needs_the_other(table: Table) -> None:
    table.start()
    assert table.shows("QUÉT MÃ NGƯỜI", 30)
    table.reader.scan(PEOPLE[0], aim="]Q1")
    assert table.shows("N●●●●● Thị M●●")
    assert table.shows("· 1991")
    table.reader.scan(TubeId.mint(26, 1).text)
    assert table.shows(TubeId.mint(26, 1).text[-4:])

    os.kill(table.child(), signal.SIGKILL)  # the screen's process dies: pairing goes on
    table.reader.scan(PEOPLE[1], aim="]Q1")
    assert soon(lambda: table.page().held.kind == "person", 5)
    table.reader.scan(TubeId.mint(26, 2).text)
    assert soon(lambda: len(table.page().pairs) == 2, 5)
    tail = TubeId.mint(26, 2).text[-4:]
    assert soon(lambda: tail in table.screen(), 30)  # and the screen comes back by itself

    assert "Nguyễn" not in (table.config.parent / "state.json").read_text("utf-8")
    assert table.end() == 0
    assert soon(lambda: table.screen() == "", 5)


def test_a_pool_is_shown_with_masked_names_and_a_restart_keeps_the_pairs(table: Table) -> None:
    table.start()
    assert table.shows("QUÉT MÃ NGƯỜI", 30)
    table.reader.scan(TubeId.mint(90, 1).text)
    assert table.shows("GỘP")
    for code in PEOPLE:
        table.reader.scan(code, aim="]Q1")
    assert table.shows("<b>2/5</b>")
    assert table.page().held.names == ["N●●●●● Thị M●●"] * 2
    table.end(signal.SIGKILL)
    table.start()
    assert soon(lambda: table.page().held.names == ["?", "?"], 30)
    assert table.shows("<b>2/5</b>", 30)
    assert [pair.mark for pair in table.page().pairs] == ["pool", "pool"]


def test_a_kiosk_of_its_own_sees_the_station_fall_silent_and_come_back(table: Table) -> None:
    table.config.write_text(table.config.read_text("utf-8").replace("on = true", "on = false"))
    command = [sys.executable, "-m", "device.kiosk", "--config", str(table.config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as kiosk:
        assert table.shows("ĐANG NỐI VỚI TRẠM")
        table.start()
        assert table.shows("QUÉT MÃ NGƯỜI", 30)
        table.end(signal.SIGKILL)
        assert table.shows("TRẠM KHÔNG TRẢ LỜI")
        table.start()
        assert table.shows("QUÉT MÃ NGƯỜI", 30)
        table.end()
        assert table.shows("TRẠM ĐÃ DỪNG")
        kiosk.terminate()
    assert kiosk.returncode == 0


def test_the_kiosks_process_loads_no_camera_and_no_station() -> None:
    heavy = ("cv2", "numpy", "zxingcpp", "device.station")
    code = f"import sys, device.kiosk.__main__; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_a_slip_in_the_settings_is_told_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    config.write_text("[station]\nstate = 's'\n[kiosk]\nlanguage = 'fr'\n")
    assert main(["kiosk", "--config", str(config)]) == 1
    assert "kiosk.language" in capsys.readouterr().err
