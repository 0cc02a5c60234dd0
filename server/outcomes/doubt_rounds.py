"""Every open question whether two records are one person's is looked at again, now and then.

Questions that were asked before a release held what they asked about are older than that rule, and
a code that is shown may give a record the name or the year that it lacked.  Two tubes either of
which was told of already are only shown: nobody's result of last month is taken back because a
server starts.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.outcomes.reached import told
from server.people import erased
from server.people.models import IdentityQuestion
from server.retry import again
from server.rounds import Rounds
from server.sampling import doubts_again, erased_doubts

AT_ONCE = 20
EVERY, RESTS = 6 * 3600.0, 5
START = UUID(int=0)
BY = "system:people"


class DoubtRounds(Rounds):
    """Any number of them may run: what one has asked is asked already for the next.

    A question that cannot be looked at keeps no other from it; it waits for the next time.  Where
    the database is away, all wait for that, and are looked at soon after.
    """

    name = "identity-questions"
    first_rest = 5.0

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._clock, self._after = database, clock, START

    def round(self) -> float:
        """Look at some questions; where more wait, rest a little for others to write."""
        began = monotonic()
        if self._after == START:
            self.tried(self._end_left_open, beside=True)
        with self._database.read() as session:
            some = _after(session, self._after)
        for each in some:
            self.tried(partial(self._look_at, each), beside=True)
        self._after = some[-1] if len(some) == AT_ONCE else START
        return EVERY if self._after == START else RESTS * (monotonic() - began)

    def _end_left_open(self) -> None:
        with self._database.read() as session:
            left = erased_doubts.left_open(session)
        for each in left:
            end = partial(end_left_open, self._database, each, self._clock())
            self.tried(end, beside=True)

    def _look_at(self, question: UUID) -> None:
        with self._database.read() as session:
            found = session.get_one(IdentityQuestion, question)
            behind = _is_of_erased(session, found) or doubts_again.is_behind(session, found)
        if behind:
            look_at(self._database, question, self._clock())


def look_at(database: Database, question: UUID, now: datetime) -> None:
    """Look at one question again, in a transaction of its own."""
    again(lambda: _look_at(database, question, now), keyed=True)


def end_left_open(database: Database, question: UUID, now: datetime) -> None:
    """End a question whose code it was, of a number of whoever is erased."""

    def end() -> None:
        with database.write() as session:
            erased_doubts.end_left_open(session, question, by=BY, now=now)

    again(end, keyed=True)


def _look_at(database: Database, question: UUID, now: datetime) -> None:
    with database.write() as session:
        # Whoever answers waits for this, or this for them: after the answer nothing is held for it.
        found = session.get(
            IdentityQuestion, question, with_for_update=True, populate_existing=True
        )
        if found is None or found.answered_at is not None:
            return
        if _is_of_erased(session, found):
            erased.end_question(session, found, by=BY, now=now)
        else:
            doubts_again.look_at(session, found, now=now, told=told)


def _is_of_erased(session: Session, question: IdentityQuestion) -> bool:
    return erased.any_of(session, (question.person_id, question.other_id))


def _after(session: Session, last: UUID) -> list[UUID]:
    asked = select(IdentityQuestion.id).where(
        IdentityQuestion.answered_at.is_(None), IdentityQuestion.id > last
    )
    return list(session.scalars(asked.order_by(IdentityQuestion.id).limit(AT_ONCE)))
