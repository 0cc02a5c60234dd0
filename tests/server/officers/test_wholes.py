"""A station's day in one value says what its rows say, to whoever asks without a laboratory."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.figures.models import BUCKETS, COUNTS, KEYS, SPANS, TABLES, cells, hours, spans, steps
from server.figures.packing import KINDS, number_of, opened, packed
from server.figures.summing import with_sums
from server.officers.overview import finer, found_panels, numbers
from server.officers.overview.wish import Wish

LAST = date(2026, 11, 23)
PLACES = ("vn-2021:24.222", "vn-2021:24.222.01", "vn-2021:25")
MOST = 2**32 // 1000  # of a thousand station-days no sum leaves its lane
DRAWN = st.lists(
    st.fixed_dictionaries({
        "day": st.integers(0, 20).map(lambda back: LAST - timedelta(days=back)),
        "station": st.sampled_from(("ban-1", "ban-2")), "place": st.sampled_from(PLACES),
        "operator": st.sampled_from("AB"), "lab": st.sampled_from(("", "vn-2021:24")),
        "kind": st.sampled_from(KINDS), "span": st.sampled_from(SPANS),
        "count": st.sampled_from(COUNTS), "bucket": st.sampled_from(BUCKETS),
        "number": st.integers(1, 40),
    }),
    max_size=12, unique_by=lambda row: tuple(row[name] for name in KEYS),
)  # fmt: skip
WISHES = st.builds(
    Wish, day=st.just(LAST), days=st.sampled_from((1, 7, 28)),
    place=st.sampled_from(("", "vn-2021:24")), station=st.sampled_from(("", "ban-1")),
    covers=st.sampled_from((None, (frozenset(PLACES[:1]), frozenset[str]()))),
)  # fmt: skip


def store(database: Database, drawn: list[dict[str, Any]]) -> None:
    keys = [{name: row[name] for name in KEYS} for row in drawn]
    counted = [dict.fromkeys(COUNTS, 0) | {row["count"]: row["number"]} for row in drawn]
    lasted = [dict.fromkeys(BUCKETS, 0) | {row["bucket"]: row["number"]} for row in drawn]
    rows: dict[Any, list[dict[str, Any]]] = {
        cells: [key | own for key, own in zip(keys, counted, strict=True)], steps: [], hours: [],
        spans: [key | {"span": row["span"]} | own
                for key, row, own in zip(keys, drawn, lasted, strict=True)],
    }  # fmt: skip
    with database.write() as session:
        for table in TABLES:
            session.execute(delete(table))
        for table, some in with_sums(rows).items():
            if some:
                session.execute(insert(table), some)


@pytest.mark.engines
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=DRAWN, wish=WISHES, scope=st.sampled_from((ANYWHERE, Within.of(PLACES[:1]))))
def test_the_values_say_what_the_rows_say(
    database: Database, drawn: list[dict[str, Any]], wish: Wish, scope: Within
) -> None:
    store(database, drawn)
    with database.read() as session:
        asked = session, wish, scope
        assert numbers.by_day(*asked) == finer.by_day(*asked)
        for by in ("place", "station", "kind"):
            groups = numbers.groups(*asked, by, timed=by != "kind")
            assert {each.key: each.counts for each in groups} == finer.groups(*asked, by)
            if by != "kind":
                times = finer.turnarounds(*asked, by)
                found = {each.key: each.turnaround for each in groups if any(each.turnaround)}
                assert found == {key: own for key, own in times.items() if any(own)}
        assert some(numbers.times(*asked)) == some(finer.times(*asked))
        assert some(numbers.times_by_day(*asked)) == some(finer.times_by_day(*asked))
        of_labs = found_panels.localities(session, replace(wish, operator="A"), scope)
        whole = found_panels.localities(*asked)
        assert set(of_labs) <= set(whole)
        assert sum(own["people"] for own in whole.values()) == numbers.total(*asked)["people"]


def some(found: Any) -> dict[Any, tuple[int, ...]]:
    return {key: own for key, own in found.items() if any(own)}


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, MOST)), max_size=9))
def test_large_counts_stay_in_their_lanes(days: list[tuple[str, int]]) -> None:
    key = {"day": LAST, "station": "ban-1", "place": ""}
    rows = [
        next(packed([key | dict.fromkeys(COUNTS, number) | {"kind": kind, "took_ms": number << 31}],
                    [key | dict.fromkeys(BUCKETS, number) | {"span": "turnaround"}]))
        for kind, number in days
    ]  # fmt: skip
    whole, sums = opened(sum(number_of(row["numbers"]) for row in rows)), sum(n for _, n in days)
    own = sum(number for kind, number in days if kind == KINDS[0])
    assert whole.of_kind(KINDS[0]) == dict.fromkeys(COUNTS, own) | {"took_ms": own << 31}
    assert whole.of_all() == dict.fromkeys(COUNTS, sums) | {"took_ms": sums << 31}
    assert whole.span("turnaround") == (sums,) * len(BUCKETS)
    assert not any(whole.span("received"))
