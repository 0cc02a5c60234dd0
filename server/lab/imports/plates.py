"""An import as a run of a machine: which assay it may be, what it comes to, and the run itself.

A run is a plate: what holds more rows than any plate was put together from many, and comes in by
the machine's words alone.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.lab import assay_versions, runs, taken_back
from server.lab.assay import Assay
from server.lab.imports import landing, review, spoken
from server.lab.imports.landing import Ground
from server.lab.imports.models import Fate, ImportFile, ImportRow
from server.lab.instruments import readings as instruments
from server.lab.instruments.reasons import Why
from server.lab.interpret import Controls, controls
from server.lab.measured import Role
from server.lab.refusals import ArrivalTakenBack
from server.lab.results import Finding
from server.lab.run_models import Run
from server.lab.wells import of_rows

MOST_ROWS = 384 * 10
_SOURCE = "import:"
_ROLES = {
    instruments.Role.SAMPLE: Role.SAMPLE,
    instruments.Role.NEGATIVE: Role.NEGATIVE,
    instruments.Role.POSITIVE: Role.POSITIVE,
    instruments.Role.EXTRACTION: Role.EXTRACTION,
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming would enter: how many tubes by call, how many for a person, the controls."""

    calls: Counter[str]
    left: Counter[int]  # by the reason's number
    controls: Controls | None


def is_plate(file: ImportFile) -> bool:
    return file.row_count <= MOST_ROWS


def assays_for(session: Session, file: ImportFile) -> list[Assay]:
    """Return the assays that may have been run, the one that knows most of the targets first."""
    if not is_plate(file):
        return []
    targets = list(session.scalars(_targets(file)))
    found = assay_versions.assays_in_use(session)
    return sorted(found, key=lambda assay: -sum(assay.target(name) is not None for name in targets))


def guess(session: Session, file: ImportFile) -> str:
    """Return the assay that knows every target of the import, '' where none does or several do."""
    targets = list(session.scalars(_targets(file).where(ImportRow.ct != "")))
    fits = [
        assay.code
        for assay in (assays_for(session, file) if targets else [])
        if all(assay.target(name) is not None for name in targets)
    ]
    return fits[0] if len(fits) == 1 else ""


def _targets(file: ImportFile) -> Select[str]:
    taken = (ImportRow.import_id == file.id, ImportRow.fate != Fate.REFUSED.value)
    return select(ImportRow.target).where(*taken).distinct()


def _taken(session: Session, file: ImportFile) -> list[ImportRow]:
    found = select(ImportRow).where(ImportRow.import_id == file.id)
    found = found.where(ImportRow.fate != Fate.REFUSED.value).order_by(ImportRow.position)
    return list(session.scalars(found))


def preview(session: Session, file: ImportFile, code: str) -> Preview | None:
    """Return what confirming by the assay *code* would enter ('': by words), if it is a plate."""
    if not is_plate(file):
        return None
    assay = next((each for each in assays_for(session, file) if each.code == code), None)
    taken = _taken(session, file)
    tubes: dict[Tube, list[ImportRow]] = defaultdict(list)
    for row in taken:
        if row.tube is not None and (assay is None or _counts(row, assay)):
            tubes[row.tube].append(row)
    calls: Counter[str] = Counter()
    left: Counter[int] = Counter()
    half = review.half_heard(session, file) if assay is None else set()
    for tube, rows in tubes.items():
        finding = Why.TUBE_HELD_BACK if tube in half else landing.finding_of(rows, assay)
        if isinstance(finding, Finding):
            calls[finding.call.value] += 1
        else:
            left[int(finding)] += 1
    verdict = controls(of_rows(_wells(taken)), assay) if assay else None
    return Preview(calls, left, verdict)


def _counts(row: ImportRow, assay: Assay) -> bool:
    """Return whether *row* is heard: it is of the assay, or says more than a negative."""
    return assay.target(row.target) is not None or spoken.says_more(row)


def ground_of(session: Session, file: ImportFile) -> Ground:
    """Return what the import's calls rest on, once it was begun."""
    if not file.assay:
        return Ground()
    run = session.scalar(select(Run).where(Run.source == source_of(file)))
    return Ground(run, assay_versions.assay_of(session, run.assay_id) if run else None)


def run_id_of(session: Session, file: ImportFile) -> UUID | None:
    """Return the run that the import was recorded as, if it was."""
    return session.scalar(select(Run.id).where(Run.source == source_of(file)))


def begin(session: Session, file: ImportFile, *, now: datetime) -> Ground:
    """Record the run that the import is, if an assay was chosen; again, it is found.

    Rows of targets that the assay does not know are refused first; without one, tubes of which
    words would say half.
    """
    known = ground_of(session, file)
    if not file.assay:
        review.hold_half_heard(session, file)
    if known.run is not None or not file.assay:
        return known
    version = assay_versions.version_in_use(session, file.assay, now=now)
    assay = assay_versions.definition(version.definition)
    _refuse_strange(session, file, assay)
    _refuse_taken_back(session, file, now=now)
    review.recount(session, file)
    sheet = runs.Sheet(
        version,
        (file.instrument or file.source)[:60],
        (file.run_name or file.digest[:12])[:60],
        lab=file.place,
        operator=file.operator,
        source=source_of(file),
    )
    rows = _wells([row for row in _taken(session, file) if assay.target(row.target) is not None])
    run = runs.record_run(session, sheet, rows, by=file.confirmed_by or "", now=now)
    return Ground(run, assay)


def _refuse_strange(session: Session, file: ImportFile, assay: Assay) -> None:
    """Refuse rows of targets that *assay* does not know, unless they say more than a negative."""
    strange = [name for name in session.scalars(_targets(file)) if assay.target(name) is None]
    of_them = (
        ImportRow.import_id == file.id,
        ImportRow.fate != Fate.REFUSED.value,
        ImportRow.target.in_(strange),
    )
    said = select(ImportRow).where(*of_them, ImportRow.call != "", ImportRow.tube.is_not(None))
    kept = [row.position for row in session.scalars(said) if spoken.says_more(row)]
    session.execute(
        update(ImportRow)
        .where(*of_them, ImportRow.position.not_in(kept))
        .values(fate=Fate.REFUSED.value, reason=int(Why.UNKNOWN_ASSAY))
    )


def _refuse_taken_back(session: Session, file: ImportFile, *, now: datetime) -> None:
    """Refuse what is of another tube, so that the run's page does not offer it either."""
    rows: dict[Tube, list[ImportRow]] = defaultdict(list)
    for row in _taken(session, file):
        if row.tube is not None:
            rows[row.tube].append(row)
    for tube in taken_back.taken_back(session, rows):
        since, source = landing.known_since(session, file, tube, rows[tube])
        try:
            taken_back.check_arrival(
                session, tube, file.place, since, by=file.confirmed_by or "", now=now,
                source=source,
            )  # fmt: skip
        except ArrivalTakenBack:
            for row in rows[tube]:
                row.fate, row.reason = Fate.REFUSED.value, int(Why.TAKEN_BACK)
    session.flush()


def source_of(file: ImportFile) -> str:
    return f"{_SOURCE}{file.id}"


def said_otherwise(session: Session, run: Run) -> dict[Tube, str]:
    """Return the machine's words for tubes of *run* that were left to a person because of them."""
    try:
        import_id = UUID(run.source.removeprefix(_SOURCE))
    except ValueError:  # no import's
        return {}
    asked = select(ImportRow.tube, ImportRow.target, ImportRow.call).where(
        ImportRow.import_id == import_id,
        ImportRow.reason == int(Why.CALLS_DIFFER),
        ImportRow.call != "",
    )
    found: dict[Tube, list[str]] = defaultdict(list)
    for tube, target, call in session.execute(asked.order_by(ImportRow.position)):
        if tube is not None:
            found[tube].append(f"{target}: {call}" if target else call)
    return {tube: " · ".join(words) for tube, words in found.items()}


def _wells(rows: Sequence[ImportRow]) -> list[runs.Row]:
    """Return rows as a run keeps them: of samples the tube alone, of controls what they are."""
    return [
        runs.Row(
            row.position,
            row.well,
            row.tube.text if row.tube is not None and row.role == "sample" else row.role,
            row.target[:40],
            landing.written(row),
            _ROLES[instruments.Role(row.role)],
        )
        for row in rows
        if landing.written(row) and row.role in _ROLES
    ]
