"""F2, F4: the power goes while people are paired; an honest card and one that lies about syncs."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from device.journal_file import files_of
from faults import runs
from faults.disks import Disk, powered, restarted

CUTS = 50


def paired_until_the_cut(disk: Disk, first: int, lines: int) -> runs.Run:
    """Pair for ever; cut the power once *lines* lines were told."""
    command = [*runs.TABLE, str(disk.mount / "journal"), "--endless", "--first", str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as table:
        assert table.stdout is not None
        told = [table.stdout.readline() for _ in range(lines)]
        disk.off()
        table.kill()
        told.append(table.stdout.read())
    return runs.Run(0, runs.told_in(b"".join(told)), "")


def test_no_power_cut_loses_what_was_told(tmp_path: Path) -> None:
    random, told = Random(1), 0
    with powered(tmp_path) as disk:
        for number in range(CUTS):
            cut = paired_until_the_cut(disk, 1 + number * 100_000, random.randrange(1, 60))
            kept = runs.reopened(restarted(disk.platter) / "journal")
            runs.must_hold(cut, kept)
            assert kept.alarms == []
            told += len(cut.beeped)
            disk.on()
    assert told > CUTS * 10
    assert len(files_of(disk.platter / "journal")) == 1


def test_the_disk_of_these_tests_does_lose_what_was_not_synced(tmp_path: Path) -> None:
    """Otherwise the test above would say nothing."""
    with powered(tmp_path) as disk:
        with closing(sqlite3.connect(disk.mount / "careless.sqlite", isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY)")
            db.executemany("INSERT INTO event VALUES (?)", [(n,) for n in range(1, 51)])
            disk.off()
        restarted(disk.platter)
        with (
            closing(sqlite3.connect(disk.platter / "careless.sqlite")) as db,
            pytest.raises(sqlite3.OperationalError, match="no such table"),
        ):
            db.execute("SELECT * FROM event")


@pytest.mark.parametrize("honest", [8, 20, 33])
def test_a_card_that_lies_is_found_out_by_what_the_server_has(tmp_path: Path, honest: int) -> None:
    with powered(tmp_path, "--lie", "--honest", str(honest)) as disk:
        cut = paired_until_the_cut(disk, 1, 80)
        [name] = [path.name for path in files_of(disk.platter / "journal")]
    lost = restarted(disk.platter) / "journal"
    kept = runs.read(lost)
    assert len(kept) < len(cut.beeped)
    epoch, told = name[5:21], len(cut.beeped)
    found = runs.reopened(lost, {epoch: told})
    assert f"it ends before row {told}" in " ".join(found.alarms)
    assert len(files_of(lost)) == 2
    assert (lost / name).exists()
