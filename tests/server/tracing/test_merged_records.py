"""Records that were merged are one person's: in traces, on lists to call, in zones."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from contract.identities import Key, Kind, System
from server.declarations.check_ins import Comer, Coming, keep
from server.declarations.kinds import PointKind
from server.declarations.models import Point
from server.declarations.points import PointWish, add_point
from server.declarations.traces.bearers import Bearers
from server.declarations.traces.presence import person_key
from server.declarations.zones import queries
from server.declarations.zones.services import Act, draw_zone
from server.people import merges, services
from server.people.services import identity
from server.tracing import lists, subjects
from server.tracing.subjects import Asked
from server.tracing.unsampled import unsampled

pytestmark = pytest.mark.engines
PLACE = "vn-2021:24.222.07"
Came = Callable[[UUID, Point, int], None]


@pytest.fixture
def points(session: Session, now: datetime) -> list[Point]:
    return [
        add_point(session, PointWish(PointKind.MARKET, name, PLACE), by="u", now=now)
        for name in ("Chợ", "Quán")
    ]


@pytest.fixture
def came(session: Session, now: datetime) -> Came:
    def come(person: UUID, point: Point, minutes: int) -> None:
        made = Coming(
            id=uuid4(), comer=Comer(person), source="keeper", point=point.name, point_id=point.id,
            place=PLACE, at=now - timedelta(minutes=600 - minutes),
        )  # fmt: skip
        keep(session, [made], now=now)

    return come


def merge(session: Session, *records: UUID, now: datetime) -> list[UUID]:
    """Merge records in a chain, and return the merges."""
    return [
        merges.merge(session, one, other, reason="r", evidence="e", by="user:hoa", now=now).id
        for one, other in pairwise(records)
    ]


def test_a_trace_follows_all_records_of_the_case_and_counts_a_contact_once(
    session: Session, scene: Any, points: list[Point], came: Came, now: datetime
) -> None:
    case = [scene.person("Trần Văn An").id for _ in range(3)]
    f1 = [scene.person("Lê Thị Bình").id for _ in range(2)]
    f2 = scene.person("Phạm Văn Cúc").id
    market, inn = points
    came(case[1], market, 0)
    came(case[2], inn, 120)
    for record, point, minutes in ((f1[0], market, 5), (f1[1], inn, 125), (f2, inn, 140)):
        came(record, point, minutes)
    came(f1[0], market, 300)
    came(f2, market, 310)
    assert subjects.traced(session, Asked(person=str(case[0])), now)[1].visits == []
    done = merge(session, *case, now=now) + merge(session, *f1, now=now)
    for record in case:
        _, trace, _ = subjects.traced(session, Asked(person=str(record)), now)
        assert {visit.who for visit in trace.visits} == {person_key(record)}
        met = {each.key: each.minutes for each in trace.f1}
        assert sorted(met.values()) == [40, 110]  # in the inn, and in both places
        assert person_key(f2) in met
        assert {each.key for each in trace.f2} == set()  # none of the case's own records
    for each in done:
        merges.part(session, each, reason="r", by="user:hoa", now=now)
    _, trace, _ = subjects.traced(session, Asked(person=str(case[1])), now)
    assert [each.key for each in trace.f1] == [person_key(f1[0])]


def test_of_many_merges_only_those_are_asked_about_that_a_trace_meets(
    session: Session, scene: Any, now: datetime
) -> None:
    chain = [scene.person().id for _ in range(4)]
    alone, vehicle = person_key(scene.person().id), "v" + "0" * 32
    merge(session, *chain, now=now)
    keys = [person_key(each) for each in chain]
    for bearers in (Bearers(session), Bearers(session, few=2)):
        first = bearers.by_person([(now, keys[2], "A"), (now, alone, "A"), (now, vehicle, "A")])
        assert [who for _, who, _ in first] == [keys[2], alone, vehicle]
        assert [who for _, who, _ in bearers.by_person([(now, keys[0], "B")])] == [keys[2]]
        assert sorted(bearers.records([keys[2], vehicle])) == sorted([*keys, vehicle])


def test_a_contact_is_called_by_the_phones_of_all_their_records(
    session: Session, scene: Any, now: datetime
) -> None:
    one, other, alone = (scene.person().id for _ in range(3))
    for person, phone, typed in (
        (one, "0912000001", True), (other, "0912000002", False), (other, "0912000001", False),
    ):  # fmt: skip
        act = services.Act("u", now, "declaration:x" if typed else "event:x")
        key = Key(System.PHONE, phone, claimed=typed)
        session.add(
            identity(scene.session.get_one(lists.Person, person), key, kind=Kind.TYPED, act=act)
        )
    merge(session, one, other, now=now)
    phones = lists.phones_of(session, [one, other, alone])
    assert set(phones) == {one, other}
    assert phones[one] == phones[other]
    assert sorted(phones[one].split("; ")) == ["0912000001", "0912000002"]


def test_who_was_sampled_under_one_record_was_sampled_and_others_stand_on_the_list_once(
    session: Session, scene: Any, points: list[Point], came: Came, now: datetime
) -> None:
    sampled, left, alone = (
        [scene.person(name).id for _ in range(2)] for name in ("Trần Văn An", "Lê Bình", "Cúc")
    )
    market, inn = points
    for minutes, (record, point) in enumerate(
        [(sampled[0], market), (left[0], market), (left[1], inn), (alone[0], market)]
    ):
        came(record, point, minutes)
    scene.pair(scene.tube(), session.get_one(lists.Person, sampled[1]))
    act = Act("u", now)
    zone = draw_zone(
        session, "Ổ dịch", "red", [PLACE], since=(now - timedelta(days=1)).date(), act=act
    ).id
    merge(session, *sampled, now=now)
    merge(session, *left, now=now)
    found = unsampled(session, queries.zone(session, zone))
    assert [(each.person_id, each.times, each.point) for each in found.rows] == [
        (alone[0], 1, "Chợ"), (left[1], 2, "Quán"),
    ]  # fmt: skip
    assert (found.came, found.sampled) == (3, 1)
    few = unsampled(session, queries.zone(session, zone), limit=1)
    assert (len(few.rows), few.came, few.sampled) == (1, 3, 1)
