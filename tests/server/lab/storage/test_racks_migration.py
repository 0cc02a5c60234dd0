"""Tubes that stood in freezers when two laboratories could not name theirs alike."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from server import schema
from server.config import Settings
from server.db import open_database
from server.schema import tables
from tests.server.lab.test_results_migration import AT, insert

pytestmark = pytest.mark.blank


def test_a_kept_tube_is_in_the_freezer_of_whoever_put_it_there(
    settings: Settings, vault: object
) -> None:
    old = open_database(settings.database_url)
    tables.drop_all(old.engine)
    with old.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    schema.upgrade(old, to="0070_check_in_places")
    with old.engine.begin() as c:
        insert(c, "user", id=uuid4(), login="lan", name=b"x", role="lab-technician", place="vn:24",
               password_hash="!", active=True, created_at=AT, awake_at=AT)  # fmt: skip
        for tube, position, by in (("260000000182", "A1", "user:lan"),
                                   ("260000000279", "A2", "user:gone")):  # fmt: skip
            insert(c, "stored_tube", tube=tube, freezer="Tủ 1", rack="G1", position=position,
                   keep_until=text("'2026-12-01'"), at=AT, by=by)  # fmt: skip
    schema.upgrade(old)
    assert schema.differences(old) == []
    with old.engine.begin() as connection:
        asked = text("SELECT position, lab FROM stored_tube ORDER BY position")
        assert [tuple(row) for row in connection.execute(asked)] == [("A1", "vn:24"), ("A2", "")]
        insert(connection, "stored_tube", tube="260000000376", lab="vn:27", freezer="Tủ 1",
               rack="G1", position="A1", keep_until=text("'2026-12-01'"), at=AT,
               by="u")  # fmt: skip
    old.engine.dispose()
