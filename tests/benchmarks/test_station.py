"""The station's benchmark measures what it says, small."""

from pathlib import Path

from benchmarks.station import Size, measure


def test_a_small_run_gives_every_figure(tmp_path: Path) -> None:
    report = measure(tmp_path, Size(pairs=3, frames=1, idle_seconds=0.1, drained=20))
    assert set(report.figures) == {
        "idle_cpu",
        "reader_to_beep_p50",
        "reader_to_beep_p95",
        "bare_insert_p50",
        "bare_insert_p95",
        "over_fsync",
        "reader_to_beep_overall",
        "reader_to_beep_worst",
        "frame_to_sound_p50",
        "frame_to_sound_p95",
        "resident",
        "drain",
    }
    assert report.ratios["reader_to_beep"] > 0
    assert 20 < report.figures["resident"][0] < 500
