"""Every open question whether two records are one person's is looked at again, now and then.

Questions that were asked before a release held what they asked about are older than that rule, and
a code that is shown may give a record the name or the year that it lacked.  What was told of both
tubes already is only shown: nobody's result of last month is taken back because a server starts.
"""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.outcomes.reached import told
from server.people.models import IdentityQuestion
from server.retry import again
from server.rounds import Rounds
from server.sampling import doubts_again

AT_ONCE = 20
EVERY, RESTS = 6 * 3600.0, 5
START = UUID(int=0)


class DoubtRounds(Rounds):
    """Any number of them may run: what one has asked is asked already for the next."""

    name = "identity-questions"
    first_rest = 5.0

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._clock, self._after = database, clock, START

    def round(self) -> float:
        """Look at some questions; where more wait, rest a little for others to write."""
        began = monotonic()
        with self._database.read() as session:
            some = _after(session, self._after)
            behind = [each.id for each in some if doubts_again.is_behind(session, each)]
            self._after = some[-1].id if len(some) == AT_ONCE else START
        for each in behind:
            look_at(self._database, each, self._clock())
        return EVERY if self._after == START else RESTS * (monotonic() - began)


def look_at(database: Database, question: UUID, now: datetime) -> None:
    """Look at one question again, in a transaction of its own."""
    again(lambda: _look_at(database, question, now), keyed=True)


def _look_at(database: Database, question: UUID, now: datetime) -> None:
    with database.write() as session:
        found = session.get(IdentityQuestion, question)
        if found is not None and found.answered_at is None:
            doubts_again.look_at(session, found, now=now, told=told)


def _after(session: Session, last: UUID) -> list[IdentityQuestion]:
    asked = select(IdentityQuestion).where(
        IdentityQuestion.answered_at.is_(None), IdentityQuestion.id > last
    )
    return list(session.scalars(asked.order_by(IdentityQuestion.id).limit(AT_ONCE)))
