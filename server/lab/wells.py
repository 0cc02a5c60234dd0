"""A run as its plate shows it: wells with readings, and tubes with suggestions.  Reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server import stamps
from server.accounts.within import ANYWHERE, Within
from server.lab import assay_versions, keyed, taken_back
from server.lab.assay import Assay
from server.lab.interpret import Controls, Suggestion, controls, interpret
from server.lab.measured import Measured, Role, Well
from server.lab.models import Readings, Result
from server.lab.run_models import Reading, Run

NEWEST = 50


class Wrote(Protocol):
    """A row of a run, stored or not yet."""

    @property
    def well(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def sample(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def ct(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Tested:
    """One tube of a run: where it stood, what was read and is suggested, and its result by it."""

    tube: Tube
    well: str  # the first, if it stood in several
    readings: Readings
    suggestion: Suggestion
    method: str
    result: Result | None


def of_rows(rows: Iterable[Wrote]) -> list[Well]:
    """Return the wells of *rows*, in their order; two samples in one well stay apart."""
    found: dict[tuple[str, str, str], list[Measured]] = {}
    for row in rows:
        readings = found.setdefault((row.well, row.role, row.sample), [])
        readings.append(Measured(row.target, row.ct))
    return [
        Well(well, Role(role), sample, tuple(readings))
        for (well, role, sample), readings in found.items()
    ]


def readings_of(session: Session, run: Run) -> list[Reading]:
    found = select(Reading).where(Reading.run_id == run.id).order_by(Reading.row)
    return list(session.scalars(found))


def plate_of(session: Session, run: Run) -> list[Well]:
    return of_rows(readings_of(session, run))


def controls_of(session: Session, run: Run) -> Controls:
    """Return what is right or wrong with the run's controls, with the reasons."""
    assay = assay_versions.assay_of(session, run.assay_id)
    return verdict(plate_of(session, run), assay, source=run.source)


def verdict(wells: Iterable[Well], assay: Assay, *, source: str) -> Controls:
    """Say whether the controls hold, by what a machine measured or by what a person called."""
    return (keyed.controls if source == keyed.SOURCE else controls)(wells, assay)


def tubes_of(session: Session, run: Run) -> list[Tested]:
    """Return every tube of the run, in the order of its wells."""
    assay = assay_versions.assay_of(session, run.assay_id)
    found = session.scalars(select(Result).where(Result.run_id == run.id))
    results = {result.tube: result for result in found}
    suggested = keyed.suggestion if run.source == keyed.SOURCE else interpret
    return [
        Tested(
            tube, well, keyed.typed(readings), suggested(readings, assay), assay.method,
            results.get(tube),
        )
        for tube, well, readings in _tubes(readings_of(session, run))
    ]  # fmt: skip


def _tubes(rows: Iterable[Reading]) -> Iterator[tuple[Tube, str, Readings]]:
    by_tube: dict[Tube, list[Reading]] = {}
    for row in rows:
        if row.tube is not None:
            by_tube.setdefault(row.tube, []).append(row)
    for tube, own in by_tube.items():
        yield tube, own[0].well, tuple(Measured(row.target, row.ct) for row in own)


def stamp_of(run: Run) -> str:
    """Return what a form about *run* sends back, to tell a screen that is behind."""
    return stamps.of(run.id, run.controls, run.verified_at, run.withdrawn_at)


def keyed_run(session: Session, plate: str) -> Run | None:
    """Return the run that was keyed for *plate* and that nobody withdrew."""
    found = select(Run).where(Run.plate == plate, Run.source == keyed.SOURCE)
    return session.scalar(found.where(Run.withdrawn_at.is_(None)).limit(1))


def newest_runs(
    session: Session, *, limit: int = NEWEST, within: Within = ANYWHERE
) -> list[tuple[Run, int, int]]:
    """Return the newest runs, each with how many tubes it holds and how many have a result."""
    asked = select(Run).where(within.rows(Run.lab)).order_by(Run.entered_at.desc(), Run.id)
    runs = list(session.scalars(asked.limit(limit)))
    ids = [run.id for run in runs]
    tubes = select(Reading.run_id, func.count(Reading.tube.distinct())).group_by(Reading.run_id)
    entered = select(Result.run_id, func.count()).group_by(Result.run_id)
    counts = {row[0]: row[1] for row in session.execute(tubes.where(Reading.run_id.in_(ids)))}
    done = {row[0]: row[1] for row in session.execute(entered.where(Result.run_id.in_(ids)))}
    return [(run, counts.get(run.id, 0), done.get(run.id, 0)) for run in runs]


def unverified(session: Session, *, by: str, within: Within = ANYWHERE) -> list[datetime]:
    """Return when each run was recorded whose controls wait for another person than *by*."""
    found = select(Run.entered_at).where(
        Run.verified_at.is_(None), Run.withdrawn_at.is_(None), Run.controls == "passed",
        Run.entered_by != by, exists().where(Result.run_id == Run.id), within.rows(Run.lab),
    )  # fmt: skip
    return list(session.scalars(found.order_by(Run.entered_at)))


def unconfirmed(session: Session, within: Within = ANYWHERE) -> list[datetime]:
    """Return when each run was recorded that has a tube without a result by it, or failed."""
    open_ones = Run.unconfirmed.is_(True), Run.withdrawn_at.is_(None), within.rows(Run.lab)
    return list(session.scalars(select(Run.entered_at).where(*open_ones).order_by(Run.entered_at)))


def without_result() -> ColumnElement[bool]:
    """Say of a reading that it is of a tube that has no result by its run, and may have one."""
    done = exists().where(Result.run_id == Reading.run_id, Result.tube == Reading.tube)
    run = aliased(Run)
    other = exists().where(run.id == Reading.run_id, taken_back.read_before(run, Reading.tube))
    return and_(Reading.tube.is_not(None), ~done, ~other)
