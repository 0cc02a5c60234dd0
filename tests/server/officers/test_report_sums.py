"""What passed each step until a day comes from totals, and is the sum of all days until then."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, delete, insert

from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.figures.models import STEPS, SUMS, TABLES, cells, hours, spans, steps
from server.figures.summing import with_sums
from server.officers.report import queries
from tests.server.statements import asked

FIRST = date(2026, 11, 20)
PLACES = ("vn-2021:24.222", "vn-2021:25")
KEY = ("day", "station", "place", "lab", "step", "passed")
ROWS = st.lists(
    st.fixed_dictionaries({
        "day": st.integers(0, 4), "station": st.sampled_from(("ban-1", "ban-2")),
        "place": st.sampled_from(PLACES), "lab": st.sampled_from(("", "vn-2021:24")),
        "step": st.sampled_from(STEPS), "passed": st.integers(-2, 8), "count": st.integers(1, 9),
    }),
    unique_by=lambda row: tuple(row[name] for name in KEY),
)  # fmt: skip


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def store(database: Database, drawn: list[dict[str, Any]]) -> None:
    rows = [
        {**row, "day": day(row["day"]), "passed": day(row["passed"]), "operator": "A",
         "kind": "single"}
        for row in drawn
    ]  # fmt: skip
    with database.write() as session:
        for table in TABLES:
            session.execute(delete(table))
        for table, some in with_sums({cells: [], steps: rows, spans: [], hours: []}).items():
            if some:
                session.execute(insert(table), some)


@pytest.mark.engines
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=ROWS, last=st.integers(-3, 9), scope=st.sampled_from((ANYWHERE, Within.of(PLACES[1:])))
)
def test_what_passed_until_a_day_is_the_sum_of_its_days(
    database: Database, drawn: list[dict[str, Any]], last: int, scope: Within
) -> None:
    store(database, drawn)
    with database.read() as session:
        found = queries.sums(session, scope, None, day(last), "place")
    said = {(place, step): own[step] for place, own in found.items() for step in STEPS if own[step]}
    expected: dict[tuple[str, str], int] = {}
    for row in drawn:
        if row["passed"] <= last and (scope is ANYWHERE or row["place"] == PLACES[1]):
            key = row["place"], row["step"]
            expected[key] = expected.get(key, 0) + row["count"]
    assert said == expected
    assert {place for place, _ in expected} == set(found)


def test_the_name_of_every_step_has_room() -> None:
    """PostgreSQL refused the roll-up of a day with an inconclusive outcome."""
    for table in (steps, SUMS[steps]):
        kind = table.c.step.type
        assert isinstance(kind, String)
        assert max(map(len, STEPS)) <= (kind.length or 0)


def test_the_sum_of_all_days_is_not_looked_for_among_the_steps_of_each(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("the plan of one database is enough")
    with asked(database) as found, database.read() as session:
        queries.sums(session, ANYWHERE, None, FIRST, "place")
    with database.engine.connect() as connection:
        plans = [
            [
                row[3]
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given_)
            ]
            for statement, given_ in found
            if "figure_step" in statement
        ]
    totals, going_on = plans
    assert not any("figure_step_sum" in step for step in totals)
    assert "ix_figure_step_total_last (last_passed>?)" in going_on[0]
    assert going_on[1].startswith("SEARCH figure_step_sum USING PRIMARY KEY (day=? AND station=?")
