"""Another release of a server: its units stop, its database is copied, and both come back together.

Stand-ins (`stand_ins`) are put before the real programs; the script is the one that ships.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.firmware_config import stand_ins

SCRIPT = Path(__file__).parents[2] / "firmware_config" / "upgrade.sh"
SYSTEMCTL = """#!/bin/sh
program=$(readlink -f "$ROOT/opt/ghepmau/server/bin/ghepmau-server")
case $1 in
  is-enabled) grep -qx "$3" "$ROOT/enabled"; exit ;;
  is-active) grep -qx "$3" "$ROOT/enabled" && "$program" active; exit ;;
esac
echo "$*" >> "$ROOT/log"
[ "$1" != restart ] || "$program" start
"""
RUNUSER = '#!/bin/sh\nshift 3\nexec "$@"\n'
PROGRAM = """#!/bin/sh
# {name}
case $2 in --help) exit 0 ;; esac
case $1 in upgrade | go-back | ready) echo "{name} $1" >> "$ROOT/log" ;; esac
case $1 in stands) cat "$ROOT/stands"; exit ;; esac
[ "$1{moves}" != upgradeyes ] || [ "$(cat "$ROOT/stands")" = {name} ] || {{
  echo "$ROOT/$$.ghepmau-backup"
  echo {name} > "$ROOT/stands"
  touch "$ROOT/$$.counts"
}}
[ "$1" != upgrade ] || [ -z "{ended}" ] || ! mkdir "$ROOT/{name}-ended" || kill -{ended} $PPID
case $1 in {bad}) exit 1 ;; esac
for copy; do :; done
[ "$1" != go-back ] || [ -e "${{copy%.ghepmau-backup}}.counts" ] || exit 1
[ "$1" != go-back ] || echo first > "$ROOT/stands"
"""
STOPPED = (
    "stop ghepmau-backup.service ghepmau-anchor.service ghepmau-archive.service"
    " ghepmau-retention.service ghepmau-server ghepmau-work ghepmau-listen"
)
STARTED = "restart ghepmau-server ghepmau-work"


@dataclass
class Machine:
    """A server in a folder, with a worker beside it and a nightly backup."""

    root: Path

    def upgrade(
        self, name: str, bad: str = "nothing", *, moves: bool = False, ended: str = ""
    ) -> tuple[int, str]:
        """Bring a release whose program fails at *bad*; *moves*: it brings a migration.

        *ended*: the signal that the script gets when the database was brought over, once.
        """
        wheel = self.root / f"{name}.whl"
        moved = "yes" if moves else ""
        wheel.write_text(PROGRAM.format(name=name, bad=bad, moves=moved, ended=ended))
        tools = f"{self.root}/tools:{os.environ['PATH']}"
        command = [str(SCRIPT), "server", "--root", str(self.root), "--from", str(wheel)]
        done = subprocess.run(
            command, env={**os.environ, "ROOT": str(self.root), "PATH": tools},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    @property
    def running(self) -> str:
        program = self.root / "opt/ghepmau/server/bin/ghepmau-server"
        return program.read_text().splitlines()[1].removeprefix("# ")

    def log(self) -> list[str]:
        """Return what happened since this was asked last."""
        path = self.root / "log"
        lines = path.read_text().splitlines()
        path.write_text("")
        return [line for line in lines if ".timer" not in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    stand_ins.put(tmp_path, "ghepmau-server", systemctl=SYSTEMCTL, runuser=RUNUSER)
    (tmp_path / "etc/ghepmau").mkdir(parents=True)
    (tmp_path / "etc/ghepmau/server.toml").write_text("")
    (tmp_path / "stands").write_text("first\n")
    (tmp_path / "enabled").write_text("ghepmau-server\nghepmau-work\nghepmau-backup.timer\n")
    made = Machine(tmp_path)
    assert made.upgrade("first")[0] == 0
    made.log()
    return made


def test_every_unit_stops_before_the_database_moves_and_starts_with_the_new_release(
    machine: Machine,
) -> None:
    assert machine.upgrade("second", moves=True)[0] == 0
    timers = (machine.root / "log").read_text()
    assert "stop ghepmau-backup.timer" in timers
    assert "start ghepmau-backup.timer" in timers
    assert machine.log() == [STOPPED, "second upgrade", STARTED, "second ready"]
    assert machine.running == "second"


@pytest.mark.parametrize("bad", ["start", "active", "ready"])
def test_the_copy_comes_back_with_the_release_before_where_the_new_one_is_not_ready(
    machine: Machine, bad: str
) -> None:
    code, said = machine.upgrade("second", bad, moves=True)
    assert (code, machine.running) == (1, "first")
    assert "nothing had been written since" in said
    asked = ["second ready"] if bad == "ready" else []  # the newer program asks for both
    assert machine.log()[: 5 + len(asked)] == [
        STOPPED, "second upgrade", STARTED, *asked, STOPPED, "second go-back",
    ]  # fmt: skip


def test_without_a_migration_the_program_alone_goes_back(machine: Machine) -> None:
    assert machine.upgrade("second", "active")[0] == 1
    assert machine.running == "first"
    assert "second go-back" not in machine.log()


def test_nothing_is_taken_back_where_something_was_written_since(machine: Machine) -> None:
    code, said = machine.upgrade("second", "ready | go-back", moves=True)
    assert (code, machine.running) == (1, "second")
    assert "not going back" in said
    assert machine.log()[-1] == STARTED


def test_a_database_that_cannot_be_brought_over_stays_with_the_release_that_ran(
    machine: Machine,
) -> None:
    code, said = machine.upgrade("second", "upgrade")
    assert (code, machine.running) == (1, "first")
    assert "first goes on" not in said  # releases are named by what they hold
    assert machine.log() == [STOPPED, "second upgrade", STARTED, "second ready"]


def test_a_step_that_fails_after_the_database_moved_takes_it_back_or_goes_on_with_the_new(
    machine: Machine,
) -> None:
    assert machine.upgrade("second", "upgrade", moves=True)[0] == 1
    assert machine.running == "first"
    assert machine.log() == [STOPPED, "second upgrade", "second go-back", STARTED, "second ready"]
    code, said = machine.upgrade("third", "upgrade | go-back", moves=True)
    assert (code, machine.running) == (1, "third")  # the first could not open the database
    assert "not going back" in said
    assert machine.log() == [STOPPED, "third upgrade", "third go-back", STARTED]


def test_ended_from_outside_it_leaves_no_unit_stopped(machine: Machine) -> None:
    assert machine.upgrade("second", moves=True, ended="TERM")[0] == 1
    assert machine.running == "first"
    assert "start ghepmau-backup.timer" in (machine.root / "log").read_text()
    assert machine.log()[-3:] == ["second go-back", STARTED, "second ready"]
    assert machine.upgrade("third", moves=True, ended="HUP")[0] == 0  # a terminal that went away
    assert machine.running == "third"


@pytest.mark.parametrize(("bad", "runs"), [("ready", "first"), ("ready | go-back", "second")])
def test_cut_off_and_run_again_it_still_knows_the_copy(
    machine: Machine, bad: str, runs: str
) -> None:
    assert machine.upgrade("second", bad, moves=True, ended="KILL")[0] < 0
    assert machine.running == "first"
    code, said = machine.upgrade("second", bad, moves=True, ended="KILL")
    assert (code, machine.running) == (1, runs)
    assert ("not going back" in said) == (runs == "second")
    assert "second go-back" in machine.log()


def test_cut_off_between_copy_and_migration_it_goes_back_by_the_copy_of_the_second_run(
    machine: Machine,
) -> None:
    assert machine.upgrade("second", moves=True, ended="KILL")[0] < 0
    (machine.root / "stands").write_text("first\n")  # it was not brought over yet
    for counts in machine.root.glob("*.counts"):
        counts.unlink()
    code, said = machine.upgrade("second", "ready", moves=True, ended="KILL")
    assert len(list(machine.root.glob("*.counts"))) == 1, said
    assert (code, machine.running) == (1, "first")
    assert "nothing had been written since" in said


def test_it_does_not_go_back_to_a_release_that_cannot_open_the_database(machine: Machine) -> None:
    assert machine.upgrade("second", "ready", moves=True, ended="KILL")[0] < 0
    state = machine.root / "opt/ghepmau/server.upgrading"
    state.write_text("".join(state.read_text().splitlines(keepends=True)[:2]))  # the rest is lost
    code, said = machine.upgrade("second", "ready", moves=True, ended="KILL")
    assert (code, machine.running) == (1, "second")
    assert "no copy from before" in said
    assert machine.log()[-1] == STARTED
    assert not state.exists()
