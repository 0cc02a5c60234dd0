"""Which boxes are open: each step of a box, and each tube that comes with one, has it looked at."""

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
    counted = exists().where(BoxStep.box == box, BoxStep.kind == Kind.COUNTED.value)
    if box and session.scalar(select(counted)):
        review(session, box, now=now)


def review(session: Session, box: str, *, now: datetime) -> None:
    """Open or close a counted *box* as its steps and receptions say.

    The row is held while that is found out: two who look at one box at a time see each other.
    """
    session.flush()
    insert_or_hold(session, OpenBox, {"box": box, "since": now})
    if not queries.is_unsettled(queries.custody_of(session, box)):
        session.execute(delete(OpenBox).where(OpenBox.box == box))
