"""The station's health: what it sees of itself, what it tells its server and Prometheus."""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from prometheus_client.parser import text_string_to_metric_families

from contract import signing
from contract.events import TubePaired
from contract.health import Heartbeat, decode
from device import machine, vitals
from device.backlog import Backlog, read_sent
from device.cli import main
from device.clock import boot_id
from device.config import Config, Health, Server, Table
from device.config import Kiosk as Screen
from device.enrolment import Office, Papers, Secrets
from device.health_cli import wrong_with
from device.heartbeat import Heart
from device.journal import Journal
from device.kiosk.server import Kiosk
from device.running import assemble
from device.upstream import HEARTBEAT, Upstream

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
PAPERS = Papers("ban-1", "Bàn 1", "", "sampling", SEALING, {}, server="http://127.0.0.1:9")
NOW = "2026-11-22T01:14:00+00:00"
PAUSE = threading.Event()  # never set: something to wait on


@dataclass
class Reply:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


@pytest.fixture
def hot_pi(tmp_path: Path) -> Path:
    """The files of a Pi that is hot and short of power."""
    root = tmp_path / "root"
    for name, text in {
        "sys/class/thermal/thermal_zone0/temp": "81600\n",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
    }.items():
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def config(tmp_path: Path, hot_pi: Path) -> Config:
    state = tmp_path / "state"
    office = Office(state)
    office.keep(PAPERS)
    office.keep_secrets(Secrets.mint())
    return Config(
        Table(state=str(state)),
        kiosk=Screen(port=0),
        server=Server(),
        health=Health(root=str(hot_pi)),
    )


def test_heat_and_voltage_are_read_where_a_pi_tells_them(hot_pi: Path, tmp_path: Path) -> None:
    found = machine.look(hot_pi, tmp_path)
    assert (found.celsius, found.undervoltage, found.throttled) == (81.6, True, True)
    assert found.disk_size
    assert found.disk_free is not None


def test_a_newer_kernel_tells_voltage_by_a_sensor(tmp_path: Path) -> None:
    sensor = tmp_path / "sys/class/hwmon/hwmon2"
    sensor.mkdir(parents=True)
    (sensor / "name").write_text("rpi_volt\n")
    (sensor / "in0_lcrit_alarm").write_text("0\n")
    assert machine.look(tmp_path, tmp_path).undervoltage is False


def test_a_machine_that_tells_nothing_is_not_sick(tmp_path: Path) -> None:
    assert machine.look(tmp_path, tmp_path / "none") == machine.Condition()


def work(config: Config, until: Callable[[], bool]) -> None:
    """Let a station work in a thread until something is so."""
    stop = threading.Event()

    def run() -> None:
        running = assemble(config, lambda _: None)
        with closing(running.station.journal):
            running.serve(stop)

    thread, give_up = threading.Thread(target=run), monotonic() + 20
    thread.start()
    while not until() and monotonic() < give_up:
        PAUSE.wait(0.02)
    stop.set()
    thread.join()


def test_the_loop_that_pairs_writes_how_it_is(config: Config) -> None:
    work(config, lambda: vitals.read(config.page_file) is not None)
    said = vitals.read(config.page_file)
    assert said is not None
    assert (said.station, said.journal, said.celsius, said.queue) == ("ban-1", "ok", 81.6, 1)
    assert said.software.startswith("ghepmau")
    age = vitals.age_of(said, boot_id())
    assert age is not None
    assert age < 20
    assert vitals.age_of(said, "another boot") is None


def test_health_says_in_a_sentence_whether_the_station_is_well(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "has said nothing" in wrong_with(None, boot_id())
    work(config, lambda: vitals.read(config.page_file) is not None)
    said = vitals.read(config.page_file)
    assert said is not None
    settings = tmp_path / "station.toml"
    settings.write_text('[station]\nstate = "state"\n')
    assert main(["health", "--config", str(settings)]) == 0
    assert "well" in capsys.readouterr().out
    assert "hangs" in wrong_with(said, "another boot")
    broken = msgspec.structs.replace(said, journal="trouble")
    assert "cannot be written" in wrong_with(broken, boot_id())


def heart(config: Config, address: str) -> Heart:
    return Heart(config, Office(config.folder), Backlog(config.folder), Upstream(address, 2.0))


def test_the_server_hears_how_a_station_is_signed_by_it(
    config: Config, serve: Callable[..., str], paired: Callable[..., TubePaired]
) -> None:
    with closing(Journal(config.folder / "journal", "ban-1")) as journal:
        journal.append(paired(1), paired(2))
    heard: list[Any] = []

    def answer(asked: Any) -> Reply:
        heard.append(asked)
        return Reply(body={"now": NOW})

    beating = heart(config, serve(answer))
    assert beating.turn()
    assert not beating.turn()  # the next one is due in a minute
    [asked] = heard
    said = decode(asked.body)
    assert (said.station, said.queue, said.silent_s, said.undervoltage) == ("ban-1", 2, None, True)
    message = signing.request_message("ban-1", "POST", HEARTBEAT, asked.body)
    key = Office(config.folder).secrets().key.public_key()
    signing.verify(key, message, asked.headers["X-Ghepmau-Signature"])
    assert read_sent(config.folder).server_now == NOW


def test_a_loop_that_fell_silent_is_told_of_by_uplink(
    config: Config, serve: Callable[..., str]
) -> None:
    work(config, lambda: vitals.read(config.page_file) is not None)
    said = vitals.read(config.page_file)
    assert said is not None
    old = msgspec.structs.replace(said, mono=max(0, said.mono - 90 * 10**9))
    vitals.write(config.page_file, old)
    beat = heart(config, serve(lambda _: Reply())).beat()
    assert beat.silent_s is not None
    assert beat.silent_s > 60


@pytest.mark.parametrize("reply", [Reply(404), Reply(500), Reply(hang_up=True), Reply(200, "odd")])
def test_a_server_that_does_not_hear_is_no_trouble(
    config: Config, serve: Callable[..., str], reply: Reply
) -> None:
    assert not heart(config, serve(lambda _: reply)).turn()


def ask(kiosk: Kiosk, path: str) -> tuple[int, str]:
    host, port = kiosk.address.removeprefix("http://").rstrip("/").split(":")
    asking = HTTPConnection(host, int(port), timeout=10)
    with closing(asking):
        asking.request("GET", path)
        answer = asking.getresponse()
        return answer.status, answer.read().decode()


def test_prometheus_reads_the_health_on_the_kiosks_port(config: Config) -> None:
    with closing(Kiosk(config)) as kiosk:
        kiosk.start()
        assert ask(kiosk, "/metrics") == (200, "")
        said = Heartbeat(
            station="ban-1", at=msgspec.convert(NOW, type=Heartbeat.__annotations__["at"]),
            trusted=True, boot=boot_id(), mono=0, celsius=61.5, devices={"reader": "lost"},
            refusals={"tube-used": 4},
        )  # fmt: skip
        vitals.write(config.page_file, said)
        status, text = ask(kiosk, "/metrics")
    assert status == 200
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["ghepmau_temperature_celsius",] == 61.5
    assert found["ghepmau_device_up", "reader"] == 0
    assert found["ghepmau_refusals_today", "tube-used"] == 4
    assert found["ghepmau_silent_seconds",] > 0
    assert ("ghepmau_disk_free_bytes",) not in found
