"""An empty tube whose swab may be in the next one holds those behind it, until somebody looks."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import events
from contract.tubes import TubeId
from server.accounts.within import ANYWHERE
from server.intake.effects import EFFECTS
from server.lab.arrivals import withdraw
from server.lab.receptions import undo_rejection
from server.lab.services import Finding, enter_result, receive_tube, reject_tube, verify_result
from server.lab.stray_rules import REACH, Beside, doubts_behind
from server.lab.strays import look_beside
from server.lab.words import Call, Rejection
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.sampling import slips
from server.sampling.holds import held_by_slip
from server.sampling.lot_parts import open_lot, void_tubes
from server.sampling.lot_tiles import Run
from server.sampling.models import Lot, Pairing
from server.sampling.services import record_pairing
from server.sampling.slip_decisions import decide_group

LAN, MINH = "user:lan", "user:minh"


def came(scene: Any, tube: Any) -> None:
    receive_tube(scene.session, tube, box="H1", by=LAN, now=scene.now)


def came_empty(scene: Any, tube: Any, why: Rejection = Rejection.EMPTY) -> None:
    reject_tube(scene.session, tube, why, by=LAN, now=scene.now)


@pytest.mark.engines
def test_no_result_leaves_between_an_empty_tube_and_one_that_stayed_behind(
    scene: Any, in_a_row: list[Any]
) -> None:
    came_empty(scene, in_a_row[1])
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])
    [group] = slips.open_groups(scene.session)
    assert (group.cause, group.stray) == ("empty", in_a_row[-1])
    assert group.wrong is not None
    assert group.wrong.tube == in_a_row[1]
    came(scene, in_a_row[2])
    entered = enter_result(
        scene.session, in_a_row[2], Finding(Call.POSITIVE), by=LAN, now=scene.now
    )
    verify_result(scene.session, entered.id, by=MINH, now=scene.now)
    with pytest.raises(ResultHeld):
        release(scene.session, [entered.id], by=MINH, now=scene.now)


@pytest.mark.parametrize(
    "why", [Rejection.LEAKING, Rejection.UNLABELLED, Rejection.LATE, Rejection.DAMAGED_CODE]
)
def test_a_tube_rejected_for_something_else_says_nothing_of_the_others(
    scene: Any, in_a_row: list[Any], why: Rejection
) -> None:
    came_empty(scene, in_a_row[1], why)
    assert held_by_slip(scene.session, in_a_row) == set()


def test_a_void_tube_is_passed_over(scene: Any) -> None:
    open_lot(scene.session, scene.session.get_one(Lot, "L-26"))
    tubes = [scene.tube() for _ in range(8)]
    for at in (1, 2, 3, 5, 6):
        scene.pair(tubes[at], scene.person())
    void_tubes(scene.session, "L-26", Run(5, 5), reason="rơi", by=MINH, now=scene.now)
    came_empty(scene, tubes[2])
    assert held_by_slip(scene.session, tubes) == {tubes[1], tubes[3], tubes[5], tubes[6]}


@pytest.mark.parametrize(("first", "last"), [(6, 6), (6, 30), (3, 30)])
def test_where_only_void_tubes_lead_on_the_first_of_them_may_hold_the_last_swab(
    scene: Any, first: int, last: int
) -> None:
    """They were made void before the box was opened: one, or all that was left of the box."""
    lot = scene.session.get_one(Lot, "L-26")
    open_lot(scene.session, lot)
    tubes = [scene.tube() for _ in range(6)]
    lot.last = last
    for at in range(1, first - 1):
        scene.pair(tubes[at], scene.person())
    run = Run(first, last)
    void_tubes(scene.session, "L-26", run, reason="bỏ", by=MINH, now=scene.now)
    came_empty(scene, tubes[1])
    behind = tubes[2 : first - 1]
    assert held_by_slip(scene.session, tubes) == set(behind)
    missing = [TubeId.mint(26, first)] if behind else []
    assert [group.stray for group in slips.open_groups(scene.session)] == missing


def test_what_was_held_goes_when_the_empty_one_was_not_empty(
    scene: Any, in_a_row: list[Any]
) -> None:
    came_empty(scene, in_a_row[1])
    undo_rejection(scene.session, in_a_row[1], note="có dịch", by=LAN, now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == set()


def test_a_person_looks_once_and_again_only_when_the_missing_tube_comes(
    scene: Any, in_a_row: list[Any]
) -> None:
    came_empty(scene, in_a_row[1])
    [group] = slips.open_groups(scene.session)
    decide_group(scene.session, group.id, wrong=[], reason="hỏi", by=MINH, now=scene.now)
    look_beside(scene.session, in_a_row[:-1], now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == set()
    came(scene, in_a_row[-1])
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])
    assert [group.cause for group in slips.open_groups(scene.session)] == ["stray"]


@pytest.mark.engines
def test_pairings_that_are_heard_of_later_move_what_is_held_as_far_as_they_reach(
    scene: Any, in_a_row: list[Any]
) -> None:
    came_empty(scene, in_a_row[3])
    assert held_by_slip(scene.session, in_a_row) == {in_a_row[4]}
    heard = paired_now(scene, in_a_row[-1])
    look_beside(scene.session, [heard], now=scene.now)
    scene.tube()
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[4:])


def test_pairings_heard_of_after_the_empty_one_came_are_held(scene: Any) -> None:
    """The station sent the empty one's pairing in one batch, those after it in the next."""
    tubes = [scene.tube() for _ in range(5)]
    scene.pair(tubes[0], scene.person())
    came_empty(scene, tubes[0])
    assert held_by_slip(scene.session, tubes) == set()
    for tube in tubes[1:-1]:
        scene.pair(tube, scene.person())
    look_beside(scene.session, tubes[1:-1], now=scene.now)
    assert held_by_slip(scene.session, tubes) == set(tubes[1:-1])


def test_where_the_lot_begins_no_tube_is_missing(scene: Any) -> None:
    tubes = [scene.tube() for _ in range(3)]
    for tube in tubes:
        scene.pair(tube, scene.person())
    came_empty(scene, tubes[-1])
    assert held_by_slip(scene.session, tubes) == set()


@pytest.mark.parametrize("void_first", [True, False])
def test_a_pairing_undone_by_its_station_leaves_a_tube_of_nobody_in_either_order(
    scene: Any, in_a_row: list[Any], *, void_first: bool
) -> None:
    last = scene.pair(in_a_row[-1], scene.person())
    for _ in range(REACH):
        scene.pair(scene.tube(), scene.person())
    steps = [lambda: undone(scene, last), lambda: came_empty(scene, in_a_row[1])]
    for step in steps if void_first else reversed(steps):
        step()
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])


def test_what_ended_by_itself_is_held_again_when_its_ground_comes_back(
    scene: Any, in_a_row: list[Any]
) -> None:
    came_empty(scene, in_a_row[1])
    undo_rejection(scene.session, in_a_row[1], note="có dịch", by=LAN, now=scene.now)
    came_empty(scene, in_a_row[1])
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])
    paired_now(scene, in_a_row[-1])
    assert held_by_slip(scene.session, in_a_row) == set()
    undone(scene, scene.session.get_one(Pairing, UUID(int=7)))
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])


def test_an_undone_tube_that_came_all_the_same_ends_a_shift_as_well(
    scene: Any, in_a_row: list[Any]
) -> None:
    undone(scene, scene.pair(in_a_row[-1], scene.person()))
    came(scene, in_a_row[-1])
    came_empty(scene, in_a_row[1])
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])


@pytest.mark.engines
def test_where_the_tube_of_nobody_came_by_mistake_it_is_missing_again(
    scene: Any, in_a_row: list[Any]
) -> None:
    """Whoever lets those go that were held because it came says nothing of the empty one."""
    came(scene, in_a_row[-1])
    came_empty(scene, in_a_row[1])
    assert {group.cause for group in slips.open_groups(scene.session)} == {"stray"}
    withdraw(scene.session, in_a_row[-1], ANYWHERE, reason="quét nhầm", by=LAN, now=scene.now)
    for group in slips.open_groups(scene.session):
        if group.cause == "stray":
            decide_group(scene.session, group.id, wrong=[], reason="x", by=MINH, now=scene.now)
    assert [group.cause for group in slips.open_groups(scene.session)] == ["empty"]
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[2:-1])


def undone(scene: Any, pairing: Pairing) -> None:
    event = events.PairingVoided(
        id=uuid4(), station=pairing.station, epoch="0" * 16, seq=2, prev=events.NO_EVENT,
        at=scene.now, trusted=True, boot="b", mono=1, tube=pairing.tube.text, pairing=pairing.id,
        reason="undo",
    )  # fmt: skip
    EFFECTS[events.PairingVoided](scene.session, event, scene.now)


def paired_now(scene: Any, tube: TubeId) -> TubeId:
    event = events.TubePaired(
        id=UUID(int=7), station="ban-1", epoch="0" * 16, seq=1, prev=events.NO_EVENT,
        at=scene.now, trusted=True, boot="b", mono=1, tube=tube.text, person="",
        person_kind="citizen-card", tag="0" * 16, order="person-first", took_ms=900,
    )  # fmt: skip
    record_pairing(scene.session, event, scene.person(), place="p", now=scene.now)
    return tube


@given(
    st.integers(0, 90),
    st.dictionaries(st.integers(0, 90), st.sampled_from(["ban-1", "ban-2"]), max_size=90),
    st.frozensets(st.integers(0, 90), max_size=6),
    st.frozensets(st.integers(0, 90), max_size=40),
    st.integers(0, 90),
)
def test_what_lies_behind_is_of_one_station_without_a_gap_and_never_empty(
    empty: int, stations: dict[int, str], others: frozenset[int], void: frozenset[int], lot: int
) -> None:
    void = frozenset(at for at in void if at <= lot)
    unused = set(range(lot + 1)) - stations.keys() - void
    paired = {at: Beside(UUID(int=at + 1), name) for at, name in stations.items()}
    for end, doubt in doubts_behind(empty, paired, others, void, unused):
        held = [member.int - 1 for member in doubt.members]
        between = range(min(empty, end) + 1, max(empty, end))
        assert held == [at for at in between if at not in void]
        assert {stations[at] for at in held} == {doubt.station} == {stations[empty]}
        assert not set(held) & others
        assert abs(end - empty) <= REACH
        beyond = (empty + (1 if end > empty else -1) * far for far in range(1, REACH + 1))
        after = [at for at in beyond if abs(at - empty) >= abs(end - empty)]
        ends = next((at for at in after if at not in void), None)
        assert end == (ends if ends in unused else after[0])
        assert ends is None or ends in unused or stations.get(ends) != doubt.station or (
            ends in others
        )  # fmt: skip
