"""The installer: twice is as good as once, and nothing of others is lost."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from device import config

FIRMWARE = Path(__file__).parents[2] / "firmware_config"
ROOT = FIRMWARE.parent
SCRIPTS = sorted(
    path for place in ("firmware_config", "pi", "tools") for path in (ROOT / place).rglob("*.sh")
)
Install = Callable[..., str]


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_second_run_changes_nothing(image: Path, install: Install) -> None:
    install("station", "--screen")
    first = tree(image)
    assert install("station", "--screen").splitlines()[-1].startswith("0 changed")
    assert tree(image) == first


def test_the_program_answers_to_its_name_and_what_others_put_there_stays(
    image: Path, install: Install
) -> None:
    install("station")
    name = image / "usr/local/bin/ghepmau-station"
    assert str(name.readlink()) == "/opt/ghepmau/station/bin/ghepmau-station"
    name.unlink()
    name.write_text("somebody else's")
    assert "left alone" in install("station")
    assert name.read_text() == "somebody else's"


def test_a_file_that_was_spoilt_is_put_right(image: Path, install: Install) -> None:
    install("station")
    rules = image / "etc/udev/rules.d/99-ghepmau.rules"
    rules.write_text("")
    assert "99-ghepmau.rules" in install("station")
    assert rules.read_bytes() == (FIRMWARE / "udev/99-ghepmau.rules").read_bytes()


def test_what_others_wrote_into_the_boot_files_stays(image: Path, install: Install) -> None:
    install("station")
    text = (image / "boot/firmware/config.txt").read_text()
    assert text.startswith("# For more options see the web\n[all]\ndtparam=i2c_arm=on\n")
    assert text.count("enable_uart=1") == text.count("# --- ghepmau\n") == 1


def test_the_console_leaves_the_readers_port_and_the_rest_of_the_line_stays(
    image: Path, install: Install
) -> None:
    install("station")
    [line] = (image / "boot/firmware/cmdline.txt").read_text().splitlines()
    words = line.split(" ")
    assert words[:3] == ["console=tty1", "root=PARTUUID=1-02", "rootwait"]
    assert {"panic=10", "fsck.repair=yes"} <= set(words)


def test_a_server_gets_no_station(image: Path, install: Install) -> None:
    install("server")
    placed = tree(image)
    assert "etc/systemd/system/ghepmau-server.service" in placed
    assert not [path for path in placed if "station.service" in path or "udev" in path]
    assert "ghepmau" not in (image / "boot/firmware/config.txt").read_text()


TIMERS = [f"ghepmau-{name}.timer" for name in ("backup", "anchor", "retention", "archive")]


def enabled(said: str) -> list[str]:
    [line] = [each for each in said.splitlines() if each.startswith("to be enabled")]
    return [word for word in line.split() if word.endswith(".timer")]


def test_a_machine_that_serves_beside_another_makes_no_archives(
    image: Path, install: Install
) -> None:
    assert enabled(install("server", "--without-timers")) == []
    assert (image / "etc/systemd/system/ghepmau-archive.timer").exists()


def test_a_timer_that_somebody_turned_off_stays_off_and_one_of_a_newer_release_begins(
    image: Path, install: Install
) -> None:
    assert enabled(install("server")) == TIMERS
    assert enabled(install("server")) == TIMERS, "it was cut off before the program was there"
    (image / "opt/ghepmau/server").mkdir(parents=True)
    assert enabled(install("server")) == []
    (image / "etc/systemd/system/ghepmau-archive.timer").unlink()
    assert enabled(install("server")) == ["ghepmau-archive.timer"]


def test_on_a_server_the_watchdog_is_left_to_patroni(image: Path, install: Install) -> None:
    ours, settings = FIRMWARE / "systemd/watchdog.conf", "etc/systemd/system.conf.d/ghepmau.conf"
    install("server")
    assert settings not in tree(image)
    (image / settings).parent.mkdir(parents=True)
    shutil.copy(ours, image / settings)
    install("server")
    assert settings not in tree(image), "an earlier release put it there"
    (image / settings).write_text("[Manager]\nRuntimeWatchdogSec=1h\n")
    install("server")
    assert settings in tree(image), "somebody's own stays"


def test_a_station_keeps_its_watchdog_where_a_server_comes_beside_it(
    image: Path, install: Install
) -> None:
    for role in ("station", "server"):
        install(role)
    assert "etc/systemd/system.conf.d/ghepmau.conf" in tree(image)


@pytest.mark.parametrize("arguments", [[], ["kiosk"], ["--root", "x"]])
def test_a_call_that_says_nothing_useful_changes_nothing(arguments: list[str]) -> None:
    bash = shutil.which("bash") or "/bin/bash"
    done = subprocess.run([bash, FIRMWARE / "install.sh", *arguments], capture_output=True)
    assert done.returncode == 2


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_bash_reads_every_script_and_shellcheck_has_no_complaint(script: Path) -> None:
    bash = shutil.which("bash") or "/bin/bash"
    subprocess.run([bash, "-n", script], check=True)
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed: apt-get install shellcheck")
    subprocess.run([shellcheck, script], check=True)
    assert script.stat().st_mode & 0o111


def test_the_settings_of_a_pi_are_settings_that_the_station_takes() -> None:
    loaded = config.load(FIRMWARE / "image" / "station.toml")
    assert loaded.reader.port == "/dev/ghepmau/reader"
    assert loaded.camera.source == "/dev/ghepmau/camera"


def test_sysctl_and_boot_files_say_each_thing_once_and_with_its_reason() -> None:
    for name in ("image/sysctl.conf", "boot/config.txt", "boot/cmdline.txt"):
        lines = (FIRMWARE / name).read_text("utf-8").splitlines()
        said = [line for line in lines if line and not line.startswith("#")]
        assert len(said) == len(set(said))
        assert lines[0].startswith("#")


DISK = """#!/bin/sh
case $(basename "$0"):$3 in
  blkid:TYPE) echo "$TYPE" ;;
  blkid:LABEL) echo "$NAME" ;;
  *) echo "$@" >> "$LOG" ;;
esac
"""


@pytest.mark.parametrize(
    ("kind", "name", "formats", "fine"),
    [
        ("", "", True, True),
        ("ext4", "ghepmau-data", False, True),
        ("vfat", "HOLIDAY", False, False),
        ("ext4", "rootfs", False, False),
    ],
)
def test_only_an_empty_partition_is_formatted(
    kind: str, name: str, tmp_path: Path, *, formats: bool, fine: bool
) -> None:
    for tool in ("blkid", "mkfs.ext4"):
        (tmp_path / tool).write_text(DISK)
        (tmp_path / tool).chmod(0o755)
    fstab, log = tmp_path / "fstab", tmp_path / "log"
    fstab.write_text("proc /proc proc defaults 0 0\n")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "FSTAB": str(fstab), "LOG": str(log)}
    command = [str(FIRMWARE / "image/prepare-data.sh"), "/dev/nothing3"]
    for _ in range(2):
        done = subprocess.run(command, env={**environment, "TYPE": kind, "NAME": name})
        assert (done.returncode == 0) == fine
    assert log.exists() == formats
    assert fstab.read_text().count("LABEL=ghepmau-data") == (1 if fine else 0)
