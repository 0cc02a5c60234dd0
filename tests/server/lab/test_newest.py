"""A laboratory sees the newest of its own results, and is not kept waiting by those of others."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from contract.tubes import TubeId
from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.lab import newest
from server.lab.models import Result
from server.rows import insert_rows

LABS = ("vn-2021:24", "vn-2021:24.213", "vn-2021:24.2", "vn-2021:25", "")
SCOPES = (ANYWHERE, Within.of(["vn-2021:24"]), Within.of(["vn-2021:25"]), Within.of(["vn-2021:01"]),
          Within.of(["vn-2021:24.2", "vn-2021:25"]))  # fmt: skip
BEGAN = datetime(2026, 11, 23, tzinfo=UTC)
ENTERED = st.lists(st.tuples(st.sampled_from(LABS), st.integers(0, 9)), max_size=12)


def store(database: Database, entered: list[tuple[str, int]]) -> None:
    with database.write() as session:
        session.execute(delete(Result))
        insert_rows(session, Result, [row(*each) for each in enumerate(entered)])


def row(number: int, given_: tuple[str, int]) -> dict[str, Any]:
    lab, minutes = given_
    return {
        "id": UUID(int=number + 1), "tube": TubeId.mint(26, number + 1), "lab": lab,
        "kind": "first", "call": "negative", "suggested": "", "readings": (), "method": "rt-pcr",
        "well": "", "note": "", "entered_by": "user:lan",
        "entered_at": BEGAN + timedelta(minutes=minutes),
    }  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize("many", [0, newest.MANY])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entered=ENTERED, scope=st.sampled_from(SCOPES))
def test_the_newest_of_a_scope_are_those_that_a_look_at_all_finds(
    database: Database, many: int, entered: list[tuple[str, int]], scope: Within
) -> None:
    store(database, entered)
    every = [(-minutes, UUID(int=number + 1)) for number, (lab, minutes) in enumerate(entered)
             if scope.covers(lab)]  # fmt: skip
    with database.read() as session:
        found = newest.latest_results(session, within=scope, many=many)
        assert [each.id for each in found] == [which for _, which in sorted(every)]
        assert set(newest.laboratories(session)) == {lab for lab, _ in entered}
