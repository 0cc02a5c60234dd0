"""README's scale table is what `benchmarks.scale` prints of runs, and nothing is made up."""

import re
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.report import Figure, Report, machine

FIGURES = {
    "upload_p50": (45.5, "ms"), "upload_p95": (112.81, "ms"), "upload_p99": (141.41, "ms"),
    "day_processor": (0.425, "cores"), "day_memory": (331.93, "MB"), "batch_50": (42_850, "/s"),
    "sent": (130_500, "events"), "backlog": (9, "events"), "lost": (0, "events"),
    "doubled": (0, "events"), "refused": (2, "events"), "day_refused": (1, "acts"),
    "applied": (538.88, "/s"), "not_applied_yet": (98_294, "events"),
    "applied_processor": (1513.5, "µs"), "applied_engine_processor": (1957.6, "µs"),
    "storm_took": (0.59, "s"), "storm_busy": (12, "answers"), "storm_silent": (0, "tries"),
}  # fmt: skip
HERE = f"{machine()['cpu']}, {machine()['cores']} cores"
BARS = {"batch_50": ">= 0.5", "refused": "<= 0"}


def run(engine: str, storm: str = "64x500") -> Report:
    options = {"engine": engine, "workers": 2, "storm": storm, "beats": 500, "rate": 12}
    return Report("load", dict(FIGURES), {"batch_50": 0.776}, BARS, options)


def printed(folder: Path, capsys: pytest.CaptureFixture[str], *reports: Report) -> list[str]:
    paths = []
    for number, report in enumerate(reports):
        paths.append(folder / f"{number}.json")
        paths[-1].write_text(report.to_json(), "utf-8")
    assert scale.main([str(path) for path in paths]) == 0
    return capsys.readouterr().out.splitlines()


def test_each_run_of_load_is_a_column_and_a_bar_that_is_not_met_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(tmp_path, capsys, run("cluster"), run("sqlite"))
    assert lines[:2] == ["| | SQLite | cluster |", "|---|---|---|"]
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ")[2].rstrip("| ")
             for line in lines[2:] if line.startswith("| ")}  # fmt: skip
    by = {said.partition(",")[0].partition(";")[0]: cell for said, cell in cells.items()}
    assert by["a day at 12 pairings/s: upload p50"] == "46, 113, 141"
    assert by["the server's processor (cores)"] == "0.43, 332 MB"
    assert by["batches of 50"] == "42,900; 0.78"
    assert by["batches of 500"] == "–"  # it was not measured
    assert by["events acknowledged"] == "131,000; 0; 0; 3"
    assert by["applied behind it"] == "539; 98,300; 1,514 and 1,958"
    assert by["64 stations back at once"] == "0.6 s, 12 put off"
    assert "**Bars not met, SQLite:** refused <= 0" in lines


def test_other_runs_give_a_line_for_each_bar_bold_where_it_is_not_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bars = {"growth": "<= 1.3", "growth_refused": "<= 0"}
    figures: dict[str, Figure] = {"growth_refused": (3, "events")}
    asked = {"engine": "sqlite"}
    growth = Report("load_growth", figures, {"growth": 0.971}, bars, asked, code="c0de")
    assert printed(tmp_path, capsys, growth, Report("population", {"made": (1, "people/s")})) == [
        "| benchmark | | seen | bar |",
        "|---|---|---|---|",
        "| `load_growth`, SQLite | `growth` | 0.971 | ≤ 1.3 |",
        "| `load_growth`, SQLite | `growth_refused` | **3 events** | ≤ 0 |",
        "",
        f"`load_growth` SQLite: {growth.when} by {growth.code}, {HERE}.",
    ]


def test_below_a_table_stands_of_which_day_and_by_which_code_its_runs_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, third = run("sqlite"), run("postgresql"), run("cluster")
    one.when = other.when = third.when = "2026-11-27"
    one.code, other.code, third.code = "1fdb45e", "1fdb45e", "29c80b5+"
    assert printed(tmp_path, capsys, third, one, other)[-1] == (
        f"SQLite, PostgreSQL: 2026-11-27 by 1fdb45e, {HERE}; "
        f"cluster: 2026-11-27 by 29c80b5+, {HERE}."
    )


def test_runs_of_different_sizes_and_what_is_no_run_give_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="different sizes"):
        printed(tmp_path, capsys, run("sqlite"), run("cluster", storm="2000x500"))
    (tmp_path / "other.json").write_text("[]", "utf-8")
    with pytest.raises(SystemExit, match="no report"):
        scale.main([str(tmp_path / "other.json")])


def test_a_run_of_before_its_options_says_its_engine_by_its_name(tmp_path: Path) -> None:
    before = Report("load", {"backlog": (130_720, "events")})
    path = tmp_path / "load_postgresql.json"
    path.write_text(before.to_json(), "utf-8")
    assert scale.read(path).engine == "postgresql"


def test_numbers_are_rounded_as_people_round() -> None:
    assert [scale.rounded(0.425, 2), scale.rounded(2.5), scale.rounded(1820.5)] == [
        "0.43", "3", "1,821",
    ]  # fmt: skip
    assert [scale.three(each) for each in (0, 360, 42_850, 999_500)] == [
        "0", "360", "42,900", "1,000,000",
    ]  # fmt: skip


def test_readme_has_the_rows_that_the_command_prints() -> None:
    page = Path("README.md").read_text("utf-8").splitlines()
    rows = page[page.index("| | SQLite | PostgreSQL | cluster |") + 2 :]
    shown = [re.split(r"\s*\|\s*", line)[1] for line in rows[: len(scale.rows({}))]]
    assert shown == [said for said, _ in scale.rows({})]
