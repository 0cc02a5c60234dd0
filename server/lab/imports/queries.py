"""What a receipt shows: counts, reasons with examples, rows and where each went.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.errors import NotFound
from server.lab.imports.models import ImportFile, ImportRow, State
from server.lab.instruments.reason_words import reason_of
from server.lab.instruments.reasons import Reason

LATEST = 100
PAGE = 100
EXAMPLES = 3
OPEN = [State.RECEIVED.value, State.STAGING.value, State.STAGED.value, State.ENTERING.value]


@dataclass(frozen=True)
class Told:
    """One reason as the receipt tells it: its number and words, how often, some of the rows."""

    number: int
    reason: Reason
    count: int
    seen: str = ""
    examples: Sequence[ImportRow] = ()


def latest(session: Session, within: Within = ANYWHERE) -> list[ImportFile]:
    """Return the imports, those that wait for a person first, then the newest."""
    waits = ImportFile.state.in_(OPEN)
    found = select(ImportFile).where(within.rows(ImportFile.place))
    found = found.order_by(waits.desc(), ImportFile.received_at.desc()).limit(LATEST)
    return list(session.scalars(found))


def waiting(session: Session, within: Within = ANYWHERE) -> tuple[int, datetime | None]:
    """Return how many imports wait to be confirmed, and since when the oldest."""
    found = select(func.count(), func.min(ImportFile.received_at))
    staged = ImportFile.state == State.STAGED.value, within.rows(ImportFile.place)
    row = session.execute(found.where(*staged)).one()
    return row[0], row[1]


def check_in_sight(session: Session, ids: Sequence[UUID], within: Within) -> None:
    """Raise NotFound where one of these is of another laboratory, or there is none."""
    seen = select(ImportFile.id).where(ImportFile.id.in_(ids), within.rows(ImportFile.place))
    if set(ids) - set(session.scalars(seen)):
        raise NotFound("Không có lần nhập này.", "There is no such import.")


def told(session: Session, file: ImportFile) -> list[Told]:
    """Return why rows were refused, the gravest first, each with examples."""
    counts = (
        select(ImportRow.reason, func.count())
        .where(ImportRow.import_id == file.id, ImportRow.reason.is_not(None))
        .group_by(ImportRow.reason)
    )
    found = [
        Told(number, reason_of(number), count, examples=_examples(session, file.id, number))
        for number, count in session.execute(counts)
        if number is not None
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda each: (order[each.reason.severity], -each.count))


def _examples(session: Session, import_id: UUID, number: int) -> list[ImportRow]:
    found = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.reason == number)
    return list(session.scalars(found.order_by(ImportRow.position).limit(EXAMPLES)))


def notices(file: ImportFile) -> list[Told]:
    """Return what was noticed about the file as a whole."""
    pairs = msgspec.json.decode(file.notices, type=list[tuple[int, str]])
    return [Told(number, reason_of(number), 1, seen) for number, seen in pairs]


def rows(
    session: Session, file: ImportFile, *, fate: str = "", reason: int = 0, page: int = 1
) -> list[ImportRow]:
    """Return one page of rows, in the order of the file."""
    found = select(ImportRow).where(ImportRow.import_id == file.id)
    if fate:
        found = found.where(ImportRow.fate == fate)
    if reason:
        found = found.where(ImportRow.reason == reason)
    ordered = found.order_by(ImportRow.position).limit(PAGE).offset((page - 1) * PAGE)
    return list(session.scalars(ordered))


def sums(session: Session, file: ImportFile) -> dict[str, int]:
    """Count the rows themselves by fate: what the counters on the receipt are held against."""
    found = select(ImportRow.fate, func.count()).where(ImportRow.import_id == file.id)
    return {row[0]: row[1] for row in session.execute(found.group_by(ImportRow.fate))}
