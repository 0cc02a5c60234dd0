"""Whoever asks for open events looks into their index: there may be ten million others."""

from datetime import datetime

import pytest

from server.db import Database
from server.intake import queries
from server.intake.applier import apply_again, apply_pending
from tests.server.statements import asked


def test_no_question_about_open_events_looks_through_all_of_them(
    database: Database, now: datetime
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("other databases prove by themselves that a partial index will do")
    with asked(database) as statements:
        apply_pending(database, now)
        with database.write() as session:
            apply_again(session, by="user:hoa", now=now)
            queries.alert_page(session)
    about = [each for each in statements if "FROM wire_event" in each[0] and "WHERE" in each[0]]
    assert len(about) >= 4
    with database.engine.connect() as connection:
        for statement, given in about:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            plan = [row[3] for row in rows]
            assert not any("SCAN wire_event" in step for step in plan), (statement, plan)
