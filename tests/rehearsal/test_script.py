"""The script says what the day must end with; the report says whether it did."""

from contract.tubes import TubeId
from rehearsal import bench, cast, script
from rehearsal.report import Check, Report

TUBES = [TubeId.mint(26, number) for number in range(1, 100)]
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
    report = Report(0, [], {}, {}, {})
    report.checks.append(Check("beeps", 3, 3))
    assert report.ok
    report.checks.append(Check("pairings", 3, 2))
    assert not report.ok
