"""The systemd units: valid, locked down, and calling commands that exist."""

import configparser
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from device.cli import main as station
from server.cli import main as server

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "firmware_config" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
MOUNTS = sorted([*FOLDER.glob("*.mount"), *FOLDER.glob("*.timer")])
SERVER = {
    "ghepmau-anchor",
    "ghepmau-archive",
    "ghepmau-backup",
    "ghepmau-listen",
    "ghepmau-retention",
    "ghepmau-server",
    "ghepmau-work",
}
SCORES = dict(
    re.findall(r"\| `(ghepmau-\w+)` \| ([0-9.]+) \|", (ROOT / "docs/pi.md").read_text("utf-8"))
)
ANALYZE = shutil.which("systemd-analyze") or ""
Install = Callable[..., str]


class Unit(configparser.RawConfigParser):
    """An INI file whose keys may repeat: the last one counts here."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read_string(path.read_text("utf-8"))


@pytest.fixture
def machine(image: Path, install: Install) -> Path:
    """An image with everything that the units call."""
    install("station", "--screen")
    install("server")
    for name in ("opt/ghepmau/station/bin/ghepmau-station", "usr/bin/systemctl"):
        (image / name).parent.mkdir(parents=True, exist_ok=True)
        (image / name).touch(0o755)
    (image / "opt/ghepmau/server/bin").mkdir(parents=True)
    (image / "opt/ghepmau/server/bin/ghepmau-server").touch(0o755)
    shutil.copytree("/usr/lib/systemd/system", image / "usr/lib/systemd/system", symlinks=True)
    return image


def analyze(machine: Path, *arguments: str) -> str:
    if not ANALYZE:
        pytest.skip("systemd-analyze is not installed")
    command = [ANALYZE, f"--root={machine}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", [*UNITS, *MOUNTS], ids=lambda path: path.stem)
def test_systemd_has_no_complaint(unit: Path, machine: Path) -> None:
    assert analyze(machine, "verify", unit.name) == ""


def test_systemd_would_complain_of_a_word_that_it_does_not_know(machine: Path) -> None:
    file = machine / "etc/systemd/system/ghepmau-station.service"
    file.write_text(file.read_text("utf-8").replace("ProtectHome", "ProtectHouse"), "utf-8")
    assert "ProtectHouse" in analyze(machine, "verify", file.name)


def test_the_page_on_the_pi_tells_the_score_of_every_unit() -> None:
    assert set(SCORES) == {unit.stem for unit in UNITS}


@pytest.mark.parametrize("name", SCORES)
def test_a_unit_is_as_locked_down_as_the_page_on_the_pi_says(name: str, machine: Path) -> None:
    report = analyze(machine, "security", "--offline=true", f"{name}.service")
    found = re.search(r"exposure level for \S+: ([0-9.]+)", report)
    assert found is not None
    assert float(found[1]) <= float(SCORES[name])


def test_the_servers_units_may_write_wherever_the_documented_settings_say() -> None:
    docs = "\n".join(
        (ROOT / f"docs/{name}.md").read_text("utf-8") for name in ("server", "delivery")
    )
    named = r'^(?:data|vault|backups|archives|anchors|folder) = "(/[^"]+)"'
    paths = re.findall(named, docs, re.M)
    assert len(paths) >= 5
    for name in SERVER:
        service = Unit(FOLDER / f"{name}.service")["Service"]
        open_to_it = [f"/var/lib/{service['StateDirectory']}"]
        open_to_it += [each.lstrip("-") for each in service["ReadWritePaths"].split()]
        for path in paths:
            assert any(Path(path).is_relative_to(one) for one in open_to_it), (name, path)


def test_units_call_commands_that_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for unit in UNITS:
        program, *arguments = Unit(unit)["Service"]["ExecStart"].split()
        if not program.startswith("/opt/"):
            continue
        here = [str(tmp_path / "none.toml") if "/etc/" in one else one for one in arguments]
        run = server if program.endswith("server") else station
        assert run(here) in (1, 2)  # understood, and stopped by the settings that are not there
        assert "none.toml" in capsys.readouterr().err


def test_a_unit_waits_for_ready_only_where_its_program_says_so() -> None:
    spoken = {
        package: any(
            "NOTIFY_SOCKET" in path.read_text("utf-8") for path in (ROOT / package).rglob("*.py")
        )
        for package in ("device", "server")
    }
    for unit in UNITS:
        kind = Unit(unit)["Service"]["Type"]
        package = "server" if unit.stem in SERVER else "device"
        assert kind != "notify" or spoken[package], f"{unit.name} waits for what is never said"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_no_unit_gains_rights_or_runs_as_root_for_long(unit: Path) -> None:
    service = Unit(unit)["Service"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service.get("User", "root") != "root" or service["Type"] == "oneshot"


@pytest.mark.parametrize("name", ["station", "uplink", "kiosk"])
def test_a_program_of_the_station_that_hangs_is_started_again(name: str) -> None:
    service = Unit(FOLDER / f"ghepmau-{name}.service")["Service"]
    assert (service["Type"], service["Restart"]) == ("notify", "always")
    assert 0 < int(service["WatchdogSec"]) <= 180


def test_no_unit_is_more_exposed_than_we_would_ever_say() -> None:
    assert max(float(score) for score in SCORES.values()) <= 2.6


def test_every_timer_has_its_unit_and_makes_up_for_a_machine_that_was_off() -> None:
    timers = sorted(FOLDER.glob("*.timer"))
    assert len(timers) >= 2
    for timer in timers:
        assert Unit(timer)["Timer"]["Persistent"] == "yes"
        assert Unit(timer.with_suffix(".service"))["Service"]["Type"] == "oneshot"


def test_the_station_never_gives_up_starting() -> None:
    unit = Unit(FOLDER / "ghepmau-station.service")
    assert (unit["Service"]["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("always", "0")


def test_every_kind_of_device_that_the_station_may_use_is_loaded_before_it() -> None:
    loaded = set((FOLDER / "modules-load.conf").read_text("utf-8").split("\n"))
    assert {"usbserial", "cdc_acm", "uvcvideo"} <= loaded
