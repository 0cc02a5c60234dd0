"""Lots that were registered before they had parts."""

import pytest
from sqlalchemy import text

from server import schema
from server.config import Settings
from server.db import open_database
from server.sampling import lot_balance, lot_queries, lots
from server.sampling.lot_tiles import Holder
from server.schema import tables

pytestmark = pytest.mark.blank


def test_a_lot_known_before_is_with_the_station_that_had_it(
    settings: Settings, vault: object
) -> None:
    database = open_database(settings.database_url)
    tables.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    schema.upgrade(database, to="0008_intake")
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO station (id, label, place, duty, state, created_at)"
                " VALUES ('ban-1', 'Bàn 1', 'p', 'pairing', 'created', '2026-11-01 00:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO lot (id, kind, series, first, last, size, place, station, created_at,"
                " created_by) VALUES ('L-2026-0001', 'sampling', 26, 1, 65, 65, 'p', 'ban-1',"
                " '2026-11-02 00:00:00', 'user:quan')"
            )
        )
    schema.upgrade(database)
    with database.read() as session:
        assert [wire.last for wire in lots.lots_issued_to(session, "ban-1")] == [65]
        rows = lot_balance.balances_of(session, lot_queries.lot_named(session, "L-2026-0001"))
        assert [(row.holder, row.came, row.left) for row in rows][1:] == [(Holder("ban-1"), 65, 65)]
    database.engine.dispose()
