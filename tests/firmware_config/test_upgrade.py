"""Another release: taken where it is healthy, and the one before comes back where it is not.

Stand-ins (`stand_ins`) are put before the real programs; the script is the one that ships.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.firmware_config import stand_ins

SCRIPT = Path(__file__).parents[2] / "firmware_config" / "upgrade.sh"
SYSTEMCTL = """#!/bin/sh
program=$(readlink -f "$ROOT/opt/ghepmau/station/bin/ghepmau-station")
echo "$1 $(head -n 2 "$program" | tail -n 1)" >> "$ROOT/log"
case $1 in
  restart) "$program" start ;;
  is-active) "$program" active ;;
esac
"""
PROGRAM = """#!/bin/sh
# {name}
case $1 in {bad}) exit 1 ;; esac
"""


@dataclass
class Pi:
    """A machine in a folder."""

    root: Path

    def release(self, name: str, bad: str = "nothing") -> Path:
        """Write a release whose program fails at *bad*: start, active, health or --help."""
        path = self.root / f"{name}.whl"
        path.write_text(PROGRAM.format(name=name, bad=bad))
        return path

    def upgrade(self, wheel: Path, *more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ, "ROOT": str(self.root), "PATH": f"{self.root}/tools:{os.environ['PATH']}",
        }  # fmt: skip
        command = [str(SCRIPT), "station", "--root", str(self.root), "--from", str(wheel), *more]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def running(self) -> str:
        """Return the name of the release that the link leads to."""
        program = self.root / "opt/ghepmau/station/bin/ghepmau-station"
        return program.read_text().splitlines()[1].removeprefix("# ")

    @property
    def releases(self) -> int:
        return len(list((self.root / "opt/ghepmau/releases").iterdir()))

    @property
    def restarts(self) -> list[str]:
        log = self.root / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.removeprefix("restart # ") for line in lines if line.startswith("restart")]


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    stand_ins.put(tmp_path, "ghepmau-station", systemctl=SYSTEMCTL)
    (tmp_path / "etc/ghepmau").mkdir(parents=True)
    (tmp_path / "etc/ghepmau/station.toml").write_text("")
    return Pi(tmp_path)


def test_a_healthy_release_is_taken_and_again_changes_nothing(pi: Pi) -> None:
    first = pi.release("first")
    assert pi.upgrade(first).returncode == 0
    assert pi.running == "first"
    again = pi.upgrade(first)
    assert (again.returncode, "runs already" in again.stdout) == (0, True)
    assert pi.restarts == ["first"]
    assert pi.upgrade(first, "--restart").returncode == 0
    assert pi.restarts == ["first", "first"]


@pytest.mark.parametrize("bad", ["start", "active", "health"])
def test_a_release_that_is_not_healthy_gives_way_to_the_one_before(pi: Pi, bad: str) -> None:
    pi.upgrade(pi.release("good"))
    done = pi.upgrade(pi.release("broken", bad))
    assert (done.returncode, pi.running) == (1, "good")
    assert "going back" in done.stdout
    assert pi.restarts == ["good", "broken", "good"]
    better = pi.upgrade(pi.release("better"))
    assert (better.returncode, pi.running) == (0, "better")


def test_a_release_that_cannot_even_be_asked_never_runs(pi: Pi) -> None:
    pi.upgrade(pi.release("good"))
    done = pi.upgrade(pi.release("broken", "--help"))
    assert (done.returncode, pi.running, pi.restarts) == (1, "good", ["good"])


def test_a_release_that_was_cut_off_while_it_was_made_is_made_anew(pi: Pi) -> None:
    wheel = pi.release("good")
    assert pi.upgrade(wheel).returncode == 0
    [made] = (pi.root / "opt/ghepmau/releases").iterdir()
    (made / "ready").unlink()
    (made / "bin/ghepmau-station").write_text("half")
    (pi.root / "opt/ghepmau/station").unlink()
    assert pi.upgrade(wheel).returncode == 0
    assert pi.running == "good"


def test_only_the_release_that_runs_and_the_one_before_stay(pi: Pi) -> None:
    for name in ("one", "two", "three", "four"):
        assert pi.upgrade(pi.release(name)).returncode == 0
    assert (pi.running, pi.releases) == ("four", 2)


def test_a_machine_that_is_not_set_up_gets_the_program_and_is_not_started(pi: Pi) -> None:
    (pi.root / "etc/ghepmau/station.toml").unlink()
    done = pi.upgrade(pi.release("first"))
    assert (done.returncode, pi.running, pi.restarts) == (0, "first", [])


@pytest.mark.parametrize("arguments", [[], ["kiosk"], ["station", "--from"]])
def test_a_call_that_says_nothing_useful_changes_nothing(arguments: list[str]) -> None:
    bash = shutil.which("bash") or "/bin/bash"
    assert subprocess.run([bash, SCRIPT, *arguments], capture_output=True).returncode != 0
