"""Who came to a zone and was not sampled: found in as many statements, however many came."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from server.db import Database
from server.declarations.check_ins import Comer, Coming, keep
from server.declarations.kinds import PointKind
from server.declarations.models import CheckIn
from server.declarations.points import PointWish, add_point
from server.declarations.zones import queries
from server.declarations.zones.services import Act, draw_zone
from server.tracing.unsampled import unsampled
from tests.server.statements import asked

PLACE = "vn-2021:24.222.07"
# Of each person: the points where they were, hour by hour, and whether they were sampled.
WALKS = (([0], False), ([0, 1], False), ([2, 1, 2], False), ([1, 1, 0], True), ([0, 2, 1], False),
         ([2], True), ([1, 0], False))  # fmt: skip


def test_each_is_found_with_their_last_point_in_few_statements(
    database: Database, make_scene: Any, clock: Any
) -> None:
    now, expected = clock(), dict[UUID, tuple[int, str]]()
    with database.write() as session:
        scene = make_scene(session)
        points = [
            add_point(session, PointWish(PointKind.MARKET, f"Chợ {each}", PLACE), by="u",
                      now=now - timedelta(days=5))
            for each in range(3)
        ]  # fmt: skip
        act = Act("u", now)
        zone = draw_zone(session, "Ổ dịch", "red", [PLACE], since=now.date(), act=act)
        for walk, sampled in WALKS:
            person = scene.person("Trần Văn Vẻ")
            keep(session, [
                Coming(id=uuid4(), comer=Comer(person.id), source="keeper",
                       point=points[which].name, point_id=points[which].id, place=PLACE,
                       at=now - timedelta(minutes=len(walk) - step))
                for step, which in enumerate(walk)
            ], now=now)  # fmt: skip
            if sampled:
                scene.pair(scene.tube(), person)
            else:
                expected[person.id] = len(walk), points[walk[-1]].name
    with database.read() as session, asked(database) as statements:
        found = unsampled(session, queries.zone(session, zone.id))
        few = unsampled(session, queries.zone(session, zone.id), limit=2)
    assert {row.person_id: (row.times, row.point) for row in found.rows} == expected
    lasts = [row.last for row in found.rows]
    assert lasts == sorted(lasts, reverse=True)
    assert (found.came, found.sampled) == (few.came, few.sampled) == (len(WALKS), 2)
    assert list(few.rows) == list(found.rows[:2])
    assert len(statements) < 2 * len(WALKS), "none for each person"


def test_where_all_were_sampled_it_is_said_how_many_came(
    database: Database, make_scene: Any, clock: Any
) -> None:
    now = clock()
    with database.write() as session:
        scene = make_scene(session)
        wish = PointWish(PointKind.MARKET, "Chợ", PLACE)
        point = add_point(session, wish, by="u", now=now - timedelta(days=5))
        zone = draw_zone(session, "Ổ dịch", "red", [PLACE], since=now.date(), act=Act("u", now))
        person = scene.person("Trần Văn Vẻ")
        comer = Comer(person.id)
        keep(session, [Coming(id=uuid4(), comer=comer, source="keeper", point=point.name,
                              point_id=point.id, place=PLACE, at=now)], now=now)  # fmt: skip
        scene.pair(scene.tube(), person)
    with database.read() as session:
        found = unsampled(session, queries.zone(session, zone.id))
    assert (list(found.rows), found.came, found.sampled) == ([], 1, 1)


def test_the_last_point_is_one_of_the_zone_and_was_not_taken_back(
    database: Database, make_scene: Any, clock: Any
) -> None:
    """A family's card, or a mistake, may be scanned elsewhere at the same moment."""
    now = clock()
    with database.write() as session:
        scene = make_scene(session)
        zone = draw_zone(session, "Ổ dịch", "red", [PLACE], since=now.date(), act=Act("u", now))
        comer = Comer(scene.person("Trần Văn Vẻ").id)
        for name, place in (("A xa", "vn-2021:01.001"), ("B hủy", PLACE), ("C chợ", PLACE)):
            point = add_point(session, PointWish(PointKind.MARKET, name, place), by="u",
                              now=now - timedelta(days=5))  # fmt: skip
            keep(session, [Coming(id=uuid4(), comer=comer, source="keeper", point=name,
                                  point_id=point.id, place=place, at=now)], now=now)  # fmt: skip
        session.flush()
        session.execute(
            update(CheckIn)
            .where(CheckIn.point == "B hủy")
            .values(voided_at=now, void_reason="mistake")
        )
    with database.read() as session:
        found = unsampled(session, queries.zone(session, zone.id))
    assert [(row.point, row.times) for row in found.rows] == [("C chợ", 1)]
