"""Two records are surely two persons': what was held only because they might be one is let go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.people import doubted, merges
from server.people.models import IdentityQuestion
from server.sampling import changes
from server.sampling.decision_models import Decision, Matter
from server.sampling.decisions import About
from server.sampling.matters import REVIEWER, across
from server.sampling.turns import take_turn


def tell_apart(session: Session, question: IdentityQuestion, now: datetime) -> None:
    """Let go what was held only because two records might have been one person's.

    Nothing stays of these matters: should the records be merged after all, they are asked again.
    """
    found = held_in_doubt(session, question)
    tubes = {tube for each in found for tube in (each.tube, each.other_tube) if tube}
    take_turn(session, tubes)
    for matter in held_in_doubt(session, question):
        session.delete(matter)
        audit.record(
            session, "matter.ended", matter.tube, by=REVIEWER, now=now, detail="told apart"
        )
    session.flush()
    changes.all_changed(session, tubes, now=now)


def held_in_doubt(session: Session, question: IdentityQuestion) -> Sequence[Matter]:
    """Return what is asked only because the two of *question* might be one, if nothing else says
    that they may be, and nobody has decided."""
    one = merges.together(session, question.person_id)
    other = merges.together(session, question.other_id)
    doubts = doubted.between(session, one)
    if question.other_id in one or any(both & {*other} for both in doubts):
        return []
    said = exists().where(Decision.matter == About.MATTER, Decision.subject_id == Matter.id)
    asked = select(Matter).where(Matter.decided_at.is_(None), across(one, other), ~said)
    return session.scalars(asked.execution_options(populate_existing=True)).all()
