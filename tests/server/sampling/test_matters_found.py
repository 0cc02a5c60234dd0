"""Who says that two records are one person's looks through no matters of others."""

from datetime import datetime
from typing import Any

import pytest

from server.db import Database
from server.sampling import made_one
from tests.server.outcomes.test_doubts_again import Older, look
from tests.server.statements import asked


def test_what_is_only_shown_of_two_records_is_found_by_an_index(
    database: Database, make_scene: Any, now: datetime
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("this one plans by what there is")
    older = Older(database, make_scene, now, told=1)
    look(database, now)
    with asked(database) as statements, database.write() as session:
        made_one.look_again(session, older.people, now)
    about = [each for each in statements if "FROM matter" in each[0] and "NOT (EXISTS" in each[0]]
    about = [each for each in about if "person_id IN" in each[0]]
    assert about
    with database.engine.connect() as connection:
        for statement, given in about:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            plan = [row[3] for row in rows]
            assert any("matter" in each and "pairing_id=?" in each for each in plan), plan
    assert older.held(make_scene) == set(older.tubes)
