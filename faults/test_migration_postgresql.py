"""F20 on PostgreSQL: a migration is killed at its statements, and its database under it."""

import os
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from benchmarks import postgres
from faults.test_migration import (
    OLD,
    before_it,
    killed_before,
    migrate,
    must_be_whole,
    some_of,
    statements_of,
    to_old,
)
from faults.test_postgresql import cluster, end
from server import vault
from server.db import open_database

__all__ = ["cluster"]

KILLS = int(os.environ.get("GHEPMAU_FAULTS_KILLS", "6"))
DATABASE_KILLS = 2
ENTRY = (
    "INSERT INTO audit_entry (id, at, actor, action, subject) "
    "VALUES (1, '2026-11-23', 'user:lan', 'user.added', 'user:minh')"
)


def sql(cluster: postgres.Cluster, *statements: str) -> None:
    url = cluster.url().replace("+psycopg", "")
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for each in statements:
            connection.execute(each.encode())


@pytest.fixture(params=["empty", OLD])
def before(request: pytest.FixtureRequest, tmp_path: Path, cluster: postgres.Cluster) -> str:
    """A database `before`, empty or at `OLD` with an audit entry; say which."""
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    sql(cluster, "CREATE DATABASE before")
    if request.param == OLD:
        database = open_database(cluster.url("before"))
        to_old(database)
        with database.engine.begin() as connection:
            connection.execute(text(ENTRY))
        database.engine.dispose()
    return str(request.param)


def anew(cluster: postgres.Cluster) -> str:
    """Make the database `killed` as `before` is; return its URL."""
    gone = "DROP DATABASE IF EXISTS killed WITH (FORCE)"
    sql(cluster, gone, "CREATE DATABASE killed TEMPLATE before")
    return cluster.url("killed")


def test_a_migration_on_postgresql_killed_at_any_statement_is_run_again(
    cluster: postgres.Cluster, before: str
) -> None:
    was, seen = before_it(anew(cluster)), statements_of(anew(cluster))
    chosen = some_of(seen, KILLS)
    for turn, statement in enumerate(chosen):
        url = anew(cluster)
        killed_before(url, statement)
        must_be_whole(url, was, finish=turn == 1 or statement == seen)
    print(f"from {before}: killed before {len(chosen)} of {seen} statements")
    assert seen > 20


@pytest.mark.usefixtures("before")
def test_a_migration_whose_database_is_killed_under_it_is_run_again(
    cluster: postgres.Cluster,
) -> None:
    was, seen = before_it(anew(cluster)), statements_of(anew(cluster))
    for statement in some_of(seen, DATABASE_KILLS)[1:]:
        url, left = anew(cluster), [statement]

        def watch(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                end(cluster)

        with suppress(DBAPIError):
            migrate(url, watch)
            pytest.fail("it went on without a database")
        cluster.start()
        must_be_whole(url, was, finish=statement == seen)
