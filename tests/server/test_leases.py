"""Rows that several processes put in at one moment: each hears whether it was the first."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server import leases, replica
from server.db import Database
from server.leases import Lease, LeaseLost
from server.replica import ReplicaBeat
from server.rows import insert_missing

YEAR = timedelta(days=365)


@pytest.fixture
def shared(database: Database) -> Database:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("a database of one process needs no leases")
    return database


@pytest.mark.engines
def test_who_puts_a_row_in_hears_whether_it_was_missing(database: Database, now: datetime) -> None:
    new = {"name": "forward", "holder": "a", "until": now}
    with database.write() as session:
        assert insert_missing(session, Lease, new)
        assert not insert_missing(session, Lease, new | {"holder": "b"})
    with database.write() as session:
        assert not insert_missing(session, Lease, new | {"holder": "c"})
        assert session.scalars(select(Lease.holder)).all() == ["a"]


@pytest.mark.engines
def test_each_beat_of_the_primary_is_later_than_the_one_before(
    database: Database, now: datetime
) -> None:
    for seconds in (0, 5, 3):
        replica.beat(database, now + timedelta(seconds=seconds))
    with database.read() as session:
        assert session.scalars(select(ReplicaBeat.at)).all() == [now + timedelta(seconds=5)]


def killed(database: Database, now: datetime) -> None:
    """Leave the lease of a process that ended in its midst."""
    with database.write() as session:
        lease = {"name": "forward", "holder": "dead", "until": now + leases.LIFE}
        assert insert_missing(session, Lease, lease)


def holds(database: Database, now: datetime) -> bool:
    with leases.holding(database, "forward", lambda: now) as ours:
        return ours is not None


@pytest.mark.engines
def test_the_work_of_a_process_that_was_killed_is_taken_up_after_a_minute(
    shared: Database, now: datetime
) -> None:
    killed(shared, now)
    assert not holds(shared, now + leases.LIFE / 2)
    assert holds(shared, now + leases.LIFE)
    assert holds(shared, now)  # it was given back


@pytest.mark.engines
def test_a_lease_that_a_clock_ran_ahead_for_is_over_once_it_is_right(
    shared: Database, now: datetime
) -> None:
    killed(shared, now + YEAR)
    assert holds(shared, now)


@pytest.mark.engines
def test_who_lost_a_lease_does_nothing_more(shared: Database, now: datetime) -> None:
    with leases.holding(shared, "forward", lambda: now) as slow:
        assert slow is not None
        assert holds(shared, now + 2 * leases.LIFE)
        with pytest.raises(LeaseLost), slow.write():
            pytest.fail("it has the work no more")
