"""A log that nobody reads stops nobody."""

import logging
import os
from collections.abc import Iterator

import pytest

from server.upkeep.logs import WAITING, Aside


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)


def line(number: int) -> logging.LogRecord:
    return logging.LogRecord("x", logging.INFO, "", 0, "line %d", (number,), None)


def test_whoever_logs_goes_on_where_nobody_reads_and_what_waited_comes_in_order(
    pipe: tuple[int, int],
) -> None:
    reading, writing = pipe
    aside, count = Aside(writing), 3 * WAITING
    for number in range(count):
        aside.handle(line(number))
    with os.fdopen(reading, encoding="utf-8") as file:
        for number in range(WAITING):
            assert file.readline() == f"line {number}\n"
    aside.close()


def test_the_last_lines_are_written_at_the_end_and_a_reader_that_went_is_no_error(
    pipe: tuple[int, int],
) -> None:
    reading, writing = pipe
    aside = Aside(writing)
    aside.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    aside.handle(line(1))
    aside.close()
    assert os.read(reading, 100) == b"[INFO] line 1\n"
    os.close(reading)
    after = Aside(writing)
    after.handle(line(2))
    after.close()
