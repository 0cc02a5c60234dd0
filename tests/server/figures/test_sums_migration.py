"""Roll-ups from before there were sums get theirs, and targets how many messages arrived."""

from datetime import date

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import Session

from server import schema
from server.config import Settings
from server.db import open_database
from server.delivery import tally
from server.figures.models import (
    BUCKETS,
    COUNTS,
    SPLIT,
    SUMS,
    cell_sums,
    cells,
    hours,
    span_sums,
    spans,
    step_sums,
    step_totals,
    steps,
    wholes,
)
from server.figures.packing import packed
from server.figures.summing import summed, totals
from server.schema import tables

pytestmark = [pytest.mark.blank, pytest.mark.engines]
DAY = date(2026, 11, 23)
NOON = "2026-11-23 05:00:00.000000"
OLD_MESSAGE = text(
    "INSERT INTO delivery (target, key, subject, version, payload, state, attempts, next_try_at,"
    " receipt, created_at, delivered_at)"
    " VALUES ('cdc', :k, 'an', 1, '', :s, 1, :now, :r, :now, :arrived)"
)


def before_sums() -> str:
    """The revision before; numbers of migrations may change, names do not."""
    every = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    [found] = [each for each in every if each.revision.endswith("_figure_sums")]
    return str(found.down_revision)


def test_sums_are_made_of_what_there_is(settings: Settings, vault: object) -> None:
    database = open_database(settings.database_url)
    tables.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    schema.upgrade(database, to=before_sums())
    with database.engine.begin() as connection:
        for number, (operator, lab) in enumerate((o, r) for o in "AB" for r in ("", "vn-2021:24")):
            key = {"day": DAY, "station": "ban-1", "place": "vn-2021:24.222", "lab": lab,
                   "operator": operator, "kind": "single"}  # fmt: skip
            counts = dict.fromkeys(COUNTS, number + 1)
            buckets = dict.fromkeys(BUCKETS, number + 2)
            connection.execute(insert(cells), [{**key, **counts}])
            connection.execute(
                insert(steps), [{**key, "step": "received", "passed": DAY, "count": number}]
            )
            connection.execute(insert(spans), [{**key, "span": "turnaround", **buckets}])
            connection.execute(insert(hours), [{**key, "hour": 8, "people": 3}])
        _messages(connection)
    schema.upgrade(database)
    with database.read() as session:
        assert tally.kept(session) == {"cdc": 2}
        assert tally.differences(session) == {}
        for split in SPLIT:
            rows = [dict(row) for row in session.execute(select(split)).mappings()]
            found = [dict(row) for row in session.execute(select(SUMS[split])).mappings()]
            assert found == list(summed(SUMS[split], rows)), split.name
            assert len(found) == 1
        _totals_are_right(session)
    database.engine.dispose()


def _messages(connection: Connection) -> None:
    for name, arrived in (("a", NOON), ("b", NOON), ("c", None)):
        state, receipt = ("delivered", "r") if arrived else ("waiting", None)
        connection.execute(
            OLD_MESSAGE, {"k": name, "s": state, "now": NOON, "r": receipt, "arrived": arrived}
        )


def _totals_are_right(session: Session) -> None:
    rows = [dict(row) for row in session.execute(select(step_sums)).mappings()]
    found = [dict(row) for row in session.execute(select(step_totals)).mappings()]
    assert found == list(totals(rows))
    assert [each["received"] for each in found] == [0 + 1 + 2 + 3]
    sums = (
        [dict(row) for row in session.execute(select(t)).mappings()] for t in (cell_sums, span_sums)
    )
    assert [dict(row) for row in session.execute(select(wholes)).mappings()] == list(packed(*sums))
