"""A province's day for `benchmarks.merge`: people, pairings, receptions, released results, desks.

Rows are written by the driver itself, without checks, so that a million of each are there within
minutes; nothing of this is measured.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from contract import ids
from contract.tubes import TubeId
from server.accounts.models import Station
from server.db import Base, Database
from server.lab.models import Reception, Result
from server.outcomes.desk_models import DeskItem
from server.people.models import Person
from server.rows import insert_rows
from server.sampling.models import Lot, Pairing

START = datetime(2021, 8, 3, 0, 0, tzinfo=UTC)
NOW = START + timedelta(hours=40)
PLACE = "vn-2021:24.222.07"
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Case:
    """One tube of the day, and who and what it is about."""

    tube: TubeId
    person: UUID
    pairing: UUID
    reception: UUID
    result: UUID
    at: datetime


def cases(size: int, seed: int = 7) -> Iterator[Case]:
    """Return the tubes of the day in the order of their serials; ids are as ours: by their time."""
    lot = Random(seed)  # noqa: S311 - no secret
    for serial in range(1, size + 1):
        at = START + timedelta(milliseconds=80 * serial)
        when = (at, at, at + timedelta(hours=4), at + timedelta(hours=9))
        person, pairing, reception, result = (
            ids.ordered_id(each, lot.randbytes(ids.LOT)) for each in when
        )
        yield Case(TubeId.mint(26, serial), person, pairing, reception, result, at)


def prepare(database: Database, size: int, told: Callable[[int], None] = lambda _: None) -> None:
    """Fill an empty database with *size* tubes that only have to be merged; say how many came."""
    with database.engine.begin() as connection:
        _without_checks(connection)
        connection.execute(insert(Station), [{
            "id": "ban-1", "label": "Bàn 1", "place": PLACE, "duty": "pairing",
            "state": "created", "created_at": START}])  # fmt: skip
        connection.execute(insert(Lot), [{
            "id": "L-2021-0001", "kind": "sampling", "series": 26, "first": 1, "last": 99_999_998,
            "size": 99_999_998, "place": PLACE, "created_at": START, "created_by": "user:quan",
        }])  # fmt: skip
    day = cases(size)
    while some := list(islice(day, AT_ONCE)):
        with database.write() as session:
            _without_checks(session.connection())
            for model, row in ROWS:
                insert_rows(session, model, [row(case) for case in some])
        told(len(some))
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.exec_driver_sql("ANALYZE")


def _without_checks(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _person(case: Case) -> dict[str, Any]:
    return {"id": case.person, "birth_year": 1991, "sex": "F", "place": PLACE,
            "created_at": case.at}  # fmt: skip


def _pairing(case: Case) -> dict[str, Any]:
    return {"id": case.pairing, "tube": case.tube, "person_id": case.person, "station": "ban-1",
            "operator": "", "person_kind": "citizen-card", "order": "person-first",
            "paired_at": case.at, "trusted": True, "place": PLACE, "took_ms": 4200,
            "manual": False, "received_at": case.at}  # fmt: skip


def _reception(case: Case) -> dict[str, Any]:
    return {"id": case.reception, "tube": case.tube, "accepted": True, "reason": "", "box": "H1",
            "at": case.at + timedelta(hours=4), "by": "user:lan"}  # fmt: skip


def _result(case: Case) -> dict[str, Any]:
    later = case.at + timedelta(hours=9)
    row = {"id": case.result, "tube": case.tube, "call": "negative", "ct_n": "", "ct_orf": "",
           "method": "rt-pcr", "note": "", "entered_by": "user:lan", "entered_at": later,
           "verified_by": "user:minh", "verified_at": later, "released_by": "user:minh",
           "released_at": later, "lab": PLACE, "kind": "first", "suggested": "", "readings": (),
           "well": ""}  # fmt: skip
    known = Result.metadata.tables["result"].columns.keys()
    return {name: value for name, value in row.items() if name in known}


def _item(case: Case) -> dict[str, Any]:
    return {"tube": case.tube, "desk": "result_without_release",
            "since": case.at + timedelta(hours=9), "detail": "verified", "place": PLACE,
            "station": "ban-1", "box": "H1"}  # fmt: skip


ROWS: Sequence[tuple[type[Base], Callable[[Case], dict[str, Any]]]] = (
    (Person, _person),
    (Pairing, _pairing),
    (Reception, _reception),
    (Result, _result),
    (DeskItem, _item),
)
