"""A tube that came and was given to nobody makes those beside it doubtful, until somebody looks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import events
from contract.tubes import LARGEST_SERIAL, TubeId
from server.lab.models import Reception
from server.lab.services import Finding, enter_result, receive_tube, reject_tube, verify_result
from server.lab.stray_reads import spans_around
from server.lab.stray_rules import REACH, Beside, doubts_beside
from server.lab.strays import look_at, look_beside
from server.lab.words import Call, Rejection
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.sampling import slip_endings, slips
from server.sampling.decisions import DecidedSince
from server.sampling.holds import held_by_slip
from server.sampling.services import record_pairing
from server.sampling.slip_decisions import decide_group
from server.sampling.withdrawals import is_live

LAN, MINH = "user:lan", "user:minh"


def came(scene: Any, tube: Any) -> None:
    receive_tube(scene.session, tube, box="H1", by=LAN, now=scene.now)


@pytest.mark.parametrize("empty_first", [True, False])
def test_an_empty_tube_and_one_of_nobody_hold_all_between_them_in_either_order(
    scene: Any, in_a_row: list[Any], *, empty_first: bool
) -> None:
    steps = [
        lambda: reject_tube(scene.session, in_a_row[0], Rejection.EMPTY, by=LAN, now=scene.now),
        lambda: came(scene, in_a_row[-1]),
    ]
    for step in steps if empty_first else reversed(steps):
        step()
    assert held_by_slip(scene.session, in_a_row) == set(in_a_row[1:-1])
    came(scene, in_a_row[2])
    entered = enter_result(
        scene.session, in_a_row[2], Finding(Call.POSITIVE), by=LAN, now=scene.now
    )
    verify_result(scene.session, entered.id, by=MINH, now=scene.now)
    with pytest.raises(ResultHeld):
        release(scene.session, [entered.id], by=MINH, now=scene.now)


@pytest.mark.parametrize("stray_at", [0, 1, 2])
def test_a_tube_of_nobody_between_two_empty_ones_holds_both_sides_in_every_order(
    scene: Any, stray_at: int
) -> None:
    """Nobody knows in which of the two the shift began."""
    tubes = [scene.tube() for _ in range(9)]
    for each in (*tubes[:4], *tubes[5:]):
        scene.pair(each, scene.person())
    steps = [
        lambda: reject_tube(scene.session, tubes[0], Rejection.EMPTY, by=LAN, now=scene.now),
        lambda: reject_tube(scene.session, tubes[8], Rejection.EMPTY, by=LAN, now=scene.now),
    ]
    steps.insert(stray_at, lambda: came(scene, tubes[4]))
    for step in steps:
        step()
    assert held_by_slip(scene.session, tubes) == {*tubes[1:4], *tubes[5:8]}


def test_a_tube_of_nobody_alone_holds_only_who_stands_beside_it(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    came(scene, in_a_row[-1])  # scanned again
    assert held_by_slip(scene.session, in_a_row) == {in_a_row[-2]}
    assert len(slips.open_groups(scene.session)) == 1


def test_what_was_held_goes_by_itself_when_the_pairing_was_only_late(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    event = events.TubePaired(
        id=UUID(int=7), station="ban-1", epoch="0" * 16, seq=1, prev=events.NO_EVENT,
        at=scene.now, trusted=True, boot="b", mono=1, tube=in_a_row[-1].text, person="",
        person_kind="citizen-card", tag="0" * 16, order="person-first", took_ms=900,
    )  # fmt: skip
    record_pairing(scene.session, event, scene.person(), place="p", now=scene.now)
    assert held_by_slip(scene.session, in_a_row) == set()
    assert slips.open_groups(scene.session) == []


def test_a_group_that_ended_by_itself_is_not_decided_from_an_old_page(
    scene: Any, in_a_row: list[Any]
) -> None:
    came(scene, in_a_row[-1])
    [group] = slips.open_groups(scene.session)
    seen = slips.stamps(scene.session, [group])[group.id]
    [member] = group.members
    slip_endings.end_strays(scene.session, [in_a_row[-1]], now=scene.now)
    for stamp in (seen, None):
        with pytest.raises(DecidedSince):
            decide_group(
                scene.session, group.id, wrong=[member.pairing_id], reason="gọi hỏi", by=MINH,
                now=scene.now, seen=stamp,
            )  # fmt: skip
    assert is_live(scene.session, member.pairing)


@pytest.mark.engines
def test_a_rack_looked_at_together_holds_what_its_tubes_hold_one_by_one(scene: Any) -> None:
    tubes = [scene.tube() for _ in range(12)]
    for at in (0, 1, 2, 4, 5, 8, 9, 11):  # the others are strays: 3, 6, 7 and 10
        scene.pair(tubes[at], scene.person())
    for tube in tubes:
        reason = Rejection.EMPTY if tube == tubes[0] else ""
        scene.session.add(
            Reception(id=uuid4(), tube=tube, accepted=not reason, reason=reason, box="H1",
                      at=scene.now, by=LAN)
        )  # fmt: skip
    scene.session.flush()

    def held_by(racks: Iterable[list[Any]]) -> set[tuple[Any, ...]]:
        with scene.session.begin_nested() as tried:
            for rack in racks:
                look_at(scene.session, rack, now=scene.now)
            found = {
                (group.stray, group.shift, *(member.tube for member in group.members))
                for group in slips.open_groups(scene.session)
            }
            tried.rollback()
        return found

    together = held_by([tubes])
    assert together == held_by([tube] for tube in tubes)
    assert (tubes[3], True, tubes[1], tubes[2]) in together
    assert (tubes[10], False, tubes[9], tubes[11]) in together
    assert held_by([tubes, tubes]) == together


def test_an_empty_tube_without_a_tube_of_nobody_within_reach_holds_nothing(
    scene: Any, in_a_row: list[Any]
) -> None:
    every = [*in_a_row, *(scene.tube() for _ in range(REACH))]
    for tube in every[len(in_a_row) - 1 :]:
        scene.pair(tube, scene.person())
    reject_tube(scene.session, in_a_row[1], Rejection.EMPTY, by=LAN, now=scene.now)
    came(scene, in_a_row[0])
    assert held_by_slip(scene.session, every) == set()


@given(
    st.integers(30, 60),
    st.dictionaries(st.integers(0, 90), st.sampled_from(["ban-1", "ban-2"]), max_size=90),
    st.frozensets(st.integers(0, 90), max_size=6),
)
def test_what_is_held_is_of_one_station_near_by_and_never_empty(
    stray: int, stations: dict[int, str], empty: frozenset[int]
) -> None:
    paired = {at: Beside(UUID(int=at + 1), name) for at, name in stations.items() if at != stray}
    doubts = doubts_beside(stray, paired, empty)
    if not doubts:
        assert {stray - 1, stray + 1} & (paired.keys() - empty) == set()
    for doubt in doubts:
        held = [member.int - 1 for member in doubt.members]
        assert held == sorted(held)
        assert {stations[at] for at in held} == {doubt.station}
        assert not set(held) & empty
        assert all(abs(at - stray) <= (REACH if doubt.shift else 1) for at in held)


def test_pairings_that_come_after_their_tubes_are_looked_at_as_well(
    scene: Any, in_a_row: list[Any]
) -> None:
    """The whole station was off-line: when its tubes came, nobody knew whose they were."""
    known = in_a_row[1:-1]
    late = [scene.tube() for _ in range(4)]
    reject_tube(scene.session, late[0], Rejection.EMPTY, by=LAN, now=scene.now)
    for tube in late[1:]:
        came(scene, tube)
    assert held_by_slip(scene.session, [*known, *late]) == set()
    for tube in late[:-1]:
        scene.pair(tube, scene.person())
    look_beside(scene.session, late[:-1], now=scene.now)
    assert held_by_slip(scene.session, [*known, *late]) == set(late[1:-1])


@given(
    st.frozensets(
        st.tuples(st.sampled_from([26, 27]), st.integers(0, 300) | st.just(LARGEST_SERIAL)),
        max_size=20,
    )
)
def test_spans_hold_what_is_within_reach_and_nothing_else(
    spots: frozenset[tuple[int, int]],
) -> None:
    spans = list(spans_around(TubeId.mint(*spot) for spot in spots))
    held = [(span.series, at) for span in spans for at in range(span.first, span.last + 1)]
    near = {
        (series, serial + step)
        for series, serial in spots
        for step in range(-REACH, REACH + 1)
        if 0 <= serial + step <= LARGEST_SERIAL
    }
    assert len(held) == len(set(held))
    assert set(held) == near
