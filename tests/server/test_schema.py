from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from server import schema
from server.config import Settings
from server.db import Database, open_database
from server.engines import is_shared

pytestmark = pytest.mark.engines


@pytest.fixture
def migrated(settings: Settings, vault: object) -> Iterator[Database]:
    opened = open_database(settings.database_url)
    schema.upgrade(opened)
    yield opened
    opened.engine.dispose()


def test_the_migrations_end_where_the_models_are(migrated: Database) -> None:
    assert schema.differences(migrated) == []
    assert schema.revision_of(migrated) == schema.newest_revision()


def test_migrating_again_changes_nothing(migrated: Database) -> None:
    schema.upgrade(migrated)
    assert schema.differences(migrated) == []


def test_an_index_that_one_engine_only_asks_for_is_kept_by_that_one(migrated: Database) -> None:
    """The comparison above does not tell of one that was left behind."""
    kept = {str(each["name"]) for each in inspect(migrated.engine).get_indexes("wire_event")}
    assert ("ix_wire_event_line" in kept) == is_shared(migrated.engine)
    assert "ix_wire_event_open" in kept


def add_entry(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO audit_entry (id, at, actor, action, subject) "
            "VALUES (1, '2026-11-23', 'user:lan', 'user.added', 'user:minh')"
        )
    )


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry"]
)
def test_an_audit_entry_is_final(migrated: Database, change: str) -> None:
    with migrated.engine.begin() as connection:
        add_entry(connection)
    with (
        pytest.raises(DBAPIError, match="audit entries are never changed"),
        migrated.engine.begin() as connection,
    ):
        connection.execute(text(change))
