"""The journal's benchmark measures what it says, small."""

from pathlib import Path

from benchmarks.journal import measure


def test_a_small_run_gives_every_figure(tmp_path: Path) -> None:
    report = measure(tmp_path, rounds=2, events=5)
    assert set(report.figures) == {"ours", "bare_sqlite", "open_rows", "open"}
    assert report.figures["open_rows"][0] == 10
    assert report.ratios["durable"] > 0
