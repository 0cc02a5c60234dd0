"""The merge's benchmark measures what it says: every tube settled, every row written twice."""

from pathlib import Path

from benchmarks import merge
from benchmarks.report import Report
from server.sampling import changes
from server.vault import Vault, install


def test_a_small_run_settles_everything_and_gives_every_ratio(tmp_path: Path) -> None:
    install(Vault.create(tmp_path / "keys.json"))
    known, changes.listeners[:] = list(changes.listeners), [merge.settle_many]
    try:
        done = merge.run(f"sqlite:///{tmp_path / 'day.sqlite'}", 300)
    finally:
        changes.listeners[:] = known
    report = Report("merge")
    merge.describe(report, "sqlite", done, done)
    assert done.rows == 300
    assert len(done.ours) == len(done.bare) == 1
    assert len(done.late) == merge.LATE
    assert set(report.ratios) == {"sqlite", "sqlite_growth"}
    assert all(ratio > 0 for ratio in report.ratios.values())
