"""What `retention run` costs for check-ins on PostgreSQL, and what of that a part would spare.

Half of the check-ins come from stations, half from phones.  By the same clock go the bytes of the
station's event, the check-in, and the point of the phone's declaration; only the second of these
could go with a part of the table, and of it only what is left when all of the part is over-age.

    python -m benchmarks.partition_gain [--rows 20000] [--json]
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import postgres
from benchmarks.partitions import at_once
from benchmarks.report import Report, arguments
from contract import ids
from server import schema, vault
from server.accounts.models import Station
from server.db import Base, Database, open_database
from server.declarations.models import CheckIn, Declaration, FormVersion, Point
from server.intake.models import WireEvent
from server.people.models import Person
from server.rows import insert_rows
from server.upkeep import keeping
from server.upkeep.keeping import CHECKED_IN, Key, Purpose

CAME = datetime(2026, 6, 1, tzinfo=UTC)
UNTIL = CAME + timedelta(days=30)
PLACE, STATION, POINT, FORM, EVENT_BYTES = "vn-2021:24.222.07", "ban-1", "P0000001", "form-1", 400
CLOCK = "keep_check_in_days"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    asked = parser.parse_args()
    report = Report("partition_gain")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ghepmau-gain-")))
        vault.install(vault.Vault.create(folder / "vault.json"))
        cluster = stack.enter_context(postgres.running())
        database = open_database(cluster.url())
        schema.upgrade(database)
        measure(database, report, asked.rows)
        database.engine.dispose()
    report.print(asked.json)


def measure(database: Database, report: Report, count: int) -> None:
    """Fill an empty *database*, and take everything away as `retention run` does."""
    fill(database, count)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))  # as tables are that were not filled just now
    took: dict[str, float] = {}
    for purpose in keeping.PURPOSES:
        if purpose.setting == CLOCK:
            began = perf_counter()
            gone = sum(keeping.pieces(partial(_piece, database, purpose)))
            took[purpose.table] = perf_counter() - began
            report.figures[f"gone_{purpose.table}"] = (gone, "rows")
            report.figures[purpose.table] = (took[purpose.table] / count * 1e6, "us/check-in")
    check_ins = took["check_in"] / sum(took.values())
    report.ratios["check_ins_of_all"] = check_ins
    for days in (30, 7, 1):
        report.ratios[f"spared_by_{days}"] = check_ins * at_once(days)


def _piece(database: Database, purpose: Purpose, after: Key | None) -> tuple[int, Key | None]:
    with database.write() as session:
        return keeping.take_away(session, purpose, UNTIL, after)


def fill(database: Database, count: int) -> None:
    """Keep *count* check-ins of one person, of stations and phones by turns."""
    person = uuid4()
    with database.write() as session:
        _grounds(session, person)
    made = list(_coming(person, count))
    for model in (WireEvent, Declaration, CheckIn):
        some = [row for kind, row in made if kind is model]
        for start in range(0, len(some), 5_000):
            with database.write() as session:
                insert_rows(session, model, some[start : start + 5_000])


def _grounds(session: Session, person: UUID) -> None:
    """Add what check-ins refer to."""
    session.add(Person(id=person, place=PLACE, created_at=CAME))
    session.add(
        Station(id=STATION, label=STATION, place=PLACE, duty="check-in", state="created",
                created_at=CAME)
    )  # fmt: skip
    session.add(
        Point(id=POINT, kind="factory", name="Chợ", place=PLACE, address="", head="", phone="",
              plate="", route="", opens="", closes="", active_from=CAME.date(), created_at=CAME,
              created_by="user:lan")
    )  # fmt: skip
    session.add(
        FormVersion(id=FORM, questions="[]", look_back_days=14, active_from=CAME,
                    created_by="user:lan")
    )  # fmt: skip


def _coming(person: UUID, count: int) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    for number in range(count):
        at = CAME + timedelta(days=7) * number / count
        times = {"at": at, "recorded_at": at}
        by_station = number % 2 == 0
        id_ = ids.ordered_id(at, os.urandom(ids.LOT)) if by_station else uuid4()
        if by_station:
            yield WireEvent, {
                "event_id": id_, "station": STATION, "epoch": "1", "seq": number + 1,
                "kind": CHECKED_IN, "hash": f"{number:064x}", "prev": f"{number:064x}",
                "payload": os.urandom(EVENT_BYTES), "received_at": at, "state": "applied",
                "problem": None, "applied_at": at,
            }  # fmt: skip
        else:
            yield Declaration, {
                "id": id_, "person_id": person, "point_id": POINT, "form_id": FORM,
                "source": "phone", "on_behalf": False, "symptoms": False, "exposed": False,
                "answers": "{}", "consent": "vn-1", **times,
            }  # fmt: skip
        yield CheckIn, {
            "id": id_, "person_id": person, "vehicle": None, "vehicle_blind": None,
            "source": "station" if by_station else "phone",
            "station": STATION if by_station else None, "point": "Chợ", "point_id": POINT,
            "declaration_id": None if by_station else id_, "place": PLACE, "trusted": True,
            "answers": "{}", "voided_at": None, "void_reason": None, **times,
        }  # fmt: skip


if __name__ == "__main__":
    main()
