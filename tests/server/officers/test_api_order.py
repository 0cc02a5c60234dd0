"""What programs read page by page: nothing that is written later lies behind what they have."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.errors import BadInput
from server.lab import services as lab
from server.lab.results import Finding
from server.lab.words import Call
from server.officers import api
from server.outcomes import ordinals
from server.outcomes.models import Outcome
from server.outcomes.services import release
from tests.server.outcomes.test_at_once import at_once

pytestmark = pytest.mark.engines


@pytest.fixture
def ready(database: Database, make_scene: Any) -> list[Any]:
    """Results that may be released, of as many tubes."""
    with database.write() as session:
        scene = make_scene(session)
        return [_ready(scene, name) for name in ("Lê An", "Trần Bình", "Vũ Chi", "Đỗ Dung")]


def _ready(scene: Any, name: str) -> Any:
    tube, session = scene.tube(), scene.session
    scene.pair(tube, scene.person(name))
    lab.receive_tube(session, tube, box="H1", by="user:lan", now=scene.now)
    entered = lab.enter_result(session, tube, Finding(Call.NEGATIVE), by="user:lan", now=scene.now)
    lab.verify_result(session, entered.id, by="user:minh", now=scene.now)
    return entered.id


def releases(result: Any, at: datetime) -> Any:
    return lambda session: release(session, [result], by="user:minh", now=at)


def read(session: Session, after: Any = None, within: Within = ANYWHERE) -> list[Any]:
    """Read a page as a program does, all in one session, which sees what it wrote itself."""
    ordinals.take_turn(session)
    ordinals.number_some(session)
    return [row.outcome for row in api.versions(session, within, after)]


def test_what_is_committed_later_comes_later_whatever_its_clock_says(
    database: Database, ready: list[Any], now: datetime
) -> None:
    with database.write() as session:
        releases(ready[0], now + timedelta(seconds=3))(session)
    with database.write() as session:
        [first] = read(session)
    with database.write() as session:
        releases(ready[1], now + timedelta(seconds=1))(session)
        with pytest.raises(BadInput):
            read(session, ready[1])  # of no outcome
    with database.write() as session:
        [second] = read(session, first.id)
        assert (second.result_id, read(session, second.id)) == (ready[1], [])
        assert [each.id for each in read(session)] == [first.id, second.id]


def test_what_is_written_while_a_program_reads_is_on_its_next_page(
    database: Database, ready: list[Any], now: datetime
) -> None:
    pages: list[list[Any]] = []
    at_once(database, releases(ready[0], now), lambda session: pages.append(read(session)))
    at_once(database, lambda session: pages.append(read(session)), releases(ready[1], now))
    at_once(
        database,
        lambda session: pages.append(read(session)),
        lambda session: pages.append(read(session)),
    )
    with database.write() as session:
        last = read(session)
    assert {each.result_id for each in last} == set(ready[:2])
    for page in pages:
        assert [each.id for each in page] == [each.id for each in last][: len(page)]


def test_numbers_are_given_once_some_at_a_time_and_shown_to_whoever_sees_the_place(
    database: Database, ready: list[Any], now: datetime
) -> None:
    with database.write() as session:
        for result in ready:
            releases(result, now)(session)
        assert ordinals.number_some(session, most=1) == 1
        *_, last = read(session)
        assert [each.ordinal for each in read(session)] == [1, 2, 3, 4]
        assert not ordinals.number_some(session)
        assert read(session, within=Within.of(["vn-2021:01"])) == []
        assert read(session, last.id) == []


def test_a_program_that_read_before_there_were_numbers_goes_on_without_loss(
    database: Database, ready: list[Any], now: datetime
) -> None:
    with database.write() as session:
        for at, result in enumerate(ready[:3]):
            releases(result, now + timedelta(seconds=at))(session)
        session.execute(update(Outcome).values(since_ordinals=None))  # as the migration leaves them
        stood = session.scalars(select(Outcome).order_by(Outcome.at)).all()
    with database.write() as session:
        releases(ready[3], now - timedelta(seconds=1))(session)  # by a clock that is behind
    cursor, found = stood[1].id, list[Any]()
    for _ in range(6):
        with database.read() as session:
            found += api.versions(session, ANYWHERE, found[-1].outcome.id if found else cursor)
        ordinals.number(database, most=1)
    assert [row.outcome.result_id for row in found] == ready[2:]


def test_the_numbers_are_given_beside_the_pages_and_a_look_waits_for_none(
    database: Database, ready: list[Any], now: datetime
) -> None:
    with database.write() as session:
        for result in ready:
            releases(result, now)(session)
    assert ordinals.number(database, most=2) == 2
    with database.read() as session:
        assert len(api.versions(session, ANYWHERE)) == 2
    assert ordinals.Numberer(database).round() == ordinals.EVERY
    with database.read() as session:
        assert len(api.versions(session, ANYWHERE)) == 4
        assert api.versions(session, Within.of(["vn-2021:01"])) == []
    assert ordinals.number(database) == 0
