"""Enter the results of an import that a person confirmed, some tubes at a time."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.db import Database
from server.lab import runs
from server.lab.imports import first, landing, plates, repeats, review
from server.lab.imports.first import First
from server.lab.imports.landing import Ground
from server.lab.imports.models import Fate, ImportFile, ImportRow, State
from server.lab.instruments.reasons import Why
from server.lab.results import Finding
from server.sampling import changes

TUBES = 250  # in one transaction: others wait for no more than these
TOGETHER = 500  # rows in one statement
Clock = Callable[[], datetime]


def enter_all(
    database: Database, import_id: UUID, clock: Clock, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Enter until nothing is left; each transaction takes the tubes that come next."""
    with database.write() as session:
        file = session.get_one(ImportFile, import_id)
        if file.state == State.ENTERING.value:
            plates.begin(session, file, now=clock())
    last: Tube | None = None
    while not stopped():
        with database.write() as session:
            file = session.get_one(ImportFile, import_id)
            if file.state != State.ENTERING.value:
                return
            tubes = _next(session, file, last)
            if not tubes:
                finish(session, file, now=clock())
                return
            enter_some(session, file, tubes, now=clock())
            last = tubes[-1]


def _next(session: Session, file: ImportFile, last: Tube | None) -> list[Tube]:
    """Return the tubes after *last* of which something is to be entered.

    Those up to it are done with: looking past a hundred thousand of them each time takes longer.
    """
    found = _open_rows(file).distinct().order_by(ImportRow.tube).limit(TUBES)
    if last is not None:
        found = found.where(ImportRow.tube > last)
    return [tube for tube in session.scalars(found) if tube is not None]


def _open_rows(file: ImportFile) -> Select[Tube | None]:
    return select(ImportRow.tube).where(
        ImportRow.import_id == file.id,
        ImportRow.tube.is_not(None),
        ImportRow.fate != Fate.REFUSED.value,
        ~ImportRow.entered,
    )


def enter_some(session: Session, file: ImportFile, tubes: Sequence[Tube], *, now: datetime) -> None:
    """Enter what the rows say of each of *tubes*, or refuse those rows with the reason."""
    rows = _rows_of(session, file, tubes)
    ground = plates.ground_of(session, file)
    barred = landing.check_run(session, ground, by=file.confirmed_by or "")
    with changes.together(session, now=now):
        usual = {} if barred else _first(session, file, rows, ground, now)
        entered = [row for tube in usual for row in rows[tube]]
        others = [each for each in rows if each not in usual]
        known = repeats.why_not(session, file, others)
        for tube in others:
            why = (
                barred
                or known.get(tube)
                or landing.enter(session, file, tube, rows[tube], ground, now=now)
            )
            if why is None:
                entered += rows[tube]
            else:
                _refuse(file, rows[tube], why)
        _enter(session, file, entered)
    if ground.run is not None:
        runs.review(session, ground.run)
    session.flush()


def _rows_of(
    session: Session, file: ImportFile, tubes: Sequence[Tube]
) -> dict[Tube, list[ImportRow]]:
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
    return rows


def _first(
    session: Session,
    file: ImportFile,
    rows: Mapping[Tube, Sequence[ImportRow]],
    ground: Ground,
    now: datetime,
) -> dict[Tube, First]:
    """Enter at once what stands in nobody's way; return it."""
    found: dict[Tube, First] = {}
    for tube in sorted(first.untested(session, rows), key=lambda tube: rows[tube][0].position):
        finding = landing.finding_of(rows[tube], ground.assay)
        if isinstance(finding, Finding):
            found[tube] = First(tube, finding, rows[tube][0].well)
    by, lab = file.confirmed_by or "", file.place
    first.enter(
        session, list(found.values()), by=by, lab=lab, run=ground.run, now=now,
        since=file.received_at,
    )  # fmt: skip
    return found


def _enter(session: Session, file: ImportFile, rows: Sequence[ImportRow]) -> None:
    positions = [row.position for row in rows]
    for start in range(0, len(positions), TOGETHER):
        some = ImportRow.position.in_(positions[start : start + TOGETHER])
        session.execute(
            update(ImportRow)
            .where(ImportRow.import_id == file.id, some)
            .values(entered=True)
            .execution_options(synchronize_session=False)
        )
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
        .where(~ImportRow.entered)
        .values(entered=True)
    )
    review.recount(session, file)
    file.state, file.done_at = State.DONE.value, now
    counted = f"{file.row_count} = {file.matched} + {file.queued} + {file.refused}"
    audit.record(
        session, "import.entered", file.id, by=file.confirmed_by or "", now=now, detail=counted
    )
