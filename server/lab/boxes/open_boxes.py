"""Which boxes are open: each step of a box, and each tube that comes with one, has it looked at."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from server.lab.boxes import queries
from server.lab.boxes.custody import Kind
from server.lab.boxes.models import BoxStep, OpenBox
from server.rows import insert_or_hold


def begun(session: Session, box: str, *, now: datetime) -> None:
    """Open *box* with its first step; it stays open until it is counted without a difference."""
    insert_or_hold(session, OpenBox, {"box": box, "since": now})


def came(session: Session, box: str, *, now: datetime) -> None:
    """Look at *box* again after a tube came with it: before the count it is open anyway."""
    if box and (_is_counted(session, box) or _was_just_counted(session, box)):
        review(session, box, now=now)


def review(session: Session, box: str, *, now: datetime) -> None:
    """Open or close a counted *box* as its steps and receptions say.

    The row is held while that is found out: two who look at one box at a time see each other.
    """
    session.flush()
    insert_or_hold(session, OpenBox, {"box": box, "since": now})
    if not queries.is_unsettled(queries.custody_of(session, box)):
        session.execute(delete(OpenBox).where(OpenBox.box == box))


def rework(session: Session, boxes: Iterable[str], *, now: datetime) -> int:
    """Look at *boxes* whatever is kept of them; return of how many it was wrong."""
    wrong = 0
    for box in boxes:
        kept = session.scalar(select(exists().where(OpenBox.box == box)))
        if kept != queries.is_unsettled(queries.custody_of(session, box)):
            review(session, box, now=now)
            wrong += 1
    return wrong


def _is_counted(session: Session, box: str) -> bool:
    counted = exists().where(BoxStep.box == box, BoxStep.kind == Kind.COUNTED.value)
    return bool(session.scalar(select(counted)))


def _was_just_counted(session: Session, box: str) -> bool:
    """Hold *box* as it is, so that no count misses the tube; return whether one came before that.

    Receptions hold the row together.  Where somebody looks at the box this very moment, that is
    waited for, and the row held alone: two who had it together could not both go on to `review`.
    """
    row = select(OpenBox.box).where(OpenBox.box == box)
    if session.scalar(row.with_for_update(read=True, skip_locked=True)) is None:
        session.scalar(row.with_for_update())
    return _is_counted(session, box)
