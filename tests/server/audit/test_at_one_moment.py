from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event

from server.audit.sealing import seal
from server.audit.services import record
from server.audit.verifying import look_through
from server.db import Database

pytestmark = pytest.mark.engines


def sealed(database: Database, number: int, now: datetime) -> None:
    with database.write() as session:
        record(session, "tube.received", f"tube-{number}", by="user:lan", now=now)
        session.flush()
        seal(session, now=now)


def test_a_server_that_seals_meanwhile_is_no_fault_of_the_trail(
    database: Database, now: datetime
) -> None:
    """The seals are read, another one comes, then the entries are read."""
    sealed(database, 1, now)
    sealed_meanwhile = list[int]()

    def go_on(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "FROM audit_seal" in statement and not sealed_meanwhile:
            sealed_meanwhile.append(2)
            sealed(database, 2, now)

    event.listen(database.engine, "after_cursor_execute", go_on)
    found = look_through(database)
    event.remove(database.engine, "after_cursor_execute", go_on)
    assert sealed_meanwhile == [2]
    assert found.faults == []
    assert (found.entries, found.seals) == (1, 1)
    assert look_through(database).entries == 2
