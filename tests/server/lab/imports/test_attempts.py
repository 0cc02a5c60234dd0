"""A file that ends whoever reads it is given up, and those behind it are read."""

import os
import signal
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from server.db import Database
from server.lab.imports import attempts, queries, services, worker
from server.lab.imports.models import ImportPart, State
from server.lab.instruments.reasons import Why
from server.workbooks.reading import Killed
from tests.server.workbooks.made import end_readers, out_of_bounds, with_rows

LAN: dict[str, Any] = {"by": "user:lan"}


def keep(database: Database, content: str, clock: Any) -> UUID:
    with database.write() as session:
        file, _ = services.keep(session, content.encode(), name="x.csv", now=clock(), **LAN)
        return file.id


def a_reader_dies(database: Database, import_id: UUID, clock: Any) -> None:
    """Read in a process of its own, which ends when the first rows are there."""
    database.engine.dispose()
    process = os.fork()
    if not process:
        worker.stage(database, import_id, clock, lambda: os._exit(9))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


@pytest.mark.engines
def test_after_two_deaths_it_is_unreadable_and_the_next_one_is_read(
    database: Database, table: Any, tubes: Any, clock: Any
) -> None:
    bad, good = (
        keep(database, table((tubes[name], "N", 20, "")), clock) for name in ("ready", "second")
    )
    for _ in range(attempts.MOST):
        a_reader_dies(database, bad, clock)
    worker.run_once(database, clock)
    with database.read() as session:
        given_up, read = (services.import_named(session, each) for each in (bad, good))
        assert (given_up.state, read.state) == (State.UNREADABLE, State.STAGED)
        assert [each.number for each in queries.notices(given_up)] == [Why.ENDED_READER]
    keep(database, table((tubes["ready"], "N", 20, "")), clock)  # again: it is read once more
    worker.run_once(database, clock)
    with database.read() as session:
        again = services.import_named(session, bad)
        assert (again.state, again.attempts, again.cut) == (State.STAGED, 0, False)


@pytest.mark.engines
def test_a_file_that_was_given_up_and_emptied_since_is_stored_anew_when_it_comes_again(
    database: Database, table: Any, tubes: Any, clock: Any
) -> None:
    content = table((tubes["ready"], "N", 20, ""))
    file = keep(database, content, clock)
    for _ in range(attempts.MOST):
        assert attempts.begin(database, file)
        attempts.lost(file)
    worker.run_once(database, clock)
    with database.write() as session:  # what an archive and the end of keeping do
        session.execute(update(ImportPart).values(content=b""))
        before = services.import_named(session, file).received_at
    later = before + timedelta(days=400)
    with database.write() as session:
        assert services.keep(session, content.encode(), name="x.csv", now=later, **LAN)[1]
    worker.run_once(database, lambda: later)
    with database.read() as session:
        again = services.import_named(session, file)
        assert (again.state, again.row_count, again.received_at) == (State.STAGED, 1, later)


def test_to_be_told_to_stop_is_no_death(
    database: Database, table: Any, tubes: Any, clock: Any
) -> None:
    file = keep(database, table((tubes["ready"], "N", 20, "")), clock)
    for _ in range(attempts.MOST + 2):
        worker.stage(database, file, clock, lambda: True)
    worker.run_once(database, clock)
    with database.read() as session:
        assert services.import_named(session, file).state == State.STAGED


def test_a_reader_that_is_killed_is_started_again_and_that_counts(
    database: Database, tubes: Any, clock: Any
) -> None:
    rows = [["Sample", "Target", "Ct"], *([tubes["ready"].text, "N", "20"] for _ in range(4500))]
    with database.write() as session:
        kept, _ = services.keep(session, with_rows(rows), name="x.xlsx", now=clock(), **LAN)
        file = kept.id

    def killed() -> bool:
        end_readers(signal.SIGKILL)
        return False

    with pytest.raises(Killed):
        worker.stage(database, file, clock, killed)
    worker.run_once(database, clock)
    with database.read() as session:
        read = services.import_named(session, file)
        assert (read.state, read.row_count, read.attempts) == (State.STAGED, 4500, 0)
        assert not queries.notices(read)


def test_a_file_whose_readers_are_killed_again_and_again_is_given_up(
    database: Database, table: Any, tubes: Any, clock: Any
) -> None:
    file = keep(database, table((tubes["ready"], "N", 20, "")), clock)
    for _ in range(attempts.MOST):
        assert attempts.begin(database, file)
        attempts.lost(file)
    assert not attempts.begin(database, file)


def test_what_was_too_much_is_tried_once_more_when_it_is_brought_again(
    database: Database, clock: Any
) -> None:
    content = out_of_bounds()
    receipts = []
    for _ in range(2):
        with database.write() as session:
            kept, fresh = services.keep(session, content, name="x.xls", now=clock(), **LAN)
            receipts.append((kept.id, fresh))
        worker.run_once(database, clock)
        with database.read() as session:
            read = services.import_named(session, receipts[0][0])
            assert (read.state, read.attempts) == (State.UNREADABLE, 0)
    assert receipts == [(receipts[0][0], True)] * 2
