"""A tube of nobody that was scanned by mistake, and truly comes later, is looked at as any.

So is one that was called empty by mistake, and is.
"""

from datetime import timedelta
from typing import Any

import pytest

from contract.tubes import Tube
from server.accounts.within import ANYWHERE
from server.lab import arrivals
from server.lab.receptions import undo_rejection
from server.lab.services import receive_tube, reject_tube
from server.lab.strays import look_beside
from server.lab.words import Rejection
from server.outcomes.gate import ResultHeld
from server.sampling import slips
from server.sampling.holds import held_by_slip
from server.sampling.slip_decisions import GroupChanged, decide_group
from tests.server.lab.test_arrivals import LAN, XA, people, take_back
from tests.server.outcomes.test_holds import Day, tested

__all__ = ["people", "tested"]
pytestmark = pytest.mark.engines
HOUR = timedelta(hours=1)


def came(scene: Any, tube: Tube, **more: Any) -> None:
    receive_tube(scene.session, tube, **{"box": "H1", "by": LAN, "now": scene.now} | more)


def unreceive(scene: Any, tube: Tube) -> None:
    said: dict[str, Any] = {"reason": "quét nhầm", "by": LAN, "now": scene.now}
    arrivals.withdraw(scene.session, tube, ANYWHERE, **said)


def nothing_wrong(scene: Any) -> None:
    (group,) = slips.open_groups(scene.session)
    decide_group(scene.session, group.id, wrong=[], reason="quét nhầm, ống còn ở bàn",
                 by="user:hoa", now=scene.now)  # fmt: skip


@pytest.mark.parametrize("decided", ["before it was taken back", "after that"])
@pytest.mark.parametrize("clock", [HOUR, -HOUR])
def test_what_was_let_go_because_the_scan_was_a_mistake_is_held_when_it_truly_comes(
    scene: Any, in_a_row: list[Any], decided: str, clock: timedelta
) -> None:
    beside, stray = in_a_row[-2:]
    came(scene, stray)
    assert held_by_slip(scene.session, in_a_row) == {beside}
    acts = [nothing_wrong, lambda scene: unreceive(scene, stray)]
    for act in acts if decided.startswith("before") else reversed(acts):
        act(scene)
    assert held_by_slip(scene.session, in_a_row) == set()
    scene.now += clock  # also one that went back since
    came(scene, stray, box="H2")
    assert held_by_slip(scene.session, in_a_row) == {beside}
    nothing_wrong(scene)
    look_beside(scene.session, [beside], now=scene.now)
    came(scene, stray, box="H2")
    assert held_by_slip(scene.session, in_a_row) == set(), "a person has looked at this arrival"


def test_its_neighbours_results_do_not_leave_before_somebody_looked(scene: Any) -> None:
    day = Day(scene)
    tubes = [scene.tube() for _ in range(7)]
    given = [day.pair(tube) for at, tube in enumerate(tubes) if at != 4]
    came(scene, tubes[4])
    nothing_wrong(scene)
    unreceive(scene, tubes[4])
    results = [day.result(each.tube) for each in given]
    scene.now += HOUR
    came(scene, tubes[4], box="H2")
    with pytest.raises(ResultHeld, match="doubt"):
        day.release(results[3])
    day.release(results[1])
    assert [day.statuses(each.tube) for each in (given[1], given[3])] == [["negative"], []]


def test_where_it_comes_empty_or_damaged_it_was_looked_at_anew_too(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    nothing_wrong(scene)
    unreceive(scene, in_a_row[-1])
    reject_tube(scene.session, in_a_row[-1], Rejection.LEAKING, by=LAN, now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == {in_a_row[-2]}
    nothing_wrong(scene)
    look_beside(scene.session, [in_a_row[-2]], now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == set()


def test_a_group_that_is_open_still_is_the_one_that_is_looked_at(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    unreceive(scene, in_a_row[-1])
    came(scene, in_a_row[-1], box="H2")
    assert len(slips.open_groups(scene.session)) == 1
    nothing_wrong(scene)
    look_beside(scene.session, [in_a_row[-2]], now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == set()


def test_a_tube_that_was_not_empty_after_all_and_then_is_was_not_decided_of(
    scene: Any, in_a_row: list[Any]
) -> None:
    session, said = scene.session, {"by": LAN, "now": scene.now}
    for again in range(3):
        reject_tube(session, in_a_row[1], Rejection.EMPTY, **said)
        assert held_by_slip(session, in_a_row) == set(in_a_row[2:-1])
        nothing_wrong(scene)
        look_beside(session, [in_a_row[2]], now=scene.now)
        assert held_by_slip(session, in_a_row) == set(), again
        undo_rejection(session, in_a_row[1], note="có que", **said)


def test_a_screen_from_before_it_truly_came_decides_nothing(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    unreceive(scene, in_a_row[-1])
    (group,) = slips.open_groups(scene.session)
    seen = slips.stamps(scene.session, [group])[group.id]
    came(scene, in_a_row[-1], box="H2")
    said = {"wrong": [], "reason": "ống còn ở bàn", "by": "user:hoa", "now": scene.now}
    with pytest.raises(GroupChanged):
        decide_group(scene.session, group.id, seen=seen, **said)
    assert held_by_slip(scene.session, in_a_row) == {in_a_row[-2]}
    decide_group(
        scene.session, group.id, seen=slips.stamps(scene.session, [group])[group.id], **said
    )
    assert held_by_slip(scene.session, in_a_row) == set()


def test_where_it_came_to_another_laboratory_it_is_looked_at_as_its_own_arrival(
    people: Any, in_a_row: list[Any]
) -> None:
    came(people, in_a_row[-1])
    nothing_wrong(people)
    came(people, in_a_row[-1], box="H9", by=XA, moved=True)
    take_back(people, in_a_row[-1])
    assert held_by_slip(people.session, in_a_row) == {in_a_row[-2]}


@pytest.mark.parametrize("clock", [HOUR, -HOUR])
def test_an_empty_tube_that_is_called_so_again_is_looked_at_with_the_tube_of_nobody_near_it(
    scene: Any, in_a_row: list[Any], clock: timedelta
) -> None:
    session, said = scene.session, {"by": LAN, "now": scene.now}
    came(scene, in_a_row[-1])
    reject_tube(session, in_a_row[1], Rejection.EMPTY, **said)
    for group in slips.open_groups(session):
        decide_group(session, group.id, wrong=[], reason="có que", by="user:hoa", now=scene.now)
    undo_rejection(session, in_a_row[1], note="có que", **said)
    look_beside(session, in_a_row[2:-1], now=scene.now)
    assert held_by_slip(session, in_a_row) == set(), "what was decided stands until then"
    scene.now += clock
    reject_tube(session, in_a_row[1], Rejection.EMPTY, by=LAN, now=scene.now)
    assert held_by_slip(session, in_a_row) == set(in_a_row[2:-1])
    nothing_wrong(scene)
    look_beside(session, in_a_row[2:-1], now=scene.now)
    assert held_by_slip(session, in_a_row) == set(), "a person has looked at that finding"


def test_an_empty_tube_beside_those_that_were_let_go_before_it_was_known_is_looked_at(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    nothing_wrong(scene)
    reject_tube(scene.session, in_a_row[-3], Rejection.EMPTY, by=LAN, now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == {in_a_row[-2]}


def test_an_empty_tube_asks_nothing_anew_of_a_tube_of_nobody_that_it_does_not_lead_to(
    scene: Any,
) -> None:
    tubes = [scene.tube() for _ in range(9)]
    for at in (0, 1, 2, 4, 5, 7):  # 8 is the tube of nobody, beside 7
        scene.pair(tubes[at], scene.person())
    came(scene, tubes[8])
    nothing_wrong(scene)
    reject_tube(scene.session, tubes[4], Rejection.EMPTY, by=LAN, now=scene.now)
    assert tubes[7] not in held_by_slip(scene.session, tubes)


@pytest.mark.parametrize("first", [0, 8])
def test_an_empty_tube_asks_nothing_anew_on_the_other_side_of_a_tube_of_nobody(
    scene: Any, first: int
) -> None:
    session, said = scene.session, {"by": LAN, "now": scene.now}
    tubes = [scene.tube() for _ in range(9)]
    for each in (*tubes[:4], *tubes[5:]):
        scene.pair(each, scene.person())
    came(scene, tubes[4])
    reject_tube(session, tubes[first], Rejection.EMPTY, **said)
    for group in slips.open_groups(session):
        decide_group(session, group.id, wrong=[], reason="đúng", by="user:hoa", now=scene.now)
    reject_tube(session, tubes[8 - first], Rejection.EMPTY, **said)
    assert held_by_slip(session, tubes) == set(tubes[5:8] if first == 0 else tubes[1:4])


def test_a_tube_of_nobody_that_goes_on_to_another_laboratory_is_looked_at_there(
    people: Any, in_a_row: list[Any]
) -> None:
    came(people, in_a_row[-1])
    nothing_wrong(people)
    came(people, in_a_row[-1], box="H9", by=XA, moved=True)
    assert held_by_slip(people.session, in_a_row) == {in_a_row[-2]}
    nothing_wrong(people)
    came(people, in_a_row[-1], box="H9", by=XA, moved=True)
    look_beside(people.session, [in_a_row[-2]], now=people.now)
    assert held_by_slip(people.session, in_a_row) == set(), "a person has looked at this arrival"


def test_a_tube_of_somebody_that_goes_on_to_another_laboratory_asks_nothing(
    people: Any, in_a_row: list[Any]
) -> None:
    came(people, in_a_row[-1])
    nothing_wrong(people)
    came(people, in_a_row[0])
    came(people, in_a_row[0], box="H9", by=XA, moved=True)
    assert held_by_slip(people.session, in_a_row) == set()
