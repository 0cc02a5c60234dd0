"""A copy that gives up in the middle of a page: the primary gives the page, and as its own."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server import replica
from server.accounts.roles import Role
from server.config import Settings
from server.db import open_database
from tests.server.conftest import Clock
from tests.server.outcomes.test_at_once import BARELY
from tests.server.test_replica import AS_OF


@pytest.fixture
def settings(tmp_path: Path, fresh_postgresql: Callable[[], str]) -> Settings:
    copy = f"{fresh_postgresql()}&options=-c%20lock_timeout%3D50ms"
    return Settings(data=str(tmp_path), background=False, read_database=copy, read_seconds=10)


def test_a_page_that_the_primary_gives_after_the_copy_failed_is_not_told_as_the_copys(
    app: Flask, sign_in: Any, settings: Settings, clock: Clock
) -> None:
    client, copy = sign_in(Role.HEALTH_OFFICER), open_database(settings.read_database)
    replica.beat(copy, clock())
    assert AS_OF in client.get("/overview").get_data(as_text=True)
    with copy.write() as session:
        session.execute(text("LOCK TABLE figure_whole IN ACCESS EXCLUSIVE MODE"))
        page = client.get("/overview")
    assert (page.status_code, AS_OF in page.get_data(as_text=True)) == (200, False)
    app.extensions["replica"].close()
    copy.engine.dispose()


def test_of_a_copy_that_does_not_answer_one_asks_and_nobody_else_waits(
    fresh_postgresql: Callable[[], str], clock: Clock
) -> None:
    """Each second another page would ask, and each would be held as long: all threads at last."""
    url, known = fresh_postgresql(), clock()
    primary, copy = open_database(url), replica.Replica(url, within=timedelta(hours=1), clock=clock)
    replica.beat(primary, known)
    asking, others = Thread(target=copy.as_of), Thread(target=copy.as_of)
    assert copy.as_of() == known
    with primary.write() as session:
        session.execute(text("LOCK TABLE replica_beat IN ACCESS EXCLUSIVE MODE"))
        for each in (asking, others):
            clock.advance(seconds=2)
            each.start()
            each.join(BARELY)
        assert (asking.is_alive(), others.is_alive()) == (True, False)
    asking.join()
    copy.close()
    primary.engine.dispose()
