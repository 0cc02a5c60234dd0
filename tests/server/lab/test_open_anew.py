"""What is open, worked out anew, is what every change kept."""

from typing import Any

import pytest
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.lab import recalls, runs
from server.lab.boxes import services as boxes
from server.lab.boxes.models import OpenBox
from server.lab.models import OrderedTest
from server.lab.open_work import rebuild_open_work
from server.lab.results import Finding, enter_result
from server.lab.run_models import Run
from server.lab.words import Call
from tests.server.lab.conftest import NEGATIVE


def open_ones(session: Session) -> list[str]:
    asked = (
        select(Run.plate, Run.unconfirmed), select(OpenBox.box),
        select(OrderedTest.id, OrderedTest.met_at),
    )  # fmt: skip
    return sorted(repr(row) for each in asked for row in session.execute(each))


@pytest.mark.engines
def test_what_is_open_is_worked_out_anew_as_it_was_kept(
    database: Database, make_scene: Any, record: Any, now: Any
) -> None:
    said = {"by": "user:lan", "now": now}
    with database.write() as session:
        scene = make_scene(session)
        tubes = [scene.tube() for _ in range(4)]
        done, _waits = (record(scene, {t: NEGATIVE}, plate=t.text) for t in tubes[:2])
        runs.confirm_calls(session, done.id, {tubes[0]: runs.Confirmed(Call.NEGATIVE)}, **said)
        for tube, again in zip(tubes[2:], (True, False), strict=True):
            result = enter_result(session, tube, Finding(Call.POSITIVE), **said)
            recalls.order_retest(session, result.id, reason="nghi ngờ", **said)
            if again:
                enter_result(session, tube, Finding(Call.NEGATIVE), **said)
        for box, count in (("H1", 3), ("H2", 2), ("H3", 3)):
            boxes.pack(session, box, team="Đội 1", count=3, **said)
            if box != "H3":
                boxes.count(session, box, counted=count, **said)
        session.flush()
        kept = open_ones(session)
    assert rebuild_open_work(database, now) == 0
    with database.write() as session:
        session.execute(update(Run).values(unconfirmed=~Run.unconfirmed))
        turned = case((OrderedTest.met_at.is_(None), now), else_=None)
        session.execute(update(OrderedTest).values(met_at=turned))
        session.execute(update(OpenBox).where(OpenBox.box == "H2").values(box="H1"))
    assert rebuild_open_work(database, now) == 2 + 2 + 2
    with database.read() as session:
        assert open_ones(session) == kept
