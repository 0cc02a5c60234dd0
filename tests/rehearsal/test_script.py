"""The script says what the day must end with; the report says whether it did."""

import ast
from pathlib import Path

from contract.tubes import TubeId
from rehearsal import bench, cast, report, script
from rehearsal.report import Check, Report
from rehearsal.words import CHECKS

TUBES = [TubeId.mint(26, number) for number in range(1, 100)]
COUNTED = ("pairings", "voided", "pools", "received", "resulted", "verified", "released",
           "corrected", "delivered", "callbacks_open")  # fmt: skip
LISTED = ("outcomes_by_status", "unmatched")
POOL, OTHER = TubeId.mint(90, 1), TubeId.mint(27, 1)


def day() -> script.Day:
    people = cast.in_order(cast.with_codes(cast.invent(1)), seed=1)
    return script.write(people, cast.driver(), iter(TUBES), POOL, OTHER)


def test_everybody_is_in_the_script_once_and_has_one_tube() -> None:
    people = cast.with_codes(cast.invent(1))
    keys = [key for members in day().truth.values() for key in members]
    assert len(keys) == len(set(keys)) == len(people) - 1  # one walks away


def test_a_tube_that_was_undone_ends_with_nobody() -> None:
    [undone] = [act for act in day().acts if isinstance(act, script.Undone)]
    assert undone.tubes[0].text not in day().truth


def test_the_same_seed_gives_the_same_day() -> None:
    assert day().truth == day().truth


def test_the_pool_is_one_tube_of_five() -> None:
    assert len(day().truth[POOL.text]) == 5


def test_the_laboratory_finds_what_the_story_needs() -> None:
    plan = bench.plan(day(), TUBES[-1])
    ends = list(plan.statuses.values())
    assert (ends.count("positive"), ends.count("inconclusive"), ends.count("resample")) == (1, 1, 1)
    assert plan.lost not in plan.arriving
    assert plan.stray.text not in plan.statuses
    assert {plan.statuses[one.text] for one in plan.by_machine} == {"negative"}
    assert len(plan.by_machine) == 4
    assert not {*plan.keyed} & {*plan.by_machine}


def test_one_count_that_is_off_fails_the_report() -> None:
    told = Report(0, [], {}, {}, {})
    told.checks.append(Check("beeps", 3, 3))
    assert told.ok
    told.checks.append(Check("pairings", 3, 2))
    assert not told.ok


def test_a_count_that_is_off_is_named_in_both_languages() -> None:
    counted = dict.fromkeys(COUNTED, 0) | {name: dict[str, int]() for name in LISTED}
    told = Report(0, [], {"tube-used": 2, "newer": 1}, {}, counted)
    told.checks.append(Check("open conflicts", 0, 2))
    off = "  ✖ mâu thuẫn còn mở · open conflicts: phải là 0, thấy 2 · expected 0, seen 2"
    assert off in told.lines()
    assert any(
        "Từ chối · refused" in line and line.endswith("3 (newer 1, ống đã dùng · tube-used 2)")
        for line in told.lines()
    ), "of a code that is not known its own word stays"


def test_every_count_has_a_vietnamese_name() -> None:
    folder = Path(report.__file__).parent
    named = [
        ast.literal_eval(node.args[0])
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Check"
    ]
    assert len(named) > 25
    assert {*named} == {*CHECKS}
