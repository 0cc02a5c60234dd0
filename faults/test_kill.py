"""F1: killed at every write, sync, cut, rename and removal: nothing that was told is lost."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from contract.events import TubePaired
from device.journal import Journal
from device.journal_file import SPARE, files_of
from faults import runs
from faults.table import STATION

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


def a_journal_in_two_places(folder: Path) -> None:
    """The next start brings home what was written in the spare place."""
    for number in range(2):
        assert runs.run(folder, "--first", str(100 * number + 100), "--long", "10").code == 0
    (folder / SPARE).mkdir()
    last = files_of(folder)[-1]
    last.rename(folder / SPARE / last.name)


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
        (a_journal_in_two_places, ("--idle",)),
    ],
    ids=[
        "a short day",
        "putting a damaged file aside",
        "beginning a new file",
        "bringing home what the spare place holds",
    ],
)
def test_a_kill_at_any_call_loses_nothing_that_was_told(
    tmp_path: Path, before: Prepare, options: tuple[str, ...]
) -> None:
    runs.needs("strace")
    before(tmp_path / "before")
    assert list(killed_at_every_call(tmp_path, tmp_path / "before", options)) == []


def test_a_kill_while_old_files_go_forgets_no_used_tube(tmp_path: Path) -> None:
    """F3's pruning, killed at each call: a file is whole, or its tubes and checkpoint are."""
    runs.needs("strace")
    before, options = tmp_path / "before", ("--idle", "--long", "10", "--prune")
    before.mkdir()
    (before / "never").touch()  # here the table's clock can be trusted
    a_long_journal(before)
    tubes = {event.tube for event in runs.read(before) if isinstance(event, TubePaired)}
    whole = shutil.copytree(before, tmp_path / "whole")
    counts = runs.calls_of(whole, tmp_path, *options)
    assert len(files_of(whole)) < len(files_of(before)) + 1  # some went, one began
    for call, count in counts.items():
        for number in range(1, count + 1, 3):
            place = shutil.copytree(before, tmp_path / f"{call}-{number}")
            under = runs.injecting([call], f"signal=KILL:when={number}")
            assert runs.run(place, *options, under=under).code == -9
            with closing(Journal(place, STATION, long=10)) as journal:
                assert journal.alarms == []
                assert all(journal.ledger.use_of(tube) for tube in tubes)
            shutil.rmtree(place)
