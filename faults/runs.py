"""Runs the scripted table under a fault, and compares what it told with what its journal holds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from contract.events import Event, PairingVoided, TubePaired, decode
from device.clock import SystemClock
from device.drafts import Drafts
from device.journal import Journal, check_file
from device.journal_file import files_of
from faults.table import STATION, Told

TABLE = (sys.executable, "-B", "-m", "faults.table")
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename")


@dataclass
class Run:
    """How a run ended and what it told."""

    code: int
    told: list[Told]
    said: str  # on standard error

    @property
    def beeped(self) -> set[str]:
        return {line.event for line in self.told if line.event}

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.told)


def needs(*programs: str) -> None:
    """Skip the test with a plain reason where one of *programs* is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: `make faults` installs it where apt can")


def among_others(settings: dict[str, str]) -> dict[str, str]:
    """Return an environment with these settings of ours, and none of whoever runs the tests."""
    others = {name: said for name, said in os.environ.items() if not name.startswith("GHEPMAU_")}
    return others | settings


def run(
    folder: Path,
    *options: str,
    under: Sequence[str] = (),
    environment: dict[str, str] | None = None,
) -> Run:
    """Let the table work in *folder* to its end, under a fault if one is given."""
    done = subprocess.run(
        [*under, *TABLE, str(folder), *options],
        capture_output=True,
        timeout=120,
        check=False,
        env=among_others(environment or {}),
    )
    return Run(done.returncode, told_in(done.stdout), done.stderr.decode(errors="replace"))


def ended(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run *command* to its end; return its code."""
    return subprocess.run(
        command, env=among_others(environment), capture_output=True, timeout=120, check=False
    ).returncode


def told_in(printed: bytes) -> list[Told]:
    """Read the lines that were printed whole."""
    whole = printed[: printed.rfind(b"\n") + 1]
    return [msgspec.json.decode(line, type=Told) for line in whole.splitlines()]


def tracing(calls: Sequence[str] = CALLS, *, output: Path | None = None) -> list[str]:
    """Return the beginning of a command line that traces *calls* and ends with their names."""
    where = str(output) if output else os.devnull
    return ["strace", "-qq", "-o", where, "-e", f"trace={','.join(calls)}"]


def injecting(calls: Sequence[str], fault: str, *, output: Path | None = None) -> list[str]:
    """Return the beginning of a command line that makes *calls* go wrong: strace's `inject`."""
    return [*tracing(calls, output=output), "-e", f"inject={','.join(calls)}:{fault}"]


def calls_of(folder: Path, scratch: Path, *options: str) -> dict[str, int]:
    """Return how often a run in *folder* makes each call on the disk, when nothing goes wrong."""
    seen = scratch / "calls"
    assert run(folder, *options, under=tracing(output=seen)).code == 0
    lines = seen.read_text(errors="replace").splitlines()
    return {call: sum(line.startswith(f"{call}(") for line in lines) for call in CALLS}


@dataclass
class Kept:
    """What a journal's folder holds: events in order, and what opening it complained of."""

    events: list[Event]
    alarms: list[str] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        return {str(event.id) for event in self.events}

    @property
    def live(self) -> dict[str, set[str]]:
        """The persons of each tube, without what was voided."""
        void = {event.pairing for event in self.events if isinstance(event, PairingVoided)}
        pairs: dict[str, set[str]] = {}
        for event in self.events:
            if isinstance(event, TubePaired) and event.id not in void:
                pairs.setdefault(event.tube, set()).add(event.tag)
        return pairs


def reopened(folder: Path, known: dict[str, int] | None = None) -> Kept:
    """Open the journal as the station does at its next start, and read it."""
    with closing(Journal(folder, STATION, known or {})) as journal:
        alarms = list(journal.alarms)
    return Kept(read(folder), alarms)


def goes_on(folder: Path) -> bool:
    """Return whether a journal takes one more event and gives it back."""
    with closing(Journal(folder, STATION)) as journal:
        drafts = Drafts(STATION)
        [event] = journal.append(drafts.started(SystemClock().moment(), "faults"))
    return event in read(folder)


def read(folder: Path) -> list[Event]:
    return [decode(row.body) for path in files_of(folder) for row in check_file(path).good]


def must_hold(run: Run, kept: Kept) -> None:
    """Everything that was told is there, in an unbroken chain, and no tube has two persons."""
    assert run.beeped <= kept.ids
    for tube, persons in kept.live.items():
        assert len(persons) == 1 or tube.startswith("90"), f"{tube} has {persons}"
    told = {(line.tube, line.tag) for line in run.told if line.outcome == "paired"}
    voided = {event.tube for event in kept.events if isinstance(event, PairingVoided)}
    assert all(kept.live.get(tube) == {tag} for tube, tag in told if tube not in voided)
