"""Times that no clock should show, and a database that cannot be written for a while."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from server import display
from server.accounts.roles import Role
from server.db import Database
from server.figures.days import bounds


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_any_time_of_a_station_can_be_shown(year: int) -> None:
    at = datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    assert display.moment(at, datetime(2026, 11, 23, tzinfo=UTC))


def test_a_day_begins_at_midnight_in_vietnam() -> None:
    begin, end = bounds(datetime(2026, 11, 23, tzinfo=UTC).date())
    assert begin.astimezone(UTC) == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert end.astimezone(UTC) == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_pages_can_be_read_where_nothing_can_be_written(
    app: Flask, sign_in: Any, database: Database, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("a full disk is played with a setting of SQLite")
    client = sign_in(Role.HEALTH_OFFICER)
    clock.advance(minutes=2)
    served = app.extensions["database"].engine
    with served.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    assert client.get("/overview").status_code == 200
    assert "could not be noted" in caplog.text
