"""What `benchmarks.partitions` prints is what PostgreSQL does, and docs/nation.md rests on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from benchmarks import partition_gain, partition_waits, partitions
from benchmarks.partitions import Cursor
from benchmarks.report import Report
from server import vault
from server.db import open_database


@pytest.fixture
def where(fresh_postgresql: Callable[..., str]) -> str:
    url = make_url(fresh_postgresql("template1")).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


@pytest.fixture
def cursor(where: str) -> Iterator[Cursor]:
    with psycopg.connect(where, autocommit=True) as connection:
        yield connection.cursor()


def stored(cursor: Cursor, table: str) -> int:
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    found = cursor.fetchone() or (0,)
    return int(str(found[0]))


def test_only_the_key_with_a_time_takes_a_corrected_event_twice(cursor: Cursor) -> None:
    report = Report("partitions")
    partitions.measure(cursor, report, count=3000, months=3)
    seen = {key: value for key, (value, _) in report.figures.items()}
    assert [seen[f"twice_{way}"] for way in partitions.WAYS] == [0, 100, 0]
    asked = [f"{question}_{way}" for question in partitions.QUESTIONS for way in partitions.WAYS]
    assert all(seen[each] > 0 for each in asked)
    left = [stored(cursor, way) for way in partitions.WAYS]
    assert left == [2000, 2100, 2000]  # the first month is gone


def test_an_id_drawn_by_lot_or_by_a_clock_that_was_never_set_stands_in_the_rest(
    cursor: Cursor,
) -> None:
    partitions.make(cursor, 3)
    partitions.fill(cursor, "by_id", list(partitions.rows(3000, 3, stations=1)))
    boots = stored(cursor, "by_id_rest")
    assert 20 < boots < 120
    cursor.execute("TRUNCATE by_id")
    partitions.fill(cursor, "by_id", list(partitions.rows(3000, 3, stations=0)))
    assert stored(cursor, "by_id_rest") >= 2990


def test_the_lowest_id_of_a_moment_parts_what_was_before_from_what_came_then() -> None:
    edge, reset = partitions.edge(1), partitions.lowest_id(partitions.FIRST)
    some = [row for row in partitions.rows(600, 2, stations=1) if row[0] >= reset]
    for row in some:
        later = row[5] >= edge.replace(tzinfo=None)
        assert (row[0] >= partitions.lowest_id(edge)) == later


def test_of_a_part_that_is_over_age_at_last_most_went_in_pieces_before() -> None:
    assert partitions.at_once(30) == pytest.approx(3.5 / 30)
    assert partitions.at_once(7) == pytest.approx(0.5)
    assert partitions.at_once(1) == pytest.approx(6.5 / 7)
    assert partitions.at_once(30, every=1) == pytest.approx(0.5 / 30)


def test_whoever_comes_waits_behind_a_part_that_is_made_or_goes_and_not_behind_pieces(
    where: str,
) -> None:
    report = Report("partitions")
    partition_waits.measure(where, report)
    seen = {key: value for key, (value, _) in report.figures.items()}
    assert seen["in_pieces_behind_reader"] == seen["in_pieces_behind_applier"] == 0
    for act in ("made", "attached", "dropped"):
        assert seen[f"{act}_behind_reader"] > 0
        assert seen[f"{act}_behind_applier"] > 0
    assert seen["let_go_beside"] == 0


def test_a_week_goes_whole_and_only_its_check_ins_could_go_with_a_part(
    tmp_path: Path, fresh_postgresql: Callable[..., str]
) -> None:
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    database, report = open_database(fresh_postgresql()), Report("partition_gain")
    partition_gain.measure(database, report, 40)
    database.engine.dispose()
    gone = [
        report.figures[f"gone_{table}"][0] for table in ("wire_event", "check_in", "declaration")
    ]
    assert gone == [20, 40, 20]
    share = report.ratios["check_ins_of_all"]
    assert 0 < share < 1
    assert report.ratios["spared_by_30"] == pytest.approx(share * 3.5 / 30)
