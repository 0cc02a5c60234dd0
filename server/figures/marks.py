"""Say which cells must be counted again, in the transaction that changes their facts.

Two listeners, two statements each for any number of tubes: of facts about tubes
(`sampling.changes`) and of messages that arrived (`delivery.arrivals`).  Marks are only ever added,
so writers never wait for each other; whoever counts takes away the marks that it saw.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among, listed
from server.declarations.notice import TARGET
from server.figures.days import DayOf
from server.figures.models import Mark, cells
from server.rows import insert_rows
from server.sampling.models import Pairing

# Where pairings of some tubes stand, and where they stood by a clock that was wrong.
_CELLS_OF = (
    select(Pairing.station, DayOf(Pairing.paired_at), DayOf(Pairing.claimed_at))
    .where(among(Pairing.tube, "tubes"))
    .distinct()
)


def mark(session: Session, tubes: Sequence[Tube], now: datetime) -> None:
    """Registered on `sampling.changes.listeners`."""
    _mark(session, [tube.text for tube in tubes], now)


def mark_arrived(session: Session, target: str, keys: Sequence[str], now: datetime) -> None:
    """Registered on `delivery.arrivals.listeners`: what reached a person's record counts."""
    if target == TARGET:  # 'tube/person/vN'; makers' codes may hold slashes
        _mark(session, {key.rsplit("/", 2)[0] for key in keys}, now)


def mark_all(session: Session, now: datetime) -> int:
    """Mark every cell that there is or should be; return how many."""
    there = select(Pairing.station, DayOf(Pairing.paired_at))
    every = session.execute(union(there, select(cells.c.station, cells.c.day))).all()
    return _write(session, {(station, day) for station, day in every}, now)


def _mark(session: Session, texts: Collection[str], now: datetime) -> None:
    if not texts:
        return
    session.flush()
    found = session.connection().execute(_CELLS_OF, {"tubes": listed(texts)}).all()
    marked = {(station, day) for station, *days in found for day in days if day is not None}
    _write(session, marked, now)


def _write(session: Session, marked: set[tuple[str, date]], now: datetime) -> int:
    """Add marks, in one order."""
    rows = [{"station": station, "day": day, "at": now} for station, day in sorted(marked)]
    insert_rows(session, Mark, rows)
    return len(rows)
