"""Nobody can be asked any more whose code it was that had the number of somebody who was erased.

Such a question ends with the erasure, and lets go what it held of others.  Where it holds a result
of theirs, they are not erased before a person has answered: no result goes out by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.people import doubted, erased
from server.people.models import Disagreement
from server.sampling import changes, lot_queries
from server.sampling.models import Pairing
from server.sampling.turns import take_turn

AT_ONCE = 500


def take_turns(session: Session, persons: Iterable[UUID]) -> None:
    """Wait for the tubes that questions about *persons* hold: before the persons themselves."""
    take_turn(session, _tubes(session, _open_about(doubted.around(session, persons))))


def holds_theirs(session: Session, ids: Iterable[UUID]) -> bool:
    """Return whether an open question holds a tube that stands with whom these records are of."""
    return session.scalar(_open_about(ids).where(_is_live()).limit(1)) is not None


def end_about(session: Session, ids: Iterable[UUID], *, by: str, now: datetime) -> None:
    """End the open questions about these records that hold no tube of theirs.

    One that somebody has in hand is not waited for; the next round ends it (`doubt_rounds`).
    """
    _end(session, _open_about(ids).with_for_update(skip_locked=True), by, now)


def left_open(session: Session) -> list[UUID]:
    """Return the questions that an erasure should have ended."""
    asked = select(Disagreement.id, Disagreement.person_id)
    rows = session.execute(asked.where(Disagreement.answered_at.is_(None), ~_is_live())).all()
    persons = list({person for _, person in rows})
    gone: set[UUID] = set()
    for start in range(0, len(persons), AT_ONCE):
        gone |= erased.among(session, persons[start : start + AT_ONCE])
    return [question for question, person in rows if person in gone]


def end_left_open(session: Session, question: UUID, *, by: str, now: datetime) -> None:
    """End one of those, unless it was answered meanwhile."""
    this = select(Disagreement).where(
        Disagreement.id == question, Disagreement.answered_at.is_(None)
    )
    take_turn(session, _tubes(session, this))
    _end(session, this.with_for_update(), by, now)


def _end(session: Session, asked: Select[Disagreement], by: str, now: datetime) -> None:
    ended = list(
        session.scalars(asked.where(~_is_live()).execution_options(populate_existing=True))
    )
    for each in ended:
        erased.end_doubt(session, each, by=by, now=now)
    session.flush()
    shown = [each.event_id for each in ended if each.event_id]
    tubes = select(Pairing.tube).where(Pairing.id.in_(shown)).distinct()
    changes.all_changed(session, session.scalars(tubes).all() if shown else [], now=now)


def _open_about(ids: Iterable[UUID]) -> Select[Disagreement]:
    return select(Disagreement).where(
        Disagreement.person_id.in_(list(ids)), Disagreement.answered_at.is_(None)
    )


def _tubes(session: Session, asked: Select[Disagreement]) -> Sequence[Tube]:
    shown = asked.with_only_columns(Disagreement.event_id)
    return session.scalars(select(Pairing.tube).where(Pairing.id.in_(shown)).distinct()).all()


def _is_live() -> ColumnElement[bool]:
    """Say of a question that the pairing which showed the code holds still."""
    stands = and_(~lot_queries.undone(), ~lot_queries.put_aside())
    return exists().where(Pairing.id == Disagreement.event_id, stands)
