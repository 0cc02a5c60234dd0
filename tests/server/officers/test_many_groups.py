"""Of hundreds of places a page makes what it shows, and asks no more than of three."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from benchmarks.overview_rows import stations_day
from server.db import Database
from server.officers.overview.made import Made
from tests.server.officers.test_overview import rows_of
from tests.server.statements import asked

SHOWN = 60


def test_rows_are_made_when_they_are_looked_at() -> None:
    looked: list[int] = []

    def make(number: int) -> str:
        looked.append(number)
        return f"row {number}"

    rows = Made(range(250), make)
    assert (len(rows), looked) == (250, [])
    assert list(rows[:3]) == ["row 0", "row 1", "row 2"]
    assert (rows[249], looked) == ("row 249", [0, 1, 2, 249])


def test_many_places_are_a_page_and_a_file_of_as_many_statements(
    officer: Any, database: Database, clock: Any
) -> None:
    def seen(numbers: Iterable[int]) -> tuple[str, int]:
        day = clock().date() - timedelta(days=1)
        with database.write() as session:
            for table, rows in stations_day(day, numbers, 100, Random(7)).items():
                session.execute(insert(table), rows)
        with asked(database) as statements:
            page = officer.get("/overview?days=7").text
        return page, len(statements)

    _, few = seen(range(100, 103))
    page, many = seen(range(103, 303))
    assert many == few
    assert page.count("<tr>") < 4 * SHOWN
    assert len(rows_of(officer, "/overview/groups.csv?days=7")) > 3 * SHOWN
