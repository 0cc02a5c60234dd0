"""What a desk asks for costs what is open, not what was ever stored; and nothing open is missed."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from benchmarks import open_work
from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.db import Base, Database
from server.lab import queries, recalls, runs, wells
from server.lab.boxes import queries as box_queries
from server.lab.boxes import services as boxes
from server.lab.results import Finding, correct_result, enter_result
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Call, Rejection
from server.outcomes.receptions import undo_rejection
from server.worklist import DESKS
from tests.server.statements import asked

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AREA = frozenset({"vn-2021:24.222"})
SCOPES = (ANYWHERE, Within(AREA), Within(AREA, at_lab=True))
BY: dict[str, Any] = {"by": "user:lan"}
NEGATIVE = ("", "", "25.1")
GROWING = (
    "reception", "result", "reading", "run", "box_step", "pairing", "outcome", "test_order",
    "delivery", "callback", "import_row", "import_file",
)  # fmt: skip
OPEN_INDEXES = ("ix_reception_to_test", "ix_run_unconfirmed", "ix_test_order_open")


def look(session: Session) -> list[str]:
    session.flush()
    return open_work.faults(session)


def waiting(session: Session) -> set[Tube]:
    return {each.tube for each in queries.without_result(session)}


def codes(session: Session) -> list[str]:
    return [box.code for box in box_queries.unsettled(session)]


def test_tubes_to_be_tested_are_those_without_a_standing_result(scene: Any) -> None:
    session, now = scene.session, scene.now
    tubes = [scene.tube() for _ in range(4)]
    for tube in tubes[:3]:
        scene.pair(tube, scene.person(f"Lê Văn {tube.text[-4:]}"))
    for tube in tubes:
        receive_tube(session, tube, box="H1", now=now, **BY)
    assert waiting(session) == set(tubes), "also one that nobody was given"
    result = enter_result(session, tubes[0], Finding(Call.NEGATIVE), now=now, **BY)
    assert waiting(session) == set(tubes[1:])
    recalls.order_retest(session, result.id, reason="nghi ngờ", now=now, **BY)
    assert waiting(session) == set(tubes)
    recalls.cancel_retest(session, result.id, reason="nhầm", now=now, **BY)
    assert waiting(session) == set(tubes[1:])
    reject_tube(session, tubes[1], Rejection.LEAKING, now=now, **BY)
    assert waiting(session) == set(tubes[2:])
    undo_rejection(session, tubes[1], note="nhầm ống", now=now, **BY)
    assert waiting(session) == set(tubes[1:])
    amended = correct_result(
        session, result.id, Finding(Call.POSITIVE), reason="nhầm ống", now=now, **BY
    )
    recalls.recall_result(session, amended.id, recalls.Again.RERUN, reason="nhiễm", now=now, **BY)
    assert waiting(session) == set(tubes)
    assert [each.tube for each in queries.open_orders(session)] == [tubes[0]]
    enter_result(session, tubes[0], Finding(Call.NEGATIVE), now=now, **BY)
    assert waiting(session) == set(tubes[1:])
    assert queries.open_orders(session) == []
    assert look(session) == []


def test_a_run_is_unconfirmed_until_each_of_its_tubes_has_a_result(
    scene: Any, record: Any, paired: Any
) -> None:
    session, now = scene.session, scene.now
    first, second = paired(scene), paired(scene)
    run = record(scene, {first: NEGATIVE, second: NEGATIVE})
    for tube, left in ((first, 1), (second, 0)):
        assert len(wells.unconfirmed(session)) == 1
        runs.confirm_calls(session, run.id, {tube: runs.Confirmed(Call.NEGATIVE)}, now=now, **BY)
        assert len(wells.unconfirmed(session)) == left
    record(scene, {first: NEGATIVE}, ntc="33", plate="P2")
    assert len(wells.unconfirmed(session)) == 1, "it failed, and must be withdrawn"
    assert look(session) == []


def test_a_box_is_open_until_it_is_counted_and_again_when_another_tube_comes(scene: Any) -> None:
    session, said = scene.session, {"now": scene.now, **BY}
    tubes = [scene.tube() for _ in range(3)]
    for tube in tubes[:2]:
        boxes.put_in(session, "H1", tube, **said)
        receive_tube(session, tube, box="H1", **said)
    boxes.pack(session, "H1", team="Đội 1", count=2, **said)
    assert codes(session) == ["H1"]
    boxes.count(session, "H1", counted=2, **said)
    assert codes(session) == []
    receive_tube(session, tubes[2], box="H1", **said)
    assert codes(session) == ["H1"], "a tube came that was never scanned into it"
    boxes.explain(session, "H1", reason="để quên", **said)
    assert codes(session) == []
    assert look(session) == []


def of_desks(app: Flask, database: Database) -> list[tuple[str, Any]]:
    """Return every question that the desks of the home page ask, for whoever sees how much."""
    with app.app_context(), asked(database) as found, database.read() as session:
        for desk, within in product(DESKS, SCOPES):
            if desk.waiting is not None:
                desk.waiting(session, "user:lan", within)
            if desk.late is not None:
                desk.late(session, MONDAY, within)
        queries.open_orders(session)
        queries.without_result(session)
    return [each for each in found if each[0].startswith("SELECT")]


def plan(connection: Connection, statement: str, given: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
    return [row[3] for row in rows]


def looks_through_all(step: str) -> bool:
    """Return whether a step of SQLite's plan reads a table that only grows from end to end."""
    words = step.split()
    if "ix_result_withdrawn_at" in words:  # which finds the few that are withdrawn, and all others
        return True
    if words[0] != "SCAN" or words[1] not in GROWING:
        return False
    partial = {
        index.name
        for index in Base.metadata.tables[words[1]].indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    return not partial & set(words)


def test_no_desk_looks_through_what_was_ever_stored(app: Flask, database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("asked in the next test")
    steps = []
    with database.engine.connect() as connection:
        for statement, given in of_desks(app, database):
            steps += [(step, statement) for step in plan(connection, statement, given)]
    assert [each for each in steps if looks_through_all(each[0])] == []
    for name in OPEN_INDEXES:
        assert any(name in step for step, _ in steps), name


@pytest.mark.engines
def test_boxes_of_today_are_counted_by_the_time_of_their_tubes(
    scene: Any, database: Database
) -> None:
    session = scene.session
    tubes = [scene.tube() for _ in range(3)]
    for tube, box in zip(tubes, ("H1", "H2", "H1"), strict=True):
        scene.pair(tube, scene.person(f"Lê Văn {tube.text[-4:]}"))
        receive_tube(session, tube, box=box, now=scene.now, **BY)
    session.flush()
    with asked(database) as found:
        counts = queries.box_counts(session, since=scene.now - timedelta(hours=1))
    assert sorted(counts) == [("H1", 2, 0), ("H2", 1, 0)]
    assert queries.box_counts(session, since=scene.now + timedelta(hours=1)) == []
    if database.engine.dialect.name == "sqlite":
        steps = plan(session.connection(), *found[0])
        assert any("ix_reception_at" in step for step in steps)


@pytest.mark.engines
def test_desks_of_the_laboratory_go_by_the_indexes_of_what_is_open(
    app: Flask, database: Database
) -> None:
    questions = of_desks(app, database)
    shown = []
    with database.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN"
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")  # it is empty
            explain = "EXPLAIN"
        for statement, given in questions:
            shown += [
                str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", given)
            ]
    for name in OPEN_INDEXES:
        assert any(name in line for line in shown), name
