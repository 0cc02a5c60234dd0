"""Somebody is erased at the moment when a tube is being given to them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.db import Database
from server.people.models import Person
from server.record import requests
from server.sampling.models import Pairing
from server.upkeep import forgetting
from tests.server.outcomes.test_at_once import at_once, give

pytestmark = pytest.mark.engines


def test_whoever_is_given_a_tube_at_that_moment_is_not_erased(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube, who = scene.tube(), scene.person("Lê Thị An").id
        wish = requests.ask(
            session, who, requests.Kind.DELETE, wish="xóa", source="page",
            due=now + timedelta(days=2), by="person", now=now,
        ).id  # fmt: skip
    refused = at_once(
        database,
        lambda session: give(session, tube, who, "ban-1", now),
        lambda session: requests.delete(
            session, wish, keep_days=0, reason="đã hỏi", by="user:hoa", now=now
        ),
    )
    assert refused == [requests.StillTested]
    with database.read() as session:
        assert session.get_one(Person, who).name == "Lê Thị An"


def test_retention_lets_whoever_is_given_a_tube_at_that_moment_stay(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube, person = scene.tube(), scene.person("Lê Thị An")
        person.created_at, who = now - timedelta(days=900), person.id
    until = now - timedelta(days=800)
    with database.read() as session:
        assert forgetting.due(session, until, None, 9) == [who]
    at_once(
        database,
        lambda session: give(session, tube, who, "ban-1", now),
        lambda _: forgetting.forget(database, until, keep_days=0, now=now),
    )
    with database.read() as session:
        assert session.get_one(Person, who).name == "Lê Thị An"
        assert session.scalars(select(Pairing.person_id)).all() == [who]
