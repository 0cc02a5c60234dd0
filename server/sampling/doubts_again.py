"""Open questions whether two records are one person's, looked at again.

What either record says of its bearer was set right, or a release judges otherwise: tubes may have
to wait that nobody asked about, or need not wait any more.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.people import doubted, merges
from server.people.models import IdentityQuestion
from server.sampling import matters, told_apart
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn, take_turn


def open_about(session: Session, person_id: UUID) -> Sequence[IdentityQuestion]:
    """Return the open questions about this very record."""
    ends = IdentityQuestion.person_id == person_id, IdentityQuestion.other_id == person_id
    asked = select(IdentityQuestion).where(IdentityQuestion.answered_at.is_(None), or_(*ends))
    return session.scalars(asked.order_by(IdentityQuestion.opened_at)).all()


def take_turns(session: Session, questions: Iterable[IdentityQuestion]) -> None:
    """Wait for all that looking again at *questions* may touch: before a record is written."""
    ends = {end for each in questions for end in (each.person_id, each.other_id)}
    records = merges.roots_of(session, ends)
    take_turn(session, _given(session, records))
    take_persons_turn(session, records)


def look_at(
    session: Session,
    question: IdentityQuestion,
    *,
    now: datetime,
    told: matters.Told | None = None,
) -> None:
    """Hold what both records were given, or let it go, as if *question* were asked now.

    Two tubes either of which is *told* of already are shown and not held: nothing is taken back
    unasked.
    """
    pair = question.person_id, question.other_id
    if _may_be_one(session, question):
        matters.look_again(session, pair, now, told)
    else:
        told_apart.tell_apart(session, question, now)


def is_behind(session: Session, question: IdentityQuestion) -> bool:
    """Return whether `look_at` would change anything.  Reads only."""
    if _may_be_one(session, question):
        return matters.unasked(session, (question.person_id, question.other_id))
    return bool(told_apart.held_in_doubt(session, question))


def _may_be_one(session: Session, question: IdentityQuestion) -> bool:
    pair = question.person_id, question.other_id
    return frozenset(pair) in doubted.between(session, pair)


def _given(session: Session, records: Iterable[UUID]) -> Sequence[Tube]:
    return session.scalars(select(Pairing.tube).where(Pairing.person_id.in_(records))).all()
