"""What benchmarks print."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.report import Report, commit, machine, median, percentile

REPORT = Report("sight", {"qr.ours.ms": (3.14159265, "ms")}, {"easy_frame": 1.05})


def test_the_json_names_machine_figures_and_ratios() -> None:
    seen = json.loads(REPORT.to_json())
    assert seen["name"] == "sight"
    assert seen["figures"]["qr.ours.ms"] == {"value": 3.1416, "unit": "ms"}
    assert seen["ratios"] == {"easy_frame": 1.05}
    assert seen["machine"] == machine()
    assert seen["when"] == f"{datetime.fromisoformat(seen['when']):%Y-%m-%d}"
    assert seen["code"] == commit()


def test_the_table_shows_every_figure_and_ratio() -> None:
    table = REPORT.to_table()
    assert "qr.ours.ms" in table
    assert "easy_frame" in table


def test_percentiles_are_numbers_that_were_measured() -> None:
    assert median([3, 1, 2]) == 2
    assert percentile([float(number) for number in range(1, 101)], 95) == 95
    assert percentile([], 95) == 0


def test_a_bar_that_is_not_met_ends_the_process_with_1_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bars = {"fast": ">= 0.5", "lost": "<= 0", "p99": "< 10", "never measured": "<= 1"}
    good = Report("load", {"fast": (0.1, "events/s"), "lost": (0, "events")}, {"fast": 0.5}, bars)
    assert good.end(as_json=True) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["bars"] == {
        "fast": {"bar": ">= 0.5", "met": True}, "lost": {"bar": "<= 0", "met": True},
    }  # fmt: skip
    assert printed.err == ""

    bad = Report("load", {"lost": (1, "events"), "p99": (10, "ms")}, {"fast": 0.49}, bars)
    assert bad.end(as_json=True) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["bars"]["lost"] == {"bar": "<= 0", "met": False}
    assert printed.err == "bars not met: fast >= 0.5; lost <= 0; p99 < 10\n"
    assert bad.to_table().count("NOT MET") == 3


def test_every_benchmark_that_has_bars_ends_by_them() -> None:
    texts = {path.stem: path.read_text("utf-8") for path in Path("benchmarks").glob("*.py")}
    bound = {name for name, text in texts.items() if "\nBARS = " in text}
    assert len(bound) >= 13
    kept = {name for name in bound if "bars=BARS" in texts[name] and ".end(" in texts[name]}
    exits = {name for name in kept if "exit(main())" in texts[name].replace("SystemExit", "exit")}
    assert exits == bound
