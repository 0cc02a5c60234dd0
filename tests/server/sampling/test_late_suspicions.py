"""What a station suspected is held in whatever order it is heard of, unless a person let it go."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contract.events import PairingVoided, SlipSuspected, TubePaired
from contract.tubes import Tube
from server.db import Database
from server.sampling import services, shifts, slip_decisions, slips
from server.sampling.decision_models import SlipGroup
from server.sampling.holds import holds_of
from server.sampling.turns import take_turn
from tests.server.conftest import Scene
from tests.server.outcomes.test_at_once import BARELY


class Table:
    """A station's three pairs, a minute apart, and the suspicion that follows them."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.tubes = scene, [scene.tube() for _ in range(3)]
        self.pairs = [self.paired(tube, minutes) for minutes, tube in enumerate(self.tubes)]
        self.suspicion = self._event(
            SlipSuspected, 2, reason="too-fast", tubes=tuple(tube.text for tube in self.tubes)
        )

    def _event(self, kind: type[Any], minutes: float, **more: Any) -> Any:
        head = {
            "id": uuid4(), "station": "ban-1", "epoch": "0" * 16, "seq": 1, "prev": "0" * 64,
            "at": self.scene.now + timedelta(minutes=minutes), "trusted": True, "boot": "boot",
            "mono": 1,
        }  # fmt: skip
        return kind(**{**head, **more})

    def paired(self, tube: Tube, minutes: float, **more: Any) -> TubePaired:
        said = {"tube": tube.text, "person": "A" * 80, "person_kind": "citizen-card",
                "tag": "0" * 16, "order": "person-first", "took_ms": 1}  # fmt: skip
        event = self._event(TubePaired, minutes, **{**said, **more})
        assert isinstance(event, TubePaired)
        return event

    def tell(self, *events: TubePaired | SlipSuspected | PairingVoided) -> None:
        session, now = self.scene.session, self.scene.now
        for event in events:
            if isinstance(event, TubePaired):
                services.record_pairing(session, event, self.scene.person(), place="p", now=now)
            elif isinstance(event, PairingVoided):
                services.record_void(session, event, now=now)
            else:
                shifts.record_suspicion(session, event, now=now)

    def undone(self, pair: TubePaired) -> PairingVoided:
        return self._event(PairingVoided, 3, pairing=pair.id, tube=pair.tube, reason="undo")

    def held(self) -> set[Tube]:
        return {each.tube for each in holds_of(self.scene.session, self.tubes)}

    def group(self) -> SlipGroup:
        return self.scene.session.get_one(SlipGroup, self.suspicion.id)

    def decide(self, *, slipped: bool) -> int:
        return slip_decisions.decide_suspicion(
            self.scene.session, self.suspicion.id, slipped=slipped, reason="đã hỏi",
            by="user:hoa", now=self.scene.now,
        )  # fmt: skip


@pytest.fixture
def table(scene: Scene) -> Table:
    return Table(scene)


def test_in_whatever_order_a_suspicion_and_its_pairs_come_all_are_held(scene: Scene) -> None:
    for order in ("0123", "0132", "2310", "3012", "3210"):
        table = Table(scene)
        events = [*table.pairs, table.suspicion]
        table.tell(*(events[int(each)] for each in order))
        assert table.held() == set(table.tubes), order
        assert [each.tube for each in table.group().members] == table.tubes, order
        assert slips.open_groups(table.scene.session) == []  # it stands with its suspicion
        table.decide(slipped=False)
        assert table.held() == set(), order


@pytest.mark.engines
def test_many_pairs_that_come_at_once_after_their_suspicion_are_held(table: Table) -> None:
    table.tell(table.suspicion)
    given = [services.Given(pair, table.scene.person().id, "p") for pair in table.pairs]
    services.record_pairings(table.scene.session, given, now=table.scene.now)
    assert table.held() == set(table.tubes)


def test_what_a_person_kept_held_holds_the_pairs_that_come_later(table: Table) -> None:
    table.tell(table.suspicion)
    assert table.decide(slipped=True) == 0
    table.tell(*table.pairs[:2])
    assert table.held() == set(table.tubes[:2])
    [group] = slips.open_groups(table.scene.session)
    slip_decisions.decide_group(
        table.scene.session, group.id, wrong=(), reason="đúng cả", by="user:hoa",
        now=table.scene.now,
    )  # fmt: skip
    table.tell(table.pairs[2])  # nobody looked at this one
    assert table.held() == {table.tubes[2]}
    assert [len(each.members) for each in slips.open_groups(table.scene.session)] == [1]


def test_where_nothing_slipped_a_pair_that_comes_later_goes(table: Table) -> None:
    table.tell(table.suspicion)
    table.decide(slipped=False)
    table.tell(*table.pairs)
    assert table.held() == set()


def test_a_screen_that_does_not_show_the_pair_that_came_since_is_told_so(table: Table) -> None:
    table.tell(table.suspicion)
    table.tell(table.pairs[0])
    table.decide(slipped=True)
    seen = slips.stamps(table.scene.session, [table.group()])[table.suspicion.id]
    table.tell(table.pairs[1])
    with pytest.raises(slip_decisions.GroupChanged):
        slip_decisions.decide_group(
            table.scene.session, table.suspicion.id, wrong=(), reason="đúng", by="user:hoa",
            now=table.scene.now, seen=seen,
        )  # fmt: skip


def test_a_suspicion_means_what_its_station_paired_before_it(table: Table) -> None:
    [first, second, third] = table.tubes
    table.tell(table.suspicion, table.paired(first, 9.0))
    table.tell(table.paired(second, 1.0, station="ban-2"))
    assert table.held() == set()
    table.tell(table.paired(third, 9.0, trusted=False))  # by a clock that was not set
    assert table.held() == {third}


def test_a_pair_that_was_undone_before_it_came_is_not_held(table: Table) -> None:
    table.tell(table.suspicion, table.undone(table.pairs[0]), *table.pairs)
    assert table.held() == set(table.tubes[1:])


@pytest.mark.engines
@pytest.mark.parametrize("slipped", [True, False])
def test_a_decision_and_whoever_brings_a_suspected_pair_never_wait_for_each_other(
    database: Database, make_scene: Any, *, slipped: bool
) -> None:
    with database.write() as session:
        table = Table(make_scene(session))
        table.tell(table.suspicion, table.pairs[0])
        if slipped:
            table.decide(slipped=True)

    def decide() -> None:
        with database.write() as session:
            table.scene.session = session
            if slipped:
                slip_decisions.decide_group(
                    session, table.suspicion.id, wrong=(), reason="x", by="user:hoa",
                    now=table.scene.now,
                )  # fmt: skip
            else:
                table.decide(slipped=False)

    with ThreadPoolExecutor(1) as beside:
        with database.write() as session:
            person = Scene(session, table.scene.now).person()
            take_turn(session, [table.tubes[1]])  # as whoever applies a batch has
            deciding = beside.submit(decide)
            wait([deciding], timeout=BARELY)
            services.record_pairing(session, table.pairs[1], person, place="p", now=table.scene.now)
        deciding.result()
    with database.read() as session:
        group = session.get_one(SlipGroup, table.suspicion.id)
        assert (len(group.members), group.decided_at) == (2, table.scene.now)
