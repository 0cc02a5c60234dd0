"""Pairings, voids, pools and conflicts, in whatever order they come."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract import events
from contract.tubes import Tube, TubeId
from server.accounts.models import Station
from server.people.models import Person
from server.sampling import changes, conflicts, lots, queries, services
from server.sampling.models import Pairing, StationTally, TubeConflict

pytestmark = pytest.mark.engines

TUBE, POOL = TubeId.mint(26, 1), TubeId.mint(90, 1)


@pytest.fixture
def heard() -> Iterator[list[Tube]]:
    """Tubes that the domains above were told of."""
    told: list[Tube] = []
    known = list(changes.listeners)
    changes.listeners[:] = [lambda _session, tubes, _now: told.extend(tubes)]
    yield told
    changes.listeners[:] = known


@pytest.fixture
def table(session: Session, now: datetime, heard: list[Tube]) -> "Table":
    for name in ("ban-1", "ban-2"):
        session.add(Station(id=name, label=name, place="p", duty="sampling", state="created",
                            created_at=now))  # fmt: skip
    session.flush()
    for series in (26, 90, 98):
        lots.register_lot(session, series=series, count=9, place="p", station=None, by="u", now=now)
    return Table(session, now)


class Table:
    """Events of two stations, applied."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.seq = 0

    def head(self, station: str) -> dict[str, object]:
        self.seq += 1
        return {
            "id": uuid4(), "station": station, "epoch": "0" * 16, "seq": self.seq,
            "prev": events.NO_EVENT, "at": self.now + timedelta(seconds=self.seq),
            "trusted": True, "boot": "b", "mono": self.seq,
        }  # fmt: skip

    def person(self) -> Person:
        person = Person(id=uuid4(), place="p", created_at=self.now)
        self.session.add(person)
        self.session.flush()
        return person

    def paired(self, tube: Tube, station: str = "ban-1", order: str = "") -> events.TubePaired:
        shape = order or ("pool" if tube.kind == "pool" else "person-first")
        return events.TubePaired(
            **self.head(station), tube=tube.text, person="", person_kind="citizen-card",  # type: ignore[arg-type]
            tag="0" * 16, order=shape, took_ms=900,
        )  # fmt: skip

    def voided(self, pairing: UUID, tube: Tube, station: str = "ban-1") -> events.PairingVoided:
        return events.PairingVoided(
            **self.head(station), pairing=pairing, tube=tube.text, reason="undo"  # type: ignore[arg-type]
        )  # fmt: skip

    def pair(self, tube: Tube, person: Person | None = None, station: str = "ban-1") -> Pairing:
        return self.record(self.paired(tube, station), person or self.person())

    def record(self, event: events.TubePaired, person: Person) -> Pairing:
        return services.record_pairing(self.session, event, person, place="p", now=self.now)

    def void(self, event: events.PairingVoided) -> None:
        services.record_void(self.session, event, now=self.now)

    def standing(self) -> list[TubeConflict]:
        return queries.open_conflicts(self.session)


def ids(pairings: Sequence[Pairing]) -> set[UUID]:
    return {pairing.id for pairing in pairings}


def test_a_pairing_is_recorded_once_however_often_it_comes(table: Table, heard: list[Tube]) -> None:
    event, person = table.paired(TUBE), table.person()
    assert table.record(event, person) is table.record(event, person)
    assert heard == [TUBE]
    assert table.standing() == []


def test_the_same_person_twice_on_a_tube_is_harmless(table: Table) -> None:
    person = table.person()
    table.pair(TUBE, person)
    table.pair(TUBE, person, "ban-2")
    assert table.standing() == []


def test_two_persons_on_one_tube_are_both_kept_and_a_conflict_stands(table: Table) -> None:
    first, second = table.pair(TUBE), table.pair(TUBE, station="ban-2")
    (conflict,) = table.standing()
    assert {claim.pairing_id for claim in conflict.claims} == {first.id, second.id}
    third = table.pair(TUBE)
    (same,) = table.standing()
    assert same is conflict
    assert len(conflict.claims) == 3
    assert ids(queries.live_pairings(table.session, TUBE)) == {first.id, second.id, third.id}


def test_a_pool_holds_several_persons_of_one_station(table: Table) -> None:
    for _ in range(5):
        table.pair(POOL)
    assert table.standing() == []


def test_a_pool_tube_at_two_stations_is_a_conflict_and_one_pool_is_kept_whole(
    table: Table,
) -> None:
    mine = [table.pair(POOL) for _ in range(3)]
    theirs = [table.pair(POOL, station="ban-2") for _ in range(2)]
    (conflict,) = table.standing()
    assert conflict.kind == "two-stations"
    conflicts.decide_conflict(
        table.session, conflict.id, keep=theirs[0].id, reason="nhãn thật", by="u", now=table.now
    )
    assert ids(queries.live_pairings(table.session, POOL)) == ids(theirs)
    assert queries.set_aside(table.session, POOL) == ids(mine)


def test_a_decision_sets_aside_and_deletes_nothing(table: Table, heard: list[Tube]) -> None:
    first, second = table.pair(TUBE), table.pair(TUBE)
    (conflict,) = table.standing()
    heard.clear()
    conflicts.decide_conflict(
        table.session, conflict.id, keep=first.id, reason="sổ giấy", by="user:canbo", now=table.now
    )
    assert ids(queries.live_pairings(table.session, TUBE)) == {first.id}
    assert ids(queries.pairings_of(table.session, TUBE)) == {first.id, second.id}
    assert heard == [TUBE]
    with pytest.raises(conflicts.AlreadyDecided):
        conflicts.decide_conflict(
            table.session, conflict.id, keep=None, reason="x", by="u", now=table.now
        )


def test_no_claim_may_hold_at_all(table: Table) -> None:
    table.pair(TUBE), table.pair(TUBE)
    conflicts.decide_conflict(
        table.session, table.standing()[0].id, keep=None, reason="x", by="u", now=table.now
    )
    assert queries.live_pairings(table.session, TUBE) == []


def test_a_third_person_after_the_decision_opens_another_conflict(table: Table) -> None:
    first, second = table.pair(TUBE), table.pair(TUBE)
    conflicts.decide_conflict(
        table.session, table.standing()[0].id, keep=first.id, reason="x", by="u", now=table.now
    )
    third = table.pair(TUBE)
    (again,) = table.standing()
    assert {claim.pairing_id for claim in again.claims} == {first.id, third.id}
    assert second.id not in {claim.pairing_id for claim in again.claims}


def test_any_order_of_pairings_and_a_void_leaves_the_same_state(table: Table) -> None:
    for serial, order in enumerate(permutations(range(3)), 2):
        tube = TubeId.mint(26, serial)
        first, second = table.paired(tube), table.paired(tube)
        people = {first.id: table.person(), second.id: table.person()}
        void = table.voided(second.id, tube)
        for index in order:
            event = (first, second, void)[index]
            if isinstance(event, events.PairingVoided):
                table.void(event)
            else:
                table.record(event, people[event.id])
        assert ids(queries.live_pairings(table.session, tube)) == {first.id}
    assert table.standing() == []


def test_a_station_voids_only_what_it_paired_itself(table: Table) -> None:
    pairing = table.pair(TUBE)
    with pytest.raises(services.NotOwnPairing):
        table.void(table.voided(pairing.id, TUBE, "ban-2"))
    later = table.paired(TubeId.mint(26, 2))
    table.void(table.voided(later.id, TubeId.mint(26, 2), "ban-2"))
    kept = table.record(later, table.person())
    assert ids(queries.live_pairings(table.session, kept.tube)) == {kept.id}


def test_a_tube_of_no_lot_waits_and_a_control_is_refused(table: Table) -> None:
    with pytest.raises(services.TubeOfNoLot):
        table.pair(TubeId.mint(26, 10))
    with pytest.raises(services.ControlTube):
        table.pair(TubeId.mint(98, 1))
    for tube, order in ((TUBE, "pool"), (POOL, "person-first")):
        with pytest.raises(services.WrongOrder):
            table.record(table.paired(tube, order=order), table.person())


def test_a_pool_is_closed_once(table: Table) -> None:
    table.pair(POOL)
    event = events.PoolClosed(**table.head("ban-1"), tube=POOL.text, members=1)  # type: ignore[arg-type]
    for _ in range(2):
        services.close_pool(table.session, event, now=table.now)
    assert [closing.members for closing in queries.closings_of(table.session, POOL)] == [1]


def test_refusals_are_counted_by_station_day_and_reason(table: Table) -> None:
    late = table.now.replace(hour=18)  # already tomorrow in Vietnam
    for at in (table.now, table.now, late):
        services.tally(table.session, "ban-1", at=at, kind="refused", reason="tube-used")
    services.tally(table.session, "ban-1", at=table.now, kind="let-go", reason="timeout")
    assert table.session.scalar(select(func.count()).select_from(StationTally)) == 3
    assert sorted(each.count for each in queries.tallies(table.session)) == [1, 1, 2]
