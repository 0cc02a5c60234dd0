"""A day with everything in it, counted."""

from typing import Any

import pytest

from server.accounts.roles import Role
from server.db import Database
from server.declarations.channel import EmbeddedRecord
from server.declarations.notice import TARGET
from server.delivery import arrivals
from server.delivery.worker import run_once
from server.figures import folding
from server.figures.marks import mark_arrived
from tests.server.officers.a_day import Day


@pytest.fixture
def day(database: Database, make_scene: Any, now: Any) -> Day:
    known = list(arrivals.listeners)
    arrivals.listeners[:] = [mark_arrived]
    with database.write() as session:
        day = Day(make_scene(session))
    run_once(database, {TARGET: EmbeddedRecord(database, lambda: now)}, now)
    folding.fold_all(database)
    arrivals.listeners[:] = known
    return day


@pytest.fixture
def officer(day: Day, sign_in: Any) -> Any:
    return sign_in(Role.HEALTH_OFFICER, "hoa")
