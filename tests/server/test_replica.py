"""Officers' pages from a copy: told as such, never too old, and never what one has just changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import text

from server import replica
from server.accounts.roles import Role
from server.config import Settings
from server.db import Database, open_database
from tests.server.conftest import Clock

AS_OF = "Số liệu lúc"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    copy = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    return Settings(data=str(tmp_path), background=False, read_database=copy, read_seconds=10)


@pytest.fixture
def copied(app: Flask, database: Database, settings: Settings, clock: Clock) -> Iterator[Any]:
    """Make the copy as the primary is now."""

    def copy() -> None:
        replica.beat(database, clock())
        path = settings.read_database.removeprefix("sqlite:///")
        Path(path).unlink(missing_ok=True)
        with closing(sqlite3.connect(database.engine.url.database or "")) as connection:
            connection.execute("VACUUM INTO ?", [path])

    yield copy
    app.extensions["replica"].close()


def test_a_page_says_of_when_its_copy_is(copied: Any, sign_in: Any, clock: Clock) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    copied()
    clock.advance(seconds=9)
    assert AS_OF in client.get("/overview").get_data(as_text=True)
    clock.advance(seconds=3)
    assert AS_OF not in client.get("/overview").get_data(as_text=True)


def test_a_copy_that_is_not_there_is_passed_over(sign_in: Any, app: Flask, clock: Clock) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    for _ in range(2):
        page = client.get("/overview")
        assert (page.status_code, AS_OF in page.get_data(as_text=True)) == (200, False)
        clock.advance(seconds=20)
    app.extensions["replica"].close()


def test_a_page_is_as_old_as_the_copy_that_it_is_read_from_whichever_was_asked_before(
    copied: Any, sign_in: Any, settings: Settings
) -> None:
    """Two may follow: one was asked, and another, which is behind, is what the page reads."""
    client = sign_in(Role.HEALTH_OFFICER)
    copied()
    assert AS_OF in client.get("/overview").get_data(as_text=True)
    in_copy(settings, "UPDATE replica_beat SET at = '2026-11-22 01:00:00.000000'")
    assert AS_OF not in client.get("/overview").get_data(as_text=True)


def in_copy(settings: Settings, statement: str) -> None:
    with open_database(settings.read_database).write() as session:
        session.execute(text(statement))


def test_whoever_changed_something_reads_the_primary_for_a_while(
    copied: Any, sign_in: Any, database: Database
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    copied()
    client.post("/language", data={"language": "vi"})
    client.set_cookie(replica.WROTE, "1")
    assert AS_OF not in client.get("/overview").get_data(as_text=True)
    client.delete_cookie(replica.WROTE)
    assert AS_OF in client.get("/overview").get_data(as_text=True)


def test_a_log_out_counts_at_once_though_the_copy_does_not_know(
    copied: Any, sign_in: Any, database: Database
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    copied()
    with database.write() as session:
        session.execute(text("UPDATE login_session SET ended_at = created_at"))
    assert client.get("/overview").status_code == 302


@pytest.mark.parametrize("ahead", [9, 60, 24 * 60])
def test_a_copy_that_stopped_is_passed_over_though_a_clock_ran_ahead_once(
    copied: Any, app: Flask, database: Database, clock: Clock, ahead: float
) -> None:
    replica.beat(database, clock() + timedelta(minutes=ahead))
    copied()
    for seconds in (11, 60, 300, ahead * 60):
        clock.advance(seconds=seconds)
        assert app.extensions["replica"].as_of() is None


def test_a_beat_of_a_clock_that_ran_ahead_is_taken_back_by_the_next(
    copied: Any, app: Flask, database: Database, clock: Clock
) -> None:
    replica.beat(database, clock() + timedelta(days=1))
    replica.beat(database, clock())
    copied()
    assert app.extensions["replica"].as_of() == clock()


def test_whoevers_own_clock_ran_ahead_asks_the_copy_again_once_it_is_right(
    copied: Any, app: Flask, settings: Settings, clock: Clock
) -> None:
    right = clock()
    copied()
    clock.advance(days=1)
    assert app.extensions["replica"].as_of() is None
    clock.at = right + timedelta(minutes=1)
    beaten = open_database(settings.read_database)
    replica.beat(beaten, clock())
    beaten.engine.dispose()
    assert app.extensions["replica"].as_of() == clock()


def test_a_copy_that_is_not_there_is_not_asked_by_every_page(
    app: Flask, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that is not made costs whoever waits for the page some seconds."""
    for _ in range(4):
        assert app.extensions["replica"].as_of() is None
        clock.advance(seconds=1.2)
    assert len(caplog.records) == 1
    clock.advance(seconds=3)
    assert app.extensions["replica"].as_of() is None
    assert len(caplog.records) == 2
    app.extensions["replica"].close()


def test_the_beat_does_not_go_back_by_what_clocks_differ(database: Database, clock: Clock) -> None:
    later = clock()
    clock.advance(minutes=-5)
    replica.beat(database, later)
    replica.beat(database, clock())
    with database.read() as session:
        assert session.get_one(replica.ReplicaBeat, 1).at == later


def test_the_password_of_the_copy_is_not_shown() -> None:
    from server.config import Loaded

    secret = msgspec.structs.replace(Settings(), read_database="postgresql://u:geheim@h/d")
    assert not [line for line in Loaded(secret, {}).lines() if "geheim" in line]
