"""The simulated day: small, with errors far above any published rate, through the real rules."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.right_day import played
from benchmarks.right_judge import Tally, is_seen
from benchmarks.right_kept import code
from benchmarks.right_person import Run, missed
from benchmarks.right_rates import RATES, Fault, Rates

PLACED = {Fault.CROSSED, Fault.BORROWED_CARD, Fault.STEPS_IN_GONE, Fault.TYPED_OTHER_LINE}
SEEN = [(fault.value, 6.0) for fault in Fault if fault not in PLACED]


def test_no_error_that_a_rule_can_see_gives_anybody_a_wrong_result(tmp_path: Path) -> None:
    tally = played(150, 7, Rates(0.0, 0.0, tuple(SEEN)), tmp_path)
    assert sum(tally.injected.values()) > 10
    assert tally.results > 110
    for reached in (tally.wrong, tally.standing):
        assert {name: n for name, n in reached.items() if is_seen(name)} == {}


def test_without_errors_everybody_is_paired_at_once_and_nobody_is_held(tmp_path: Path) -> None:
    tally = played(100, 3, Rates(0.0), tmp_path)
    assert (tally.paired, tally.first_try, tally.results) == (100, 100, 100)
    assert (tally.false_alarms, tally.held_in_vain, dict(tally.wrong)) == (0, 0, {})


def test_swabs_that_change_tubes_after_both_scans_reach_the_wrong_people_and_are_named(
    tmp_path: Path,
) -> None:
    """What no rule can see is not hidden: the simulator knows, and counts it under its name."""
    tally = played(100, 5, Rates(0.0, 0.0, (("crossed", 40.0),)), tmp_path)
    assert tally.wrong["crossed"] > 0
    assert not is_seen("crossed")
    assert {fault for fault, rate in RATES.items() if not rate.seen} == PLACED


def test_the_command_fails_where_a_result_reached_somebody_wrong_if_only_for_a_while(
    tmp_path: Path,
) -> None:
    """`--keep` brings in a day on which a seen error did, and was put right before its end."""
    kept = tmp_path / "days.jsonl"
    asked = ["right_person", "--people", "20", "--cores", "1", "--times", "0", "--keep", str(kept)]
    asked += ["--json", "--folder", str(tmp_path)]
    assert (run(asked), run(asked)) == (0, 0)
    day = json.loads(kept.read_text("utf-8"))
    day["tally"]["wrong"] = {"shift": 1}
    kept.write_text(json.dumps(day, ensure_ascii=False) + "\n", "utf-8")
    assert run(asked) == 1

    day["tally"] |= {"wrong": {}, "results": 0}
    kept.write_text(json.dumps(day, ensure_ascii=False) + "\n", "utf-8")
    assert run(asked) == 1  # nothing was told of anybody: that shows nothing


def test_ninety_nine_of_a_hundred_at_the_first_try_is_asked_of_many_at_published_rates() -> None:
    few = {"wrong": 0, "results": 9, "people": 20_000, "first_try": 0.9899}
    assert missed(few, usual=True) == ["first_try >= 0.99"]
    assert missed(few, usual=False) == []
    assert missed({**few, "people": 2_000}, usual=True) == []
    assert missed({**few, "first_try": 0.99}, usual=True) == []


def run(asked: list[str]) -> int:
    command = [sys.executable, "-m", "benchmarks.right_person", *asked[1:]]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_a_run_that_was_stopped_goes_on_and_comes_to_the_same(tmp_path: Path) -> None:
    """A day whose line was cut is played again; days of other rates are not days of this run."""
    rates, kept = Rates(20.0), tmp_path / "days.jsonl"
    whole, _ = Run(70, 9, rates, a_day=30, folder=tmp_path).tally()
    first, _ = Run(30, 9, rates, a_day=30, folder=tmp_path, kept=kept).tally()
    assert (first.people, whole.people) == (30, 70)
    stopped = kept.read_bytes()
    kept.write_bytes(stopped + stopped[: len(stopped) // 2])
    gone_on, played_by = Run(70, 9, rates, a_day=30, folder=tmp_path, kept=kept).tally()
    assert _counts(gone_on) == _counts(whole)
    assert played_by == {code(): 70}
    lines = kept.read_text("utf-8").splitlines()
    assert len(lines) == 4  # three days, and the half of one
    kept.write_text(kept.read_text("utf-8").replace(code(), "of-yesterday", 1), "utf-8")
    lines[0] = lines[0].replace(code(), "of-yesterday")
    again, played_by = Run(70, 9, rates, a_day=30, folder=tmp_path, kept=kept).tally()
    assert played_by == {"of-yesterday": 30, code(): 40}  # told, not hidden
    assert (_counts(again), kept.read_text("utf-8").splitlines()) == (_counts(whole), lines)
    Run(30, 9, Rates(1.0), a_day=30, folder=tmp_path, kept=kept).tally()
    assert len(kept.read_text("utf-8").splitlines()) == 5
    with_none = kept.read_text("utf-8").replace('"rates": {', '"rates": {"of another table": 0.0, ')
    kept.write_text(with_none, "utf-8")
    Run(70, 9, rates, a_day=30, folder=tmp_path, kept=kept).tally()
    assert (
        len(kept.read_text("utf-8").splitlines()) == 5
    )  # an error that never happens changes none


def _counts(tally: Tally) -> dict[str, object]:
    return {name: value for name, value in vars(tally).items() if name != "seconds"}
