"""Connections that are let go where nothing is said; a PostgreSQL that hangs is in `faults`."""

from collections.abc import Callable, Generator, Iterable
from itertools import count

import pytest

from server.db import open_database
from server.silence import LONGEST, Impatient, Silent, heard, let_silent_go

NOTHING, SOMETHING = 0, 1


def answer(after: int) -> Generator[str, int, int]:
    """Wait as psycopg does, so many times; return how often something came."""
    came = 0
    for _ in range(after):
        came += yield "more"
    return came


def driven(waiting: Generator[str, int, int], said: Iterable[int]) -> int:
    try:
        assert next(waiting) == "more"
        for each in said:
            waiting.send(each)
    except StopIteration as end:
        return int(end.value)
    raise AssertionError("it waits for more")


def test_whoever_says_nothing_is_let_go_after_its_time() -> None:
    seconds = count()
    with pytest.raises(Silent, match="nothing was said for 10 seconds"):
        driven(heard(answer(100), lambda: next(seconds)), [NOTHING] * 100)
    assert next(seconds) == LONGEST + 2


def test_whoever_says_something_now_and_then_is_heard_to_the_end() -> None:
    seconds, said = count(), [SOMETHING, *[NOTHING] * 4] * 20
    assert driven(heard(answer(100), lambda: next(seconds)), said) == 20


def test_connections_are_impatient_and_answer_like_any_other(
    fresh_postgresql: Callable[[], str],
) -> None:
    opened = open_database(fresh_postgresql())
    let_silent_go(opened.engine)
    with opened.read() as session:
        assert isinstance(session.connection().connection.driver_connection, Impatient)
        many = session.connection().exec_driver_sql("SELECT n FROM generate_series(1, 9000) n")
        assert sum(row[0] for row in many) == 9000 * 9001 // 2
    opened.engine.dispose()
