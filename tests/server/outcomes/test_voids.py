"""Which pairings are void is one question with one answer, wherever it is asked."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from server.outcomes.desks import Desk, live, waiting_on
from server.outcomes.facts import facts_of
from server.outcomes.known import PoolCount
from server.outcomes.merge import live_pairings
from server.sampling import queries as sampling
from server.sampling.models import Pairing, PairingVoid


def living(scene: Any, tube: Any) -> list[set[Any]]:
    """Ask all three: the facts of outcomes, the desks, and sampling itself."""
    return [
        {each.id for each in live_pairings(facts_of(scene.session, tube))},
        set(scene.session.scalars(select(Pairing.id).where(Pairing.tube == tube, live()))),
        {each.id for each in sampling.live_pairings(scene.session, tube)},
    ]


def test_a_void_by_another_station_takes_nobody_off_a_tube(scene: Any) -> None:
    tube = scene.tube()
    pairing = scene.pair(tube, scene.person(), station="ban-1")
    scene.void(pairing, station="ban-2")
    assert living(scene, tube) == [{pairing.id}] * 3
    assert [each.tube for each in waiting_on(scene.session, Desk.PAIRING_WITHOUT_RECEPTION)] == [
        tube
    ]


def test_a_void_counts_for_its_pairing_whatever_tube_it_names(scene: Any) -> None:
    tube, other = scene.tube(), scene.tube()
    pairing = scene.pair(tube, scene.person())
    scene.void(pairing, tube=other)
    assert living(scene, tube) == [set()] * 3


def test_the_own_stations_void_holds(scene: Any) -> None:
    tube = scene.tube()
    pairing = scene.pair(tube, scene.person(), station="ban-2")
    scene.void(pairing)
    assert living(scene, tube) == [set()] * 3


def test_what_a_person_withdraws_is_no_miscount_of_the_station(scene: Any) -> None:
    tube = scene.tube(90)
    kept, wrong, undone = (scene.pair(tube, scene.person(name)) for name in ("A", "B", "C"))
    scene.void(undone)
    scene.session.add(
        PairingVoid(
            event_id=uuid4(), pairing_id=wrong.id, tube=tube, station=wrong.station,
            reason="withdrawn", by="user:hoa", voided_at=scene.now,
            received_at=scene.now,
        )
    )  # fmt: skip
    scene.close_pool(tube, members=2)
    known = facts_of(scene.session, tube)
    assert known.pool_counts == {PoolCount(2, 2)}
    assert {each.id for each in live_pairings(known)} == {kept.id}
