"""F1: killed at every write, sync, cut, rename and removal: nothing that was told is lost."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from device.journal_file import files_of
from faults import runs

Prepare = Callable[[Path], None]


def an_empty_folder(folder: Path) -> None:
    folder.mkdir(parents=True)


def a_damaged_journal(folder: Path) -> None:
    """The next start puts the file aside, keeps what verifies, and begins a new epoch."""
    assert runs.run(folder, "--first", "100").code == 0
    [path] = files_of(folder)
    data = bytearray(path.read_bytes())
    data[-300] ^= 4
    path.write_bytes(data)


def a_long_journal(folder: Path) -> None:
    """The next start begins a new file, and draws the tubes of the oldest."""
    for number in range(3):
        assert runs.run(folder, "--first", str(100 * number + 100), "--long", "10").code == 0
    assert len(files_of(folder)) == 3


def killed_at_every_call(folder: Path, before: Path, options: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong after a kill at each call on the disk, two runs at a time."""
    counts = runs.calls_of(shutil.copytree(before, folder / "whole"), folder, *options)
    points = [(call, number) for call, count in counts.items() for number in range(1, count + 1)]
    assert len(points) > 30
    print(f"killed at each of {len(points)} calls")
    good = {str(event.id) for event in runs.read(before)} if files_of(before) else set()

    def kill(point: tuple[str, int]) -> str:
        call, number = point
        place = shutil.copytree(before, folder / f"{call}-{number}")
        killed = runs.run(
            place, *options, under=runs.injecting([call], f"signal=KILL:when={number}")
        )
        kept = runs.reopened(place)
        runs.must_hold(killed, kept)
        lost = good - kept.ids
        again = runs.reopened(place)
        steady = again.ids == kept.ids and not again.alarms
        shutil.rmtree(place)
        return "" if killed.code == -9 and not lost and steady else f"{point}: {killed}, {lost}"

    with ThreadPoolExecutor(2) as pool:
        yield from filter(None, pool.map(kill, points))


@pytest.mark.parametrize(
    ("before", "options"),
    [
        (an_empty_folder, ("--pairs", "0")),
        (a_damaged_journal, ("--idle",)),
        (a_long_journal, ("--idle", "--long", "10")),
    ],
    ids=["a short day", "putting a damaged file aside", "beginning a new file"],
)
def test_a_kill_at_any_call_loses_nothing_that_was_told(
    tmp_path: Path, before: Prepare, options: tuple[str, ...]
) -> None:
    runs.needs("strace")
    before(tmp_path / "before")
    assert list(killed_at_every_call(tmp_path, tmp_path / "before", options)) == []
