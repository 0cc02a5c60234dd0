"""Which lines a process takes: what waits longest, and not all where others look as well."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.accounts.models import Station
from server.db import Database
from server.intake import lines
from server.intake.models import WireEvent
from tests.server.statements import asked

AT_ONCE = 50
STORM = 500  # events in one upload
several = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


def come_back(session: Session, lengths: Sequence[int], now: datetime) -> None:
    """Let station after station bring so many events; the last of them by name is the first."""
    for number, length in enumerate(lengths):
        name, at = f"ban-{len(lengths) - number}", now + timedelta(seconds=number)
        session.merge(
            Station(id=name, label=name, place="vn-2021:24", duty="sampling", public_key=name,
                    state="enrolled", enrolled_at=now, created_at=now)
        )  # fmt: skip
        session.flush()
        events = [
            {"event_id": uuid4(), "station": name, "epoch": "0" * 16, "seq": seq, "prev": "",
             "kind": "tube-paired", "hash": "", "payload": b"", "received_at": at,
             "state": "pending"}
            for seq in range(1, length + 1)
        ]  # fmt: skip
        if events:
            session.execute(insert(WireEvent), events)


def taken(session: Session) -> list[tuple[str, int]]:
    """Take, and return of each event its station and its place in the line."""
    ids: list[UUID] = [row.event_id for row in lines.take(session, AT_ONCE)]
    found = select(WireEvent.event_id, WireEvent.station, WireEvent.seq)
    known = {row.event_id: (row.station, row.seq) for row in session.execute(found)}
    return [known[each] for each in ids]


@several
def test_when_stations_come_back_with_hundreds_each_several_processes_have_something_to_do(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        come_back(session, [STORM] * 4, now)
    with ExitStack() as open_ones:
        found = [taken(open_ones.enter_context(database.write())) for _ in range(5)]
    whole = list(range(1, AT_ONCE + 1))
    assert found == [[(f"ban-{number}", seq) for seq in whole] for number in (4, 3, 2, 1)] + [[]]


@several
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.sampled_from([0, 1, 7, 49, 50, 51, 120]), max_size=12))
def test_processes_share_lines_and_never_one_line(
    database: Database, now: datetime, lengths: list[int]
) -> None:
    """Each has the beginnings of lines, the longest wait first, and as much as it can apply."""
    with database.write() as session:
        session.execute(delete(WireEvent))
        come_back(session, lengths, now)
    left = {f"ban-{len(lengths) - n}": length for n, length in enumerate(lengths) if length}
    with ExitStack() as open_ones:
        for _ in range(3):
            found = taken(open_ones.enter_context(database.write()))
            assert bool(found) == bool(left)
            for name in dict.fromkeys(name for name, _ in found):
                assert [seq for each, seq in found if each == name][:1] == [1]
                seqs = [seq for each, seq in found if each == name]
                assert seqs == list(range(1, len(seqs) + 1))
            held = list(dict.fromkeys(name for name, _ in found))
            assert held == list(left)[: len(held)]
            assert len(found) == min(AT_ONCE, sum(list(left.values())[: lines.LINES]))
            more = 1 if found and left[held[0]] >= AT_ONCE else lines.LINES
            left = dict(list(left.items())[more:])


@pytest.mark.engines
@pytest.mark.parametrize("length", [1, 70])
def test_the_line_that_waits_longest_comes_first(
    database: Database, now: datetime, length: int
) -> None:
    """Whether little waits or much: nobody's line is passed over for ever."""
    with database.write() as session:
        come_back(session, [length] * 4, now)
        found = list(dict.fromkeys(name for name, _ in taken(session)))
    assert found == ["ban-4", "ban-3", "ban-2", "ban-1"][: len(found)]
    assert len(found) == (4 if length == 1 else 1)


@several
def test_lines_are_found_by_their_index_whatever_the_database_thinks_it_knows(
    database: Database, now: datetime
) -> None:
    """Where nothing was pending when it last counted, PostgreSQL looked through all for each."""
    with database.write() as session:
        come_back(session, [STORM, 1], now)
    with asked(database) as statements, database.write() as session:
        lines.take(session, AT_ONCE)
    about = [each for each in statements if "(wire_event.state = 'pending') IS" in each[0]]
    assert len(about) == 2
    for statement, given_ in about:
        assert "ix_wire_event_line" in (plan := planned(database, statement, given_)), plan
        assert "ix_wire_event_open" not in plan


def planned(database: Database, statement: str, given_: Any) -> str:
    """Return how the database would answer a table that is too large to be read through."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given_).all()
            return "\n".join(row[3] for row in rows)
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_bitmapscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", given_).all()
        connection.rollback()
        return "\n".join(row[0] for row in rows)
