"""F3: every state in which a crash may leave the journal's disk opens with all that was told."""

import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from device.journal_file import files_of
from faults import runs
from faults.crash_states import Change, Machine
from faults.disks import powered
from faults.test_kill import a_damaged_journal

IN_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own in it


def recorded(place: Path, before: Path | None) -> tuple[list[Change], runs.Run]:
    """Run the short day on a disk that logs every change."""
    log = place / "changes"
    with powered(place, "--log", str(log)) as disk:
        journal = disk.mount / "journal"
        journal.mkdir()
        for path in files_of(before) if before else []:
            shutil.copy(path, journal)
            with (journal / path.name).open("rb") as file:
                os.fsync(file.fileno())
        run = runs.run(journal, "--pairs", "3", "--beeps", str(disk.mount / "beeps"))
    assert run.code == 0
    with log.open("rb") as file:
        return list(changes_in(file)), run


def changes_in(file: object) -> Iterator[Change]:
    while True:
        try:
            yield pickle.load(file)  # type: ignore[arg-type]  # noqa: S301 - our own log
        except EOFError:
            return


def put_down(files: dict[str, bytes], folder: Path) -> Path:
    """Write one state of the disk into *folder*; memory maps do not outlive a crash."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "journal").mkdir(parents=True)
    for name, content in files.items():
        if name.startswith("/journal/") and not name.endswith("-shm"):
            (folder / name[1:]).write_bytes(content)
    return folder / "journal"


@pytest.mark.parametrize("start", ["an empty card", "a damaged journal"])
def test_no_crash_state_lacks_what_was_told(tmp_path: Path, start: str) -> None:
    before = None
    if start == "a damaged journal":
        before = tmp_path / "before"
        a_damaged_journal(before)
    changes, run = recorded(tmp_path, before)
    machine, random, told, states = Machine(), Random(7), set[str](), 0
    kept_before = {str(event.id) for event in runs.read(before)} if before else set()
    filled = before is None
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as scratch:
        for change in changes:
            if change[:2] == ("write", "/beeps"):
                told.add(change[3].decode())
                continue
            machine.do(change)
            filled = filled or change[0] == "sync"
            for files in machine.crashes(random) if filled else ():
                kept = runs.reopened(put_down(files, Path(scratch)))
                states += 1
                assert told | kept_before <= kept.ids
                assert before or kept.alarms == []
    assert told == run.beeped
    print(f"{states} crash states of {len(changes)} changes, {len(told)} told events")
    assert states > 500
