"""Questions are looked at once the database is there again, not hours later."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from server.db import Database, open_database
from server.outcomes.doubt_rounds import EVERY, DoubtRounds
from tests.server.outcomes.test_doubts_again import Older

NOBODY = "postgresql+psycopg://nobody@127.0.0.1:1/none"  # nothing listens there


def test_where_nobody_could_write_the_same_questions_are_looked_at_in_the_next_round(
    database: Database, make_scene: Any, now: datetime
) -> None:
    older = Older(database, make_scene, now, told=0)
    writing = [open_database(NOBODY).write]
    rounds = DoubtRounds(replace(database, write=lambda: writing[-1]()), lambda: now)
    with pytest.raises(OperationalError):
        rounds.round()
    writing.append(database.write)
    assert rounds.round() == EVERY
    assert older.held(make_scene) == set(older.tubes)
