"""What benchmarks print."""

import json

from benchmarks.report import Report, machine, median, percentile

REPORT = Report("sight", {"qr.ours.ms": (3.14159265, "ms")}, {"easy_frame": 1.05})


def test_the_json_names_machine_figures_and_ratios() -> None:
    seen = json.loads(REPORT.to_json())
    assert seen["name"] == "sight"
    assert seen["figures"]["qr.ours.ms"] == {"value": 3.1416, "unit": "ms"}
    assert seen["ratios"] == {"easy_frame": 1.05}
    assert seen["machine"] == machine()


def test_the_table_shows_every_figure_and_ratio() -> None:
    table = REPORT.to_table()
    assert "qr.ours.ms" in table
    assert "easy_frame" in table


def test_percentiles_are_numbers_that_were_measured() -> None:
    assert median([3, 1, 2]) == 2
    assert percentile([float(number) for number in range(1, 101)], 95) == 95
    assert percentile([], 95) == 0
