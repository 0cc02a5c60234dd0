"""The second look, when every row of an import is kept: rows against each other and against others.

Repeated rows, rows that contradict each other, rows known from an earlier import of the same run.
A tube of which one row is refused for an error waits as a whole: half a tube gives no result.
Where calls rest on words alone, so does one with a row that was told and not read: an assay would
miss its target, words miss nothing.
"""

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.db import among_texts
from server.lab.imports import repeats
from server.lab.imports.models import Fate, ImportFile, ImportRow, State
from server.lab.instruments.reason_words import REASONS
from server.lab.instruments.reasons import Severity, Why
from server.lab.models import Result

_HOLDING = [
    int(why) for why, reason in REASONS.items() if why > 200 and reason.severity is Severity.ERROR
]
# Which target was left out, or not read, is no error of the file: an assay says what is missing.
_UNHEARD = [int(each) for each in (Why.OMITTED, Why.NOTHING_READ, Why.NO_TARGET)]


def review(session: Session, file: ImportFile) -> None:
    """Refuse what another row makes doubtful, then count anew."""
    mine = ImportRow.import_id == file.id
    _refuse(session, Why.REPEATED, mine, _repeated(file))
    _refuse(session, Why.CONTRADICTS_ITSELF, mine, _contradicting(file))
    _refuse(session, Why.KNOWN_READING, mine, _known_before(file))
    _refuse(session, Why.HAS_RESULT, mine, _tested(file))
    again = sorted(repeats.known_again(session, file))
    for start in range(0, len(again), repeats.TOGETHER):
        some = ImportRow.tube.in_(again[start : start + repeats.TOGETHER])
        taken = select(ImportRow.position).where(mine, some, ImportRow.fate != Fate.REFUSED.value)
        _refuse(session, Why.NOT_AGAIN, mine, taken)
    _refuse(session, Why.TUBE_HELD_BACK, mine, _beside(session, file, _HOLDING))
    recount(session, file)


def hold_half_heard(session: Session, file: ImportFile) -> None:
    """Hold back the tubes of which words alone would say half, then count anew."""
    mine = ImportRow.import_id == file.id
    _refuse(session, Why.TUBE_HELD_BACK, mine, _beside(session, file, _UNHEARD))
    recount(session, file)


def half_heard(session: Session, file: ImportFile) -> set[Tube]:
    """Return the tubes that `hold_half_heard` would hold back."""
    positions = _beside(session, file, _UNHEARD)
    found = select(ImportRow.tube).where(
        ImportRow.import_id == file.id, ImportRow.position.in_(positions)
    )
    return {tube for tube in session.scalars(found) if tube is not None}


def _beside(session: Session, file: ImportFile, reasons: list[int]) -> Select[int]:
    """Every row that is still taken of a tube of which another was refused for one of *reasons*."""
    mine = ImportRow.import_id == file.id
    told = select(ImportRow.tube).where(mine, ImportRow.reason.in_(reasons)).distinct()
    tubes = [tube.text for tube in session.scalars(told) if tube is not None]
    return select(ImportRow.position).where(
        mine, ImportRow.fate != Fate.REFUSED.value, among_texts(ImportRow.tube, tubes)
    )


def _refuse(session: Session, why: Why, mine: ColumnElement[bool], positions: Select[int]) -> None:
    """Refuse the rows at *positions*, which are asked for first.

    Of a file that just came PostgreSQL knows no more than that it is small: within one statement it
    would ask for them once for each row.
    """
    found = list(session.scalars(positions))
    for start in range(0, len(found), repeats.TOGETHER):
        session.execute(
            update(ImportRow)
            .where(mine, ImportRow.position.in_(found[start : start + repeats.TOGETHER]))
            .values(fate=Fate.REFUSED.value, reason=int(why), entered=False),
            execution_options={"synchronize_session": False},
        )


def _repeated(file: ImportFile) -> Select[int]:
    """Every row but the first of those that say the same."""
    nth = func.row_number().over(partition_by=ImportRow.reading_key, order_by=ImportRow.position)
    ranked = (
        select(ImportRow.position, nth.label("nth"))
        .where(ImportRow.import_id == file.id, ImportRow.reading_key.is_not(None))
        .where(ImportRow.fate != Fate.REFUSED.value)
        .subquery()
    )
    return select(ranked.c.position).where(ranked.c.nth > 1)


def _contradicting(file: ImportFile) -> Select[int]:
    """Rows of one tube, target and well that differ; replicates in other wells are none."""
    place = (ImportRow.tube, ImportRow.target, ImportRow.well)
    said = func.count(ImportRow.reading_key).over(partition_by=place)
    each = (
        select(ImportRow.position, said.label("said"))
        .where(ImportRow.import_id == file.id, ImportRow.tube.is_not(None))
        .where(ImportRow.fate != Fate.REFUSED.value)
        .subquery()
    )
    return select(each.c.position).where(each.c.said > 1)


def _known_before(file: ImportFile) -> Select[int]:
    """Rows that an earlier, confirmed import of the same run had with the same value."""
    other, earlier = aliased(ImportRow), aliased(ImportFile)
    return (
        select(ImportRow.position)
        .join(other, other.reading_key == ImportRow.reading_key)
        .join(earlier, earlier.id == other.import_id)
        .where(ImportRow.import_id == file.id, ImportRow.fate != Fate.REFUSED.value)
        .where(other.import_id != file.id, other.entered, ~repeats.ordered(file))
        .where(earlier.state.in_([State.ENTERING.value, State.DONE.value]))
        .where(
            or_(
                (earlier.serial == file.serial)
                & (earlier.run_name == file.run_name)
                & (earlier.started == file.started),
                (earlier.kind == "message") & (file.kind == "message"),  # sent again, as new
            )
        )
    )


def _tested(file: ImportFile) -> Select[int]:
    """Rows of tubes that have a result which stands and nobody ordered to be repeated.

    Each row's tube is looked for by itself: a list of all tubes with a result grows for ever.
    """
    tested = exists().where(
        Result.tube == ImportRow.tube,
        Result.lab.in_([file.place, ""]),
        Result.withdrawn_by.is_(None),
    )
    return (
        select(ImportRow.position)
        .where(ImportRow.import_id == file.id, ImportRow.fate != Fate.REFUSED.value)
        .where(tested, ~repeats.ordered(file))
    )


def recount(session: Session, file: ImportFile) -> None:
    """Count the rows by fate, as the receipt says them."""
    session.flush()
    fates = select(ImportRow.fate, func.count(), func.sum(case((ImportRow.entered, 1), else_=0)))
    found = session.execute(fates.where(ImportRow.import_id == file.id).group_by(ImportRow.fate))
    counts = {fate: (count, entered or 0) for fate, count, entered in found}
    file.matched, file.queued, file.refused = (counts.get(fate.value, (0, 0))[0] for fate in Fate)
    file.row_count = file.matched + file.queued + file.refused
    file.entered = sum(entered for _, entered in counts.values())
