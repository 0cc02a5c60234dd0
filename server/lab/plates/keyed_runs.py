"""The run of a keyed plate: its controls' calls, then each tube's call as a reading of its well.

The first keying records it.  A plate keyed bit by bit goes on with the same run; once that is
withdrawn, the plate is keyed anew, controls and all.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from server.lab import assay_versions, keyed, runs, wells
from server.lab.measured import Measured, Role
from server.lab.plates import assaying, queries, refusals
from server.lab.plates.models import Plate
from server.lab.plates.queries import Cell
from server.lab.plates.templates import ROLES
from server.lab.run_models import Run
from server.lab.services import Finding

_PER_WELL = 16  # readings at most: eight targets, the internal control, the call


def controls_of(plate: Plate) -> dict[str, str]:
    """Return the controls of *plate* by the names of their wells."""
    shape = queries.shape_of(plate)
    return {shape.name(each.well): each.control for each in plate.wells if each.control}


def keyed_controls(session: Session, run: Run) -> dict[str, str]:
    """Return what each control of a keyed run was called, by its well."""
    return {
        each.well: each.ct
        for each in wells.readings_of(session, run)
        if each.role != Role.SAMPLE and each.target == keyed.CALL
    }


def run_of(
    session: Session, plate: Plate, findings: Mapping[str, Finding], *, by: str, now: datetime,
    place: str,
) -> Run | None:  # fmt: skip
    """Return the run that this keying belongs to; none where the plate holds no control."""
    controls = controls_of(plate)
    if not controls:
        return None
    run = wells.keyed_run(session, plate.id)
    if run is None:
        return _record(session, plate, controls, findings, by=by, now=now, place=place)
    if run.controls != "passed":
        raise refusals.run_failed(plate.id)
    return run


def _record(
    session: Session, plate: Plate, controls: Mapping[str, str], findings: Mapping[str, Finding],
    *, by: str, now: datetime, place: str,
) -> Run:  # fmt: skip
    silent = [name for name in controls if name not in findings]
    if silent:
        raise refusals.controls_not_keyed(", ".join(silent))
    code = assaying.assay_of(session, plate).code
    version = assay_versions.version_in_use(session, code, now=now)
    rows = [
        row
        for name, control in controls.items()
        for row in _rows(plate, name, control, ROLES[control], findings[name])
    ]
    sheet = runs.Sheet(version, plate.title[:60], plate.id, lab=place)
    return runs.record_run(session, sheet, rows, by=by, now=now)


def keep(
    session: Session, run: Run, plate: Plate, cells: Mapping[str, Cell],
    said: Mapping[str, Finding],
) -> None:  # fmt: skip
    """Keep what was keyed of the tubes in *said* as readings of *run*."""
    rows: list[runs.Row] = []
    for name, finding in said.items():
        cell = cells.get(name)
        if cell is not None and cell.tube is not None:
            rows += _rows(plate, name, cell.tube.text, Role.SAMPLE, finding)
    runs.add_rows(session, run, rows)


def _rows(plate: Plate, well: str, sample: str, role: Role, finding: Finding) -> list[runs.Row]:
    first = queries.shape_of(plate).well(well) * _PER_WELL
    return [
        runs.Row(first + place, well, sample, each.target, each.ct, role)
        for place, each in enumerate(_readings(finding), 1)
    ]


def _readings(finding: Finding) -> list[Measured]:
    return [Measured(keyed.CALL, finding.call.value), *finding.readings]


def read(session: Session, run: Run | None, finding: Finding) -> Finding:
    """Return *finding* with what it suggests by itself, if it belongs to a run."""
    if run is None:
        return finding
    assay = assay_versions.assay_of(session, run.assay_id)
    suggested = keyed.suggestion(_readings(finding), assay).call
    return replace(finding, suggested=suggested, method=assay.method)
