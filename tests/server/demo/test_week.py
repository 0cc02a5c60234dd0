"""The demonstration week: seven days at 300 points, counted right, and never beside real points."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from server.db import Database
from server.declarations.models import CheckIn, Declaration
from server.declarations.targets import covering, days
from server.declarations.targets.board import Wish, board_of
from server.demo.week import NEVER, PointsThere, make_week
from server.display import local


def test_a_week_fills_the_boards_and_is_made_once(
    database: Database, make_scene: Any, now: Any
) -> None:
    with database.write() as session:
        make_scene(session).person()
    evening = now + timedelta(hours=13)
    made = make_week(database, seed=1, now=evening)
    assert (made.points, made.check_ins > 10_000) == (300, True)
    with database.read() as session:
        assert days.differences(session) == set() == covering.differences(session)
        board = board_of(session, Wish(local(evening).date()))
        assert board.states["never"] == NEVER
        assert min(board.states["silent"], board.states["behind"], board.states["reached"]) > 0
        assert sum(step.count for step in board.trend) == made.check_ins
        told = select(func.count()).select_from(Declaration)
        assert session.scalar(told) == made.declarations > 1_000
        assert (session.scalar(told.where(Declaration.symptoms.is_(True))) or 0) > 0
        behind = CheckIn.declaration_id.is_not(None)
        assert session.scalar(select(func.count()).where(behind)) == made.declarations
        newest = session.scalar(select(func.max(CheckIn.at)))
        assert newest is not None
        assert newest <= evening
    with pytest.raises(PointsThere):
        make_week(database, seed=1, now=evening)
