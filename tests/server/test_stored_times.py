"""Columns of times are written at once as each would be for itself."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from server.db import UtcDateTime
from server.stored_times import read_time, sqlite_time, sqlite_times

UNEVEN = timezone(timedelta(hours=7, minutes=6, seconds=40))  # Vietnam before 1911
ALWAYS = st.datetimes(timezones=st.just(UTC))
EARLY = datetime.fromisoformat("1800-01-01")  # what moves to another zone stays a time
NOON = datetime(2021, 8, 3, 12, tzinfo=UTC)
as_the_type_does = UtcDateTime().dialect_impl(sqlite.dialect()).bind_processor(sqlite.dialect())


@given(st.lists(st.none() | ALWAYS))
def test_a_column_of_times_is_written_as_the_columns_type_writes_each(
    times: list[datetime | None],
) -> None:
    assert as_the_type_does is not None
    assert sqlite_times(times) == [as_the_type_does(at) for at in times]
    assert [each and read_time(each) for each in sqlite_times(times)] == times


@given(st.lists(st.datetimes(EARLY, timezones=st.sampled_from([UTC, UNEVEN]))))
def test_times_of_other_zones_among_them_are_written_as_utc(times: list[datetime]) -> None:
    assert sqlite_times(times) == [sqlite_time(at.astimezone(UTC)) for at in times]


def test_a_time_without_a_zone_among_others_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        sqlite_times([NOON, NOON.replace(tzinfo=None), None])
