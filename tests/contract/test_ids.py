import random
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from contract import ids

LOTS = st.binary(min_size=ids.LOT, max_size=ids.LOT)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(TIMES, LOTS)
def test_an_id_is_a_uuid_of_version_7(at: datetime, lot: bytes) -> None:
    made = ids.ordered_id(at, lot)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert UUID(str(made)) == made


@given(TIMES, LOTS, LOTS)
def test_later_ids_sort_after_earlier_ones(at: datetime, lot: bytes, other: bytes) -> None:
    earlier = ids.ordered_id(at - timedelta(milliseconds=2), lot)
    later = ids.ordered_id(at, other)
    assert earlier < later
    assert earlier.hex < later.hex  # as SQLite sorts them


@given(TIMES, st.lists(LOTS, max_size=20))
def test_of_one_moment_there_are_many(at: datetime, lots: list[bytes]) -> None:
    drawn = {int.from_bytes(lot) & ~(0b111111 << 62) for lot in lots}
    made = {ids.ordered_id(at, lot) for lot in lots}
    assert len(made) == len(drawn)


@given(TIMES, st.lists(LOTS, min_size=1, max_size=9))
def test_many_written_at_once_are_of_the_same_kind(at: datetime, lots: list[bytes]) -> None:
    written = ids.ordered_hexes(at, b"".join(lots))
    assert [len(each) for each in written] == [32] * len(lots)
    for each, lot in zip(written, lots, strict=True):
        made, one = UUID(each), ids.ordered_id(at, lot)
        assert (made.version, made.variant, made.hex) == (7, RFC_4122, each)
        assert made.hex[:12] == one.hex[:12]


def test_of_one_moment_many_written_at_once_differ() -> None:
    at, lot = datetime(2026, 11, 25, tzinfo=UTC), random.Random(7).randbytes(ids.LOT * 5000)
    assert len(set(ids.ordered_hexes(at, lot))) == 5000
