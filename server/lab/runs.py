"""A machine's run: recorded with its readings, its calls confirmed, its controls verified.

The controls' verdict is reckoned once, when the run comes in: readings never change.  A run whose
controls failed takes no calls; its wells are invalid, and its tubes run again.  How a run is
withdrawn stands in `recalls`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeError, tube
from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.lab import assay_versions, keyed, run_refusals, wells
from server.lab.lifecycle import Refusal, RunAction, run_state_of, take_run
from server.lab.measured import Role
from server.lab.models import Result
from server.lab.results import Finding, enter_result
from server.lab.run_models import AssayVersion, Reading, Run
from server.lab.words import Call
from server.rows import ordered_id
from server.sampling import changes


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is said of a whole run: on which machine, by which version of which assay."""

    assay: AssayVersion
    instrument: str
    plate: str
    lab: str = ""
    operator: str = ""
    source: str = keyed.SOURCE
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One target of one well, as the machine (or a person) wrote it; `row` is where."""

    row: int
    well: str
    sample: str
    target: str
    ct: str
    role: Role = Role.SAMPLE


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person says of a tube; a call other than the suggested one needs a note."""

    call: Call
    note: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Which tubes got a result, and which did not, each with what keeps it."""

    entered: list[Result]
    refused: dict[Tube, DomainError]


def record_run(
    session: Session, sheet: Sheet, rows: Iterable[Row], *, by: str, now: datetime
) -> Run:
    """Keep a run with every reading, and reckon its controls.  No tube has a result by it yet."""
    every = list(rows)
    assay = assay_versions.definition(sheet.assay.definition)
    verdict = wells.verdict(wells.of_rows(every), assay, source=sheet.source)
    run = Run(
        id=ordered_id(now),
        assay_id=sheet.assay.id,
        instrument=sheet.instrument,
        plate=sheet.plate,
        lab=sheet.lab,
        operator=sheet.operator,
        source=sheet.source,
        started_at=sheet.started_at,
        finished_at=sheet.finished_at,
        controls="passed" if verdict.passed else "failed",
        entered_by=by,
        entered_at=now,
    )
    session.add(run)
    session.flush()
    add_rows(session, run, every)
    detail = f"{sheet.instrument} {sheet.plate}: controls {run.controls}"
    audit.record(session, "run.recorded", run.id, by=by, now=now, detail=detail)
    return run


def add_rows(session: Session, run: Run, rows: Iterable[Row]) -> None:
    """Keep further readings of *run*: a plate may be keyed bit by bit.  Controls come first."""
    stored = [_stored(run, row) for row in rows]
    if stored:
        session.execute(insert(Reading), stored)
        review(session, run)


def review(session: Session, run: Run) -> None:
    """Note whether a tube of *run* has no result by it: after its readings or results came."""
    session.flush()
    found = select(exists().where(Reading.run_id == run.id, wells.without_result()))
    run.unconfirmed = bool(session.scalar(found))


def review_with(session: Session, tube: Tube) -> None:
    """Note the same of every run that *tube* is in: an arrival was taken back, or came after that.

    Of its readings nothing is to come then, or all is, where the laboratory has the tube itself.
    """
    session.flush()
    reads = select(Reading.run_id).where(Reading.tube == tube)
    for run in session.scalars(select(Run).where(Run.id.in_(reads))).all():
        review(session, run)


def _stored(run: Run, row: Row) -> dict[str, object]:
    return {
        "run_id": run.id,
        "row": row.row,
        "well": row.well,
        "role": row.role.value,
        "sample": row.sample,
        "tube": tube_in(row.sample) if row.role is Role.SAMPLE else None,
        "target": row.target,
        "ct": row.ct,
    }


def tube_in(sample: str) -> Tube | None:
    """Return the tube that a sample's name is, if it is one."""
    try:
        return tube(sample.strip().upper().replace(" ", ""))
    except TubeError:
        return None


def confirm_calls(
    session: Session,
    run_id: UUID,
    calls: Mapping[Tube, Confirmed],
    *,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> Confirmation:
    """Enter a result for each tube of the run that is named, on its readings.

    A tube that takes no result (unknown, rejected, tested already) is told with the reason, and may
    be confirmed later; the others are entered.
    """
    run = take(session, run_id, RunAction.CONFIRM, by=by, seen=seen)
    there = {each.tube: each for each in wells.tubes_of(session, run)}
    done = Confirmation([], {})
    with changes.together(session, now=now):
        for tube_, said in calls.items():
            tested = there.get(tube_)
            if tested is None or tested.result is not None:
                continue
            try:
                finding = _finding(tested, said)
                entered = enter_result(
                    session, tube_, finding, by=by, now=now, lab=run.lab, run=run, well=tested.well
                )
            except DomainError as error:
                done.refused[tube_] = error
            else:
                done.entered.append(entered)
    review(session, run)
    return done


def _finding(tested: wells.Tested, said: Confirmed) -> Finding:
    if said.call is not tested.suggestion.call and not said.note:
        raise run_refusals.note_needed(tested.tube)
    return Finding(said.call, tested.readings, said.note, tested.suggestion.call, tested.method)


def verify_run(
    session: Session, run_id: UUID, *, by: str, now: datetime, seen: str | None = None
) -> Run:
    """Confirm, as a second person, that the controls are what they were recorded as."""
    run = take(session, run_id, RunAction.VERIFY, by=by, seen=seen)
    run.verified_by, run.verified_at = by, now
    audit.record(session, "run.verified", run.id, by=by, now=now, detail=run.plate)
    tubes = session.scalars(select(Result.tube).where(Result.run_id == run.id))
    changes.all_changed(session, tubes, now=now)
    return run


def take(
    session: Session, run_id: UUID, action: RunAction, *, by: str, seen: str | None = None
) -> Run:
    """Return the run if *action* may be taken on it now, held against other writers."""
    run = session.get(Run, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound("Không có lượt chạy này.", "There is no such run.")
    state = run_state_of(
        verified=run.verified_at is not None, withdrawn=run.withdrawn_at is not None
    )
    passed = run.controls == "passed"
    after = take_run(state, action, by=by, entered_by=run.entered_by, passed=passed)
    if isinstance(after, Refusal):
        raise run_refusals.refused(run, after, state)
    if seen is not None and seen != wells.stamp_of(run):
        raise run_refusals.stale(run)
    return run
