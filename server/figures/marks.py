"""Say which cells must be counted again, in the transaction that changes their facts.

Two listeners, one statement each for any number of tubes: of facts about tubes
(`sampling.changes`) and of messages that arrived (`delivery.arrivals`).  Marks are only ever added,
so writers never wait for each other; whoever counts takes away the marks that it saw.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, insert, select, union
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import UtcDateTime, among, listed
from server.declarations.notice import TARGET
from server.figures.days import DayOf
from server.figures.models import Mark, cells
from server.sampling.models import Pairing

COLUMNS = ["station", "day", "at"]


def _asking() -> CompoundSelect[Any]:
    """Ask for the cells of all pairings of some tubes, and where they stood by a wrong clock."""
    days: Any = (DayOf(Pairing.paired_at), DayOf(Pairing.claimed_at))
    at = bindparam("at", type_=UtcDateTime())
    some = [
        select(Pairing.station, day.label("day"), at).where(among(Pairing.tube, "tubes"))
        for day in days
    ]
    some[1] = some[1].where(Pairing.claimed_at.is_not(None))
    return union(*some)


_CELLS_OF = _asking()


def mark(session: Session, tubes: Sequence[Tube], now: datetime) -> None:
    """Registered on `sampling.changes.listeners`."""
    _mark(session, [tube.text for tube in tubes], now)


def mark_arrived(session: Session, target: str, keys: Sequence[str], now: datetime) -> None:
    """Registered on `delivery.arrivals.listeners`: what reached a person's record counts."""
    if target == TARGET:  # 'tube/person/vN'; makers' codes may hold slashes
        _mark(session, sorted({key.rsplit("/", 2)[0] for key in keys}), now)


def mark_all(session: Session, now: datetime) -> int:
    """Mark every cell that there is or should be; return how many."""
    at = bindparam("at", type_=UtcDateTime())
    there = select(Pairing.station, DayOf(Pairing.paired_at), at)
    kept = select(cells.c.station, cells.c.day, at)
    return _write(session, union(there, kept).params(at=now))


def _mark(session: Session, texts: Sequence[str], now: datetime) -> None:
    if texts:
        _write(session, _CELLS_OF.params(tubes=listed(texts), at=now))


def _write(session: Session, found: CompoundSelect[Any]) -> int:
    marking = insert(Mark).from_select(COLUMNS, found)
    done: Any = session.execute(marking.execution_options(synchronize_session=False))
    return int(done.rowcount)
