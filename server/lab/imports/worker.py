"""The worker: reads what was kept and stages it, then enters what a person confirmed.

One chunk, one transaction.  Killed at any point it goes on with the next chunk.  Where several
processes share a database, one of them has an import in hand.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from server.db import Database
from server.lab.imports import attempts, entering, review
from server.lab.imports.models import ImportFile, State
from server.lab.imports.reading import open_items
from server.lab.imports.staging import Staging
from server.leases import LeaseLost, holding
from server.rounds import Rounds
from server.workbooks.reading import Killed

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
IDLE_SECONDS = 0.7
WORK = [State.ENTERING.value, State.STAGING.value, State.RECEIVED.value]


def run_once(database: Database, clock: Clock, stopped: Callable[[], bool] = lambda: False) -> int:
    """Bring every import as far as it can go now; return how many were moved."""
    moved = 0
    for import_id in _waiting(database):
        if stopped():
            break
        try:
            with holding(database, f"import {import_id}", clock) as ours:
                if ours is not None:
                    advance(ours, import_id, clock, stopped)
                    moved += 1
        except LeaseLost:
            log.info("import %s is in the hands of another process", import_id)
        except Exception:  # one odd file must not stop the others
            log.exception("import %s met an error; it is tried again", import_id)
    return moved


def advance(
    database: Database, import_id: UUID, clock: Clock, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Stage or enter one import to its end, or until *stopped*."""
    with database.read() as session:
        state = session.get_one(ImportFile, import_id).state
    if state == State.ENTERING.value:
        entering.enter_all(database, import_id, clock, stopped)
    elif state in WORK:
        stage(database, import_id, clock, stopped)


def _waiting(database: Database) -> list[UUID]:
    with database.read() as session:
        found = select(ImportFile.id).where(ImportFile.state.in_(WORK))
        return list(session.scalars(found.order_by(ImportFile.received_at, ImportFile.id)))


def stage(
    database: Database, import_id: UUID, clock: Clock, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Read the whole file into rows, then look at them together.

    Raises Killed where its reader was killed from outside: it is tried again, and that counts.
    """
    if not attempts.begin(database, import_id):
        return
    try:
        _stage(database, import_id, clock, stopped)
    except Killed:
        attempts.lost(import_id)
        raise


def _stage(database: Database, import_id: UUID, clock: Clock, stopped: Callable[[], bool]) -> None:
    reached = [0]

    def told(at: int) -> None:
        reached[0] = at  # it is read through once before, to see how it is written

    with database.read() as session:
        file = session.get_one(ImportFile, import_id)
    name, items = open_items(database, file, told)
    staging = Staging(import_id, items, file.row_count)
    with database.write() as session:
        file = session.get_one(ImportFile, import_id)
        file.state, file.format = State.STAGING.value, name
    for chunk in staging.chunks():
        if stopped():
            attempts.give_back(database, import_id)
            return
        with database.write() as session:
            staging.keep(session, chunk)
            file = session.get_one(ImportFile, import_id)
            file.progress, file.attempts = reached[0], 1
    with database.write() as session:
        file = session.get_one(ImportFile, import_id)
        staging.close(file)
        review.review(session, file)
        file.progress, file.staged_at, file.attempts = file.size, clock(), 0
        file.state = (State.STAGED if file.row_count else State.UNREADABLE).value


class ImportWorker(Rounds):
    """The worker beside the pages; stopped, it lets the chunk in hand be written."""

    name = "imports"

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__()
        self._database, self._clock = database, clock

    def round(self) -> float:
        run_once(self._database, self._clock, self._stopping.is_set)
        return IDLE_SECONDS
