"""What the pictures say of counts holds for few and many."""

from hypothesis import given
from hypothesis import strategies as st

from server.figures.models import BUCKETS, EDGES
from server.officers.overview.statistics import (
    p_chart,
    percentile,
    share,
    u_chart,
    within_minutes,
)
from server.officers.quality.measures import FEWEST, Measured, findings, rows_of

COUNTS = st.integers(0, 10**6)


def test_wilsons_interval_is_that_of_the_books() -> None:
    found = share(81, 263)  # Newcombe 1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<857
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none = share(0, 10)
    assert none is not None
    assert (none.low, round(none.high, 3)) == (0.0, 0.278)
    assert share(0, 0) is None


@given(COUNTS, COUNTS)
def test_a_share_lies_in_its_interval(part: int, more: int) -> None:
    found = share(part, part + more)
    if found is not None:
        assert 0 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1


@given(st.lists(st.integers(0, 50), min_size=len(BUCKETS), max_size=len(BUCKETS)))
def test_percentiles_grow_and_stay_in_the_histogram(buckets: list[int]) -> None:
    found = [percentile(buckets, percent) for percent in (10, 50, 90, 100)]
    if not any(buckets):
        assert found == [None] * 4
        return
    known = [each for each in found if each is not None]
    assert known == sorted(known)
    assert 0 <= known[0] <= known[-1] <= EDGES[-1]
    assert within_minutes(buckets, 1440) <= sum(buckets)


def test_half_of_the_tubes_took_what_the_middle_one_took() -> None:
    buckets = [0] * len(BUCKETS)
    buckets[EDGES.index(60)] = 10  # between 30 and 60 minutes
    assert percentile(buckets, 50) == 45
    assert within_minutes(buckets, 60) == 10


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 500)), min_size=1, max_size=12))
def test_the_rate_of_all_is_never_special(counts: list[tuple[int, int]]) -> None:
    """The limits of every group hold the rate of all groups together."""
    fair = [(min(count, size), size) for count, size in counts]
    whole = sum(count for count, _ in fair) / sum(size for _, size in fair)
    for charted in (p_chart(fair), u_chart(fair)):
        for each in charted:
            assert each is not None
            assert each.low <= whole <= each.high


def measured(key: str, people: int, manual: int) -> Measured:
    return Measured(key, people, 4.0, {"manual": manual}, {})


def test_what_stands_out_is_named_and_few_people_prove_nothing() -> None:
    groups = [measured(f"ban-{number}", 1000, 10) for number in range(9)]
    groups += [measured("ban-9", 1000, 60), measured("ban-10", FEWEST - 1, 9)]
    found = findings(rows_of(groups))
    assert [(each.key, each.measure.key) for each in found] == [("ban-9", "manual")]


def test_a_slow_group_is_seen() -> None:
    groups = [Measured(f"ban-{number}", 100, 4.0, {}, {}) for number in range(4)]
    groups.append(Measured("ban-9", 100, 9.0, {}, {}))
    assert [row.measured.key for row in rows_of(groups) if row.slow] == ["ban-9"]
