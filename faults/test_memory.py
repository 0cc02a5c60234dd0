"""F22: memory runs out in the middle of a day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults import runs

GROUP = Path("/sys/fs/cgroup/memory/ghepmau-faults")
MEGABYTE = 2**20


def test_a_station_that_gets_no_more_memory_loses_nothing_that_was_told(tmp_path: Path) -> None:
    """Each scan leaks a megabyte; the limit comes somewhere in the day, at any allocation."""
    folder, ended = tmp_path / "journal", 0
    for limit in (900, 1000):
        starved = runs.run(
            folder,
            *("--first", str(limit * 1000), "--pairs", "2000", "--ballast", str(MEGABYTE)),
            under=["prlimit", f"--as={limit * MEGABYTE}"],
        )
        ended += starved.code != 0
        kept = runs.reopened(folder)
        runs.must_hold(starved, kept)
        assert kept.alarms == []
    assert ended
    assert runs.goes_on(folder)


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of 160 MB, where we may make one."""
    try:
        GROUP.mkdir()
        (GROUP / "memory.limit_in_bytes").write_text(str(160 * MEGABYTE))
    except OSError:
        pytest.skip("no memory control group (v1) can be made here")
    yield GROUP
    GROUP.rmdir()


def test_a_station_that_the_kernel_kills_loses_nothing_that_was_told(
    tmp_path: Path, group: Path
) -> None:
    inside = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh"]
    for number in range(3):
        killed = runs.run(
            tmp_path / "journal",
            *("--first", str(1 + number * 10_000), "--endless", "--ballast", str(MEGABYTE)),
            under=inside,
        )
        assert killed.code in (-9, 137)
        kept = runs.reopened(tmp_path / "journal")
        runs.must_hold(killed, kept)
        assert kept.alarms == []
        assert killed.count("paired") > 5
