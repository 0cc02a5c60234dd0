"""PostgreSQL for tests: one cluster for each process of the tests, a fresh database for each test.

A test (or a module, by `pytestmark`) marked `engines` runs on SQLite and on PostgreSQL; with
GHEPMAU_TEST_ENGINE=postgresql in the environment every test of the server runs on PostgreSQL.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest

from benchmarks import postgres
from server import schema
from server.db import open_database
from tests import asked, compiled_once

WITHOUT = "GHEPMAU_WITHOUT_POSTGRESQL"
ROOM = 3 << 30  # bytes; what a test leaves is a few MB, and goes with it
Fresh = Callable[..., str]


compiled_once.install()
gc.disable()  # while tests are collected nothing becomes garbage


def pytest_configure(config: pytest.Config) -> None:
    """Let the files of tests lie in memory where there is room, as their PostgreSQL does.

    What a test commits is synced to a disk, and no test turns the power off: those are in faults/.
    """
    folder = postgres.in_memory(ROOM)
    if folder is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what was asked out of the environment, and leave the half million objects of 5,760 tests
    out of every search for garbage.

    They stay to the end; to look at them again and again was a fifth of what the tests cost.
    """
    asked.take_away()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames and metafunc.definition.get_closest_marker("engines"):
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The kind of database that this test uses."""
    either: str = getattr(request, "param", "")
    return asked.ENGINE or either or "sqlite"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Cluster]:
    """A cluster that is gone at the end, with the newest migration in its database `newest`."""
    if postgres.programs() is None:
        if asked.WITHOUT_POSTGRESQL:
            pytest.skip(f"{WITHOUT} is set")
        pytest.fail(f"{postgres.ABSENT}\nTo test without it: {WITHOUT}=1", pytrace=False)
    with postgres.running(durable=False) as cluster:
        run_sql(cluster, "CREATE DATABASE newest")
        newest = open_database(cluster.url("newest"))
        schema.upgrade(newest)
        newest.engine.dispose()
        yield cluster


@pytest.fixture
def fresh_postgresql(postgresql: postgres.Cluster) -> Iterator[Fresh]:
    """Make databases for one test: with every table, or with none; give their URLs."""
    made = []

    def make(template: str = "newest") -> str:
        made.append(f"test_{next(_numbers)}")
        run_sql(postgresql, f"CREATE DATABASE {made[-1]} TEMPLATE {template}")
        return postgresql.url(made[-1])

    yield make
    for name in made:
        run_sql(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(cluster: postgres.Cluster, statement: str) -> None:
    with _connected(cluster) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


@contextmanager
def _connected(cluster: postgres.Cluster) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    where = {"host": str(cluster.folder), "user": "postgres", "dbname": "postgres"}
    with psycopg.connect(autocommit=True, **where) as connection:  # type: ignore[arg-type]
        yield connection


_numbers = count(1)
