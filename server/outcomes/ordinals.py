"""The order in which programs read outcomes: whatever is committed later comes later.

The time of a version is the clock of who wrote it, read before they waited for their turn, so by
time a version could come behind what a program has read and never be found.  A number is given to
what is committed already: beside the pages, and when somebody reads; some at a time, each portion
in a short transaction of its own.  Whoever reads sees whole portions, so none comes in before what
they have read.

What stood before there were numbers was read by time: it is numbered by time, and before anything
that came since, so that a program goes on where it was.
"""

from datetime import datetime
from time import monotonic
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.outcomes.models import Outcome
from server.retry import again
from server.rounds import Rounds

AT_ONCE = 1000  # more than a page of `officers.api`: whoever reads on and on gets to the end
NUMBERING = 0x6768_6F72  # the number of PostgreSQL's lock for it
EVERY, RESTS = 5.0, 2
_STOOD = Outcome.ordinal.is_(None) & Outcome.since_ordinals.is_(None)  # as their indexes say
_CAME = Outcome.ordinal.is_(None) & Outcome.since_ordinals.is_not(None)


def number(database: Database, most: int = AT_ONCE) -> int:
    """Number up to *most* versions, in a transaction of its own; return how many there were."""
    with database.read() as session:
        if not any(session.scalars(_oldest(which, 1)).first() for which in (_STOOD, _CAME)):
            return 0
    return again(lambda: _number(database, most), keyed=True)


def _number(database: Database, most: int) -> int:
    with database.write() as session:
        take_turn(session)
        return number_some(session, most)


def take_turn(session: Session) -> None:
    """Wait until nobody else numbers; SQLite has one writer."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(NUMBERING)))


def number_some(session: Session, most: int = AT_ONCE) -> int:
    """Number up to *most* versions that have no number, as the module says, in the caller's turn;
    return how many there were."""
    return _give(session, _STOOD, most) or _give(session, _CAME, most)


def _oldest(which: ColumnElement[bool], most: int) -> Select[UUID, datetime]:
    found = select(Outcome.id, Outcome.at).where(which)
    return found.order_by(Outcome.at, Outcome.id).limit(most)


def _give(session: Session, which: ColumnElement[bool], most: int) -> int:
    highest = select(func.max(Outcome.ordinal)).where(Outcome.ordinal.is_not(None))  # by the index
    last = session.scalar(highest) or 0
    oldest = _oldest(which, most).subquery()
    rank = func.row_number().over(order_by=(oldest.c.at, oldest.c.id))
    fresh = select(oldest.c.id, rank.label("rank")).subquery()
    done = session.execute(
        update(Outcome).where(Outcome.id == fresh.c.id).values(ordinal=last + fresh.c.rank),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


class Numberer(Rounds):
    """The numbering beside the pages.  Any number of them may run, one at a time."""

    name = "ordinals"

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def round(self) -> float:
        """Number one portion; where more wait, rest a little for others to write."""
        began = monotonic()
        done = number(self._database)
        return EVERY if done < AT_ONCE else RESTS * (monotonic() - began)
