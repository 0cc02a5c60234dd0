"""What the database gave up is tried again: few times, only where twice does no more than once."""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.db import Database, open_database
from server.engines import make_engine
from server.retry import TRIES, Trouble, again, trouble_of

Work = Callable[[Connection], object]


@pytest.fixture
def shared(fresh_postgresql: Callable[..., str]) -> Iterator[Database]:
    """A PostgreSQL database with a table of counters."""
    database = open_database(fresh_postgresql("template1"))
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (name text PRIMARY KEY, n int NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
    yield database
    database.engine.dispose()


def count(connection: Connection, name: str) -> None:
    connection.execute(text("UPDATE counter SET n = n + 1 WHERE name = :name"), {"name": name})


def counters(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, n FROM counter"))
        return {row.name: row.n for row in rows}


def test_two_that_wait_for_each_other_both_hold_in_the_end(shared: Database) -> None:
    both_have_one = Barrier(2)

    def run(first: str, second: str) -> None:
        met = [both_have_one]

        def work() -> None:
            with shared.engine.begin() as connection:
                count(connection, first)
                if met:
                    met.pop().wait(20)
                count(connection, second)

        again(work, keyed=False)

    others = [Thread(target=run, args=names) for names in (("a", "b"), ("b", "a"))]
    for each in others:
        each.start()
    for each in others:
        each.join()
    assert counters(shared) == {"a": 2, "b": 2}


def test_whoever_can_do_less_hears_of_a_deadlock_at_once(shared: Database) -> None:
    tried = []

    def work() -> None:
        tried.append(1)
        with shared.engine.begin() as connection:
            connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"))

    with pytest.raises(DBAPIError) as caught:
        again(work, keyed=True, met=True, undone=False)
    assert trouble_of(caught.value) is Trouble.UNDONE
    assert tried == [1]


def cut_off(connection: Connection, times: list[int]) -> None:
    """Have the database end this very connection, the first time."""
    if times:
        times.pop()
        me = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = make_engine(connection.engine.url.render_as_string(hide_password=False))
        with other.begin() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:me, 10000)"), {"me": me})
        other.dispose()


def test_after_a_lost_connection_only_what_is_keyed_runs_again(shared: Database) -> None:
    def work(times: list[int]) -> None:
        with shared.engine.begin() as connection:
            count(connection, "a")
            cut_off(connection, times)
            count(connection, "b")

    once = [1]
    again(lambda: work(once), keyed=True)
    assert counters(shared) == {"a": 1, "b": 1}
    with pytest.raises(DBAPIError) as caught:
        again(lambda: work([1]), keyed=False)
    assert trouble_of(caught.value) is Trouble.UNSURE
    assert counters(shared) == {"a": 1, "b": 1}


def test_a_node_that_takes_no_writes_is_left(shared: Database) -> None:
    def work() -> None:
        with shared.engine.begin() as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            count(connection, "a")

    pauses: list[float] = []
    with pytest.raises(DBAPIError) as caught:
        again(work, keyed=False, pause=pauses.append)
    assert trouble_of(caught.value) is Trouble.AWAY
    assert caught.value.connection_invalidated
    assert len(pauses) == TRIES - 1
    assert sum(pauses) < 10


def test_a_row_that_both_added_is_found_the_second_time(shared: Database) -> None:
    tried = []

    def work() -> str:
        with shared.engine.begin() as connection:
            tried.append(1)
            if len(tried) == 1:
                connection.execute(text("INSERT INTO counter VALUES ('a', 0)"))
        return "found"

    assert again(work, keyed=False, met=True) == "found"
    tried.clear()
    with pytest.raises(IntegrityError):
        again(work, keyed=False)


def test_what_is_wrong_with_the_question_is_no_trouble(shared: Database) -> None:
    with pytest.raises(DBAPIError) as caught, shared.engine.begin() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert trouble_of(caught.value) is None


def test_sqlite_has_waited_already_and_is_asked_once(database: Database) -> None:
    tried = []

    def work() -> None:
        tried.append(1)
        with database.read() as session:
            session.connection().exec_driver_sql("PRAGMA query_only = ON")
            session.execute(text("DELETE FROM lease"))

    with pytest.raises(DBAPIError) as caught:
        again(work, keyed=True, met=True)
    assert trouble_of(caught.value) is Trouble.AWAY
    assert tried == [1]
