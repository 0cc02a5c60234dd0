"""A database that was migrated refuses what a new one refuses: every check, word for word."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect

from server import schema
from server.config import Settings
from server.db import Database, open_database


@pytest.fixture
def migrated(settings: Settings, vault: object) -> Iterator[Database]:
    opened = open_database(settings.database_url)
    schema.upgrade(opened)
    yield opened
    opened.engine.dispose()


def checks(engine: Engine) -> dict[str, set[str]]:
    found = {}
    inspector = inspect(engine)
    for table in schema.tables.tables:
        texts = (each["sqltext"] for each in inspector.get_check_constraints(table))
        found[table] = {re.sub(r"[\s\"()]+", "", text).lower() for text in texts}
    return found


def test_a_migrated_database_has_the_checks_of_the_models(
    migrated: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if migrated.engine.dialect.name != "sqlite":
        pytest.skip("other databases give a check back in words of their own")
    fresh = open_database(f"sqlite:///{tmp_path_factory.mktemp('fresh') / 'fresh.sqlite'}")
    schema.tables.create_all(fresh.engine)
    try:
        assert checks(migrated.engine) == checks(fresh.engine)
    finally:
        fresh.engine.dispose()
