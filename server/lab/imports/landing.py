"""Where rows become results: the one place that knows how the laboratory takes a finding.

The rows of a tube are taken together.  With an assay, the import becomes a run with its readings
and controls, and the call is what the assay suggests; a machine that says something else leaves the
tube to a person.  Without one, the call is what the machine says in words; Ct alone give none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.errors import DomainError
from server.lab import runs
from server.lab.assay import Assay
from server.lab.imports import repeats
from server.lab.imports.models import ImportFile, ImportRow
from server.lab.imports.spoken import contradicts, said_call
from server.lab.instruments.reasons import Why
from server.lab.interpret import interpret
from server.lab.lifecycle import RunAction
from server.lab.measured import Measured
from server.lab.models import Readings
from server.lab.order import Source
from server.lab.results import Finding, enter_result
from server.lab.run_models import Run
from server.lab.taken_back import taken_back

_WHY = {
    "unknown-tube": Why.UNKNOWN_TUBE,
    "tube-void": Why.VOID_TUBE,
    "already-received": Why.REJECTED_TUBE,
    "tube-rejected": Why.REJECTED_TUBE,
    "arrival-taken-back": Why.TAKEN_BACK,
    "tube-has-result": Why.HAS_RESULT,
    "control-tube": Why.CONTROL_KIND,
    "stale-result": Why.HAS_RESULT,
    "controls-failed": Why.RUN_NOT_TAKEN,
    "stale-run": Why.RUN_NOT_TAKEN,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the calls of an import rest on: a run by an assay, or the machine's words."""

    run: Run | None = None
    assay: Assay | None = None


def written(row: ImportRow) -> str:
    """Return the Ct as the laboratory keeps it, '' where the row says nothing of one."""
    return row.ct or ("Undetermined" if row.undetermined else "")


def readings_of(rows: Sequence[ImportRow]) -> Readings:
    return tuple(Measured(row.target[:40], written(row)) for row in rows if written(row))


def why_of(error: DomainError) -> Why:
    """Return the number of what the laboratory refused; what it never should refuse is raised."""
    if error.code not in _WHY:
        raise error
    return _WHY[error.code]


def check_run(session: Session, ground: Ground, *, by: str) -> Why | None:
    """Return why calls cannot rest on the run now: controls that failed, a run taken back."""
    if ground.run is None:
        return None
    try:
        runs.take(session, ground.run.id, RunAction.CONFIRM, by=by)
    except DomainError as refused:
        return why_of(refused)
    return None


def enter(
    session: Session,
    file: ImportFile,
    tube: Tube,
    rows: Sequence[ImportRow],
    ground: Ground,
    *,
    now: datetime,
) -> Why | None:
    """Enter what *rows* say of *tube*; return why that cannot be, None if it was done."""
    finding = finding_of(rows, ground.assay)
    if isinstance(finding, Why):
        return finding
    since, source = known_since(session, file, tube, rows)
    try:
        enter_result(
            session,
            tube,
            finding,
            by=file.confirmed_by or "",
            now=now,
            lab=file.place,
            run=ground.run,
            well=rows[0].well if ground.run else "",
            since=since,
            source=source,
        )
    except DomainError as refused:
        return why_of(refused)
    return None


def known_since(
    session: Session, file: ImportFile, tube: Tube, rows: Sequence[ImportRow]
) -> tuple[datetime, Source]:
    """Return since when it is known what *rows* say of *tube*, and by which files."""
    if not taken_back(session, [tube]):
        return file.received_at, Source((file.id,))
    heard = repeats.heard(session, file, rows)
    return min(heard.values()), Source(tuple(heard))


def finding_of(rows: Sequence[ImportRow], assay: Assay | None) -> Finding | Why:
    """Return what *rows* of one tube come to, or why they come to nothing."""
    if assay is None:
        said = said_call(rows)
        return Finding(said, readings_of(rows)) if said else Why.NO_CALL
    known = [row for row in rows if assay.target(row.target) is not None]
    readings = readings_of(known)
    suggested = interpret(readings, assay).call
    if not known or contradicts(rows, assay, suggested):
        return Why.CALLS_DIFFER
    return Finding(suggested, readings, suggested=suggested, method=assay.method)
