"""Enter the results of an import that a person confirmed, some tubes at a time."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.db import Database
from server.lab.imports import landing, plates, review
from server.lab.imports.models import Fate, ImportFile, ImportRow, State
from server.lab.instruments.reasons import Why
from server.sampling import changes

TUBES = 50  # in one transaction: others wait for no more than these
Clock = Callable[[], datetime]


def enter_all(
    database: Database, import_id: UUID, clock: Clock, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Enter until nothing is left; each transaction takes the tubes that come next."""
    with database.write() as session:
        file = session.get_one(ImportFile, import_id)
        if file.state == State.ENTERING.value:
            plates.begin(session, file, now=clock())
    while not stopped():
        with database.write() as session:
            file = session.get_one(ImportFile, import_id)
            if file.state != State.ENTERING.value:
                return
            tubes = _next(session, file)
            if not tubes:
                finish(session, file, now=clock())
                return
            enter_some(session, file, tubes, now=clock())


def _next(session: Session, file: ImportFile) -> list[Tube]:
    """Return the next tubes of which something is to be entered."""
    found = (
        select(ImportRow.tube)
        .where(ImportRow.import_id == file.id, ImportRow.tube.is_not(None))
        .where(ImportRow.fate != Fate.REFUSED.value, ~ImportRow.entered)
        .distinct()
        .order_by(ImportRow.tube)
        .limit(TUBES)
    )
    return [tube for tube in session.scalars(found) if tube is not None]


def enter_some(session: Session, file: ImportFile, tubes: Sequence[Tube], *, now: datetime) -> None:
    """Enter what the rows say of each of *tubes*, or refuse those rows with the reason."""
    rows: dict[Tube, list[ImportRow]] = defaultdict(list)
    found = (
        select(ImportRow)
        .where(ImportRow.import_id == file.id, ImportRow.tube.in_(tubes))
        .where(ImportRow.fate != Fate.REFUSED.value, ~ImportRow.entered)
        .order_by(ImportRow.position)
    )
    for row in session.scalars(found):
        if row.tube is not None:
            rows[row.tube].append(row)
    ground = plates.ground_of(session, file)
    barred = landing.check_run(session, ground, by=file.confirmed_by or "")
    with changes.together(session, now=now):
        for tube, same in rows.items():
            why = barred or landing.enter(session, file, tube, same, ground, now=now)
            if why is None:
                _enter(file, same)
            else:
                _refuse(file, same, why)
    session.flush()


def _enter(file: ImportFile, rows: Sequence[ImportRow]) -> None:
    for row in rows:
        row.entered = True
    file.entered += len(rows)


def _refuse(file: ImportFile, rows: Sequence[ImportRow], why: Why) -> None:
    for row in rows:
        if row.fate == Fate.MATCHED.value:
            file.matched -= 1
        else:
            file.queued -= 1
        file.refused += 1
        row.fate, row.reason = Fate.REFUSED.value, int(why)


def finish(session: Session, file: ImportFile, *, now: datetime) -> None:
    """Nothing is left: controls stand with the run, and the receipt is final."""
    session.execute(
        update(ImportRow)
        .where(ImportRow.import_id == file.id, ImportRow.fate != Fate.REFUSED.value)
        .values(entered=True)
    )
    review.recount(session, file)
    file.state, file.done_at = State.DONE.value, now
    counted = f"{file.row_count} = {file.matched} + {file.queued} + {file.refused}"
    audit.record(
        session, "import.entered", file.id, by=file.confirmed_by or "", now=now, detail=counted
    )
