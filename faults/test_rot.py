"""F5: one bit of the card turns over: it is never believed, and what it cost is said."""

import shutil
from pathlib import Path
from random import Random

import pytest

from contract.events import encode
from device.journal_file import files_of
from faults import runs
from faults.disks import copy_of

FLIPS = 200
Written = tuple[Path, set[str]]  # a journal, and the events of it that were told


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A journal of three short days, its log (WAL) folded in as at an orderly end."""
    folder = tmp_path_factory.mktemp("written")
    for number in range(3):
        assert runs.run(folder, "--first", str(1 + 100 * number), "--pairs", "20").code == 0
    return folder, {str(event.id) for event in runs.read(folder)}


@pytest.fixture(scope="module")
def unfolded(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A day that ended with a kill: nearly everything is in the log, the last row is untold."""
    folder = tmp_path_factory.mktemp("unfolded")
    runs.needs("strace")
    kill = runs.injecting(["fdatasync"], "signal=KILL:when=40")
    killed = runs.run(folder, "--pairs", "60", under=kill)
    assert killed.code == -9
    assert list(folder.glob("*-wal"))
    return folder, killed.beeped


def flip(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


@pytest.mark.parametrize("which", ["written", "unfolded"])
def test_a_turned_bit_is_never_believed_and_what_it_costs_is_said(
    tmp_path: Path, which: str, request: pytest.FixtureRequest
) -> None:
    whole, told = request.getfixturevalue(which)
    before = {encode(event) for event in runs.read(copy_of(whole, tmp_path / "whole"))}
    harmless = alarms = 0
    for number in range(FLIPS):
        folder = copy_of(whole, tmp_path / "rotten")
        suffix = "" if which == "written" else "-wal"
        flip(folder / (files_of(folder)[0].name + suffix), Random(number))
        kept = runs.reopened(folder)
        after = {encode(event) for event in kept.events}
        assert after <= before
        assert told <= kept.ids or kept.alarms, "a row went without a word"
        alarms, harmless = alarms + bool(kept.alarms), harmless + (after == before)
        assert runs.goes_on(folder)
        shutil.rmtree(folder)
    print(f"{which}: {FLIPS} flips, {alarms} told of, {harmless} cost nothing")
