"""A copy that gives up in the middle of a page: the primary gives the page, and as its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server import replica
from server.accounts.roles import Role
from server.config import Settings
from server.db import open_database
from tests.server.conftest import Clock
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
