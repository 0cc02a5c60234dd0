"""F6, F7, F8: a card that is full, fails, or is slow."""

import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from contract.events import TubePaired
from device.clock import SystemClock
from device.drafts import Drafts
from device.journal import Journal
from device.spare import Spare, make_known
from faults import runs
from faults.disks import small
from faults.table import STATION

SLOW_MS = 100


def once_more(folder: Path, run: runs.Run) -> runs.Kept:
    """Start again without the fault and scan the whole day again: everybody ends up paired once."""
    kept = runs.reopened(folder)
    runs.must_hold(run, kept)
    again = runs.run(folder)
    assert again.code == 0
    assert again.count("journal-trouble") == 0
    kept = runs.reopened(folder)
    runs.must_hold(again, kept)
    return kept


@pytest.mark.parametrize("call", ["fdatasync", "fsync", "pwrite64", "ftruncate"])
def test_an_error_at_any_call_pairs_nobody_falsely(tmp_path: Path, call: str) -> None:
    """A red light, and the same scan again works; or no start, and the next start works."""
    runs.needs("strace")
    options = ("--pairs", "1")
    count = runs.calls_of(tmp_path / "whole", tmp_path, *options)[call]
    step = 1 if count < 30 else 5
    for number in range(1, count + 1, step):
        folder = tmp_path / str(number)
        failed = runs.run(
            folder, *options, under=runs.injecting([call], f"error=EIO:when={number}")
        )
        assert failed.code == 0 or "the station does not start" in failed.said, failed
        paired = {event for event in runs.reopened(folder).events if isinstance(event, TubePaired)}
        assert {str(event.id) for event in paired} <= failed.beeped  # told "not paired": not there
        kept = once_more(folder, failed)
        assert kept.alarms == []
        if failed.code == 0:
            trouble = failed.count("journal-trouble")
            assert failed.count("paired") >= 4
            assert trouble <= 1


@pytest.mark.parametrize("first", [2, 12, 30, 45])
def test_a_full_card_is_said_and_work_goes_on_when_there_is_space(
    tmp_path: Path, first: int
) -> None:
    runs.needs("strace")
    fault = f"error=ENOSPC:when={first}..{first + 3}"
    full = runs.run(tmp_path / "journal", under=runs.injecting(["pwrite64"], fault))
    assert full.code == 0 or "disk is full" in full.said
    once_more(tmp_path / "journal", full)


def test_a_card_that_fills_up_refuses_and_keeps_everything(tmp_path: Path) -> None:
    with small(tmp_path / "card") as card:
        (card / "ballast").write_bytes(bytes(400_000))
        full = runs.run(card / "journal", "--pairs", "300")
        assert full.code == 0
        assert full.count("journal-trouble") > 100
        paired = full.count("paired")
        assert paired > 200
        (card / "ballast").unlink()
        kept = runs.reopened(card / "journal")
        runs.must_hold(full, kept)
        assert kept.alarms == []
        again = runs.run(card / "journal", "--first", "900000")
        assert again.count("journal-trouble") == 0
        assert runs.reopened(card / "journal").ids >= kept.ids | again.beeped


def test_a_card_that_fills_up_sends_the_journal_to_its_spare_place(tmp_path: Path) -> None:
    """Nobody is refused; what was told is on the one or the other, and comes home."""
    (tmp_path / "stick").mkdir()
    with small(tmp_path / "card", "6m") as card:
        (card / "ballast").write_bytes(bytes(4_600_000))
        options = ("--spare", str(tmp_path / "stick"))
        full = runs.run(card / "journal", "--pairs", "300", *options)
        assert (full.code, full.count("journal-trouble")) == (0, 0)
        assert full.count("paired") > 300
        assert list((tmp_path / "stick").rglob("*.sqlite"))
        still = runs.run(card / "journal", "--first", "800000", *options)
        assert (still.code, still.count("journal-trouble")) == (0, 0)  # started on a full card
        (card / "ballast").unlink()
        again = runs.run(card / "journal", "--first", "900000", *options)
        assert again.code == 0
        assert not list((tmp_path / "stick").rglob("*.sqlite"))
        assert runs.reopened(card / "journal").ids >= full.beeped | still.beeped | again.beeped


def test_a_card_that_turns_read_only_sends_the_journal_to_its_spare_place(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with small(tmp_path / "card") as card:
        folder = card / "journal"
        place = Spare(tmp_path / "stick", STATION, Path.is_dir)
        make_known(folder, place)
        drafts = Drafts(STATION)
        with closing(Journal(folder, STATION, spare=place.ready)) as journal:
            journal.append(drafts.started(SystemClock().moment(), "before"))
            in_place = ["mount", "-o", "remount,ro", str(card)]
            if subprocess.run(in_place, check=False, capture_output=True).returncode == 0:
                [event] = journal.append(drafts.started(SystemClock().moment(), "after"))
                assert journal.on_spare
                assert event in runs.read(folder)
                subprocess.run(["mount", "-o", "remount,rw", str(card)], check=True)
        assert len(runs.reopened(folder).events) >= 1


def test_a_card_that_cannot_be_written_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    with small(tmp_path / "card") as card:
        day = runs.run(card / "journal")
        subprocess.run(["mount", "-o", "remount,ro", str(card)], check=True)
        shut = runs.run(card / "journal")
        assert shut.code == 1
        assert "cannot be written" in shut.said
        subprocess.run(["mount", "-o", "remount,rw", str(card)], check=True)
        runs.must_hold(day, runs.reopened(card / "journal"))


def test_a_slow_card_costs_one_sync_a_scan(tmp_path: Path) -> None:
    """So a beep comes within one sync and a little: at 100 ms far below 300 ms."""
    runs.needs("strace")
    folder, options = tmp_path / "journal", ("--pairs", "20")
    runs.run(folder)
    syncs = runs.calls_of(folder, tmp_path, *options, "--first", "1000")["fdatasync"]
    slow = runs.run(
        folder,
        *options,
        *("--first", "2000"),
        under=runs.injecting(["fdatasync"], f"delay_exit={SLOW_MS * 1000}"),
    )
    written = [line.ms for line in slow.told if line.event]
    assert syncs - len(written) <= 8  # at the start, and when the log is folded in at the end
    written.sort()
    print(f"{len(written)} beeps: median {written[len(written) // 2]:.0f} ms, {os.uname().machine}")
    assert written[len(written) // 2] >= SLOW_MS
    assert written[-2] < 300
