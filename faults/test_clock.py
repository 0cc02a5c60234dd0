"""F9: the clock stands in 1970, falls back twenty years, leaps ahead: pairing does not care."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.events import Event, TubePaired
from faults import runs

YEARS = datetime.now(UTC).year - 1970


@pytest.fixture
def library() -> Path:
    """libfaketime, which moves the wall clock and leaves the monotonic clock alone."""
    for path in Path("/usr/lib").glob("*/faketime/libfaketime.so.1"):
        return path
    pytest.skip("libfaketime is not installed: `make faults` installs it where apt can")


def must_be_in_order(events: list[Event]) -> None:
    """Order and durations come from seq and the monotonic clock, whatever the wall clock says."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    monos = [event.mono for event in events]
    assert monos == sorted(monos)
    assert not any(event.trusted for event in events)
    took = [event.took_ms for event in events if isinstance(event, TubePaired)]
    assert all(0 <= each < 20_000 for each in took)


def scan_at(jump: str, scan: int, time: Path, table: subprocess.Popen[bytes]) -> bytes:
    """Set the clock, let the table scan once, and return what it told of it."""
    assert table.stdin is not None
    assert table.stdout is not None
    time.write_text(jump)
    os.utime(time, (scan, scan))  # libfaketime reads it again only where its time is another
    table.stdin.write(b"\n")
    table.stdin.flush()
    told = table.stdout.readline()
    if b"slip-suspected" in told:  # of the pairing before: nobody pairs as fast as this
        told += table.stdout.readline()
    return told


def test_a_clock_that_jumps_while_people_are_paired_changes_nothing(
    tmp_path: Path, library: Path
) -> None:
    years = [0, -20, -YEARS, 0, 0, 10]
    jumps = ["+0", "-20y", f"-{YEARS}y", "+2h", "-1d", "+10y"]
    time = tmp_path / "time"
    time.write_text(jumps[0])
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(time),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    folder = tmp_path / "journal"
    command = ["env", *(f"{name}={value}" for name, value in environment.items()), *runs.TABLE]
    with subprocess.Popen(
        [*command, str(folder), "--endless", "--steps"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as table:
        scans = range(4 * len(jumps))
        told = [scan_at(jumps[scan // 4], scan, time, table) for scan in scans]
        told.append(table.communicate()[0])
    run = runs.Run(table.returncode, runs.told_in(b"".join(told)), "")
    assert (run.code, run.count("paired"), run.count("refused")) == (0, 2 * len(jumps), 0)
    kept = runs.reopened(folder)
    runs.must_hold(run, kept)
    assert kept.alarms == []
    must_be_in_order(kept.events)
    paired = [event.at.year for event in kept.events if isinstance(event, TubePaired)]
    this = datetime.now(UTC).year
    for jump, seen in zip(years, zip(paired[::2], paired[1::2], strict=True), strict=True):
        assert all(abs(year - this - jump) <= 1 for year in seen)  # the clock did jump


def test_a_start_in_1970_goes_on_with_the_same_journal(tmp_path: Path, library: Path) -> None:
    folder = tmp_path / "journal"
    for number, date in enumerate(["2026-11-22 08:00:00", "1970-01-01 00:00:05", "2038-02-01"]):
        faked = {
            "LD_PRELOAD": str(library),
            "FAKETIME": f"@{date}" if " " in date else f"@{date} 00:00:00",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        run = runs.run(folder, "--first", str(1 + number * 1000), environment=faked)
        assert run.code == 0
        kept = runs.reopened(folder)
        runs.must_hold(run, kept)
        assert kept.alarms == []
    must_be_in_order(kept.events)
    again = runs.run(folder, "--first", "1001")  # used tubes stay used, whatever year it was
    assert again.count("paired") == 0
