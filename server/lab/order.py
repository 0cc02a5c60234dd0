"""What was on record of a tube before an arrival of it was taken back, whatever the clocks say.

Each server notes times by its own clock, and one may run ahead of another.  The trail's entries are
numbered in the order in which they were made: what it tells of before the withdrawal is of before.
What was brought by a station leaves no entry there (`refused_scans`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, select
from sqlalchemy import type_coerce as as_type
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.audit.models import AuditEntry
from server.lab.in_hand import came_at
from server.lab.models import Reception
from server.lab.move_models import ArrivalWithdrawal, TubeMove
from server.lab.run_models import Run

WITHDRAWN = "tube.arrival-withdrawn"  # in the trail
_CAME = "tube.received", "tube.moved"  # likewise
_INSTANT = timedelta(microseconds=1)
_PARTS = (8, 4, 4, 4, 12)  # the digits of an id, as it is written


class Source(NamedTuple):
    """Where what is found in a tube is on record: files that say it, the plate that it stood on."""

    files: tuple[UUID, ...] = ()
    plate: str = ""


NO_OTHER = Source()


def was_before(session: Session, gone: ArrivalWithdrawal, run: Run | None, source: Source) -> bool:
    """Return whether *run*, or a *source* of what is found in the tube, was on record before *gone*
    was noted."""
    noted = noted_as(session, gone)
    return noted is not None and any(
        each < noted for each in _told_of(session, gone.tube, run, source)
    )


def had_by(
    session: Session, arrivals: Sequence[Reception | TubeMove], had: datetime, run: Run | None,
    source: Source,
) -> datetime:  # fmt: skip
    """Return since when the swab was in hand: before each of *arrivals* of its tube that was noted
    once the *run* or a *source* of what is found was on record, whatever *had* says.

    Where the arrival's time is not that of its entry, a station gave it, or it was heard of late:
    that one tells itself what came first.
    """
    told = _told_of(session, arrivals[0].tube, run, source) if arrivals else []
    noted = [(came_at(each), _came_as(session, each)) for each in arrivals] if told else []
    later = [at - _INSTANT for at, as_ in noted if as_ is not None and min(told) < as_]
    return min([had, *later])


def _told_of(session: Session, tube: Tube, run: Run | None, source: Source) -> list[int]:
    """Return the numbers of the entries that tell of *run* and of each *source*."""
    ids = [*source.files, *([run.id] if run else [])]
    told = [_first_of(session, ids)] if ids else []
    plates = {source.plate, run.plate[:20] if run else ""} - {""}
    told += [_put_on(session, each, tube) for each in sorted(plates)]
    return [each for each in told if each is not None]


def _came_as(session: Session, arrival: Reception | TubeMove) -> int | None:
    """Return the number of the entry by which *arrival* was noted in the moment that it has."""
    here = AuditEntry.subject == arrival.tube.text, AuditEntry.action.in_(_CAME)
    at = came_at(arrival)
    return session.scalar(select(func.max(AuditEntry.id)).where(*here, AuditEntry.at == at))


def noted_as(session: Session, gone: ArrivalWithdrawal) -> int | None:
    """Return the number of the entry by which *gone* was noted, if there is one."""
    session.flush()
    return session.scalar(_noted(gone.tube.text, gone.withdrawn_at))


def result_before(result: Any, gone: Any) -> ColumnElement[bool]:
    """Say of a result that it, or the run that it is of, was on record before *gone* was noted."""
    return _told_before(result.id, gone) | _told_before(result.run_id, gone)


def run_before(run: Any, gone: Any) -> ColumnElement[bool]:
    """Say of a run that it was on record before *gone* was noted."""
    return _told_before(run.id, gone)


def _told_before(about: Any, gone: Any) -> ColumnElement[bool]:
    told = aliased(AuditEntry)
    noted = _noted(as_type(gone.tube, String), gone.withdrawn_at)
    before = told.subject == _written(about), told.id < noted.scalar_subquery()
    return exists().where(*before).correlate_except(told)


def _written(about: Any) -> ColumnElement[str]:
    """Return an id as the trail has it: SQLite keeps ids without their hyphens."""
    digits = func.replace(cast(about, String), "-", "")
    parts, at = [], 1
    for many in _PARTS:
        parts.append(func.substr(digits, at, many))
        at += many
    first, *more = parts
    written: ColumnElement[str] = as_type(first, String)
    for each in more:
        written = written + "-" + as_type(each, String)
    return written


def _noted(tube: Any, at: Any) -> Select[int | None]:
    entry = aliased(AuditEntry)
    here = entry.subject == tube, entry.action == WITHDRAWN, entry.at == at
    return select(func.max(entry.id)).where(*here).correlate_except(entry)


def _first_of(session: Session, ids: Iterable[UUID]) -> int | None:
    """Return the number of the first entry about any of *ids*."""
    about = [str(each) for each in ids]
    return session.scalar(select(func.min(AuditEntry.id)).where(AuditEntry.subject.in_(about)))


def _put_on(session: Session, plate: str, tube: Tube) -> int | None:
    """Return the number of the entry by which *tube* was last put on *plate*: moved there, it
    stands on it since."""
    asked = select(func.max(AuditEntry.id)).where(
        AuditEntry.subject == plate, AuditEntry.action == "plate.filled",
        AuditEntry.detail.startswith(f"{tube} in ", autoescape=True),
    )  # fmt: skip
    return session.scalar(asked)
