"""Questions that sleep while two records are one person's: a code named the other of the two, or
came late by a number that went from one to the other.

They stand as answered by `ASLEEP`.  Once the two are parted they are asked, as is what a person
answered while it made no difference.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.people import erased, merges
from server.people.links import bearer_now
from server.people.matching import Agreement, compare_names
from server.people.merge_models import PersonMerge
from server.people.models import BIRTH_YEARS, Disagreement, Identity, Person

ASLEEP = "system:merge"


class Said(NamedTuple):
    """What a code says of its bearer that can be held against a record."""

    name: str | None
    year: int | None

    @classmethod
    def in_question(cls, question: Disagreement) -> Self:
        year = int(question.said_birth[:4]) if question.said_birth else None
        return cls(question.said_name, year if year in BIRTH_YEARS else None)


def differ(said: Said, person: Person) -> bool:
    """Return whether name or year of birth *said* are another person's; a mark is no matter."""
    named = said.name and person.name
    other_name = named and compare_names(said.name or "", person.name or "") == Agreement.DIFFERENT
    years = {said.year, person.birth_year} - {None}
    return bool(other_name) or len(years) == 2


def names_one_of(session: Session, said: Said, records: Iterable[UUID]) -> bool:
    """Return whether what was *said* names one of *records*."""
    return any(_names(said, session.get_one(Person, each)) for each in records)


def _names(said: Said, person: Person) -> bool:
    """Return whether *said* names *person*: a record without a name is nobody's namesake."""
    known = person.name if said.name else person.birth_year
    return known is not None and not differ(said, person)


def was_given_while_one(session: Session, answer: Disagreement) -> bool:
    """Return whether a merge that still stands stood when *answer* was given.

    Its parting asks again.  Of several merges any counts: rather asked once too often.
    """
    answered = answer.answered_at or answer.opened_at
    live = merges.merges_of(session, answer.person_id)
    return any(each.merged_at <= answered for each in live)


def shown_while_one(session: Session, parted: PersonMerge) -> list[UUID]:
    """Return the pairings and check-ins that `wake` may ask about once *parted* is taken back."""
    both = merges.together(session, parted.person_id)
    return [each.event_id for each in _answered_while_one(session, both, parted) if each.event_id]


def put_to_sleep(session: Session, questions: Iterable[Disagreement], now: datetime) -> None:
    for each in questions:
        each.answer, each.answered_at = "same", now
        each.answered_by, each.reason = ASLEEP, ""
    session.flush()


def wake(session: Session, parted: PersonMerge, *, now: datetime) -> list[Disagreement]:
    """Ask what the parting makes a question; return the questions.

    What slept and names no record on its own side any more; and what a person answered since the
    merge, where it names a record of the other side.  Of whoever was erased nobody can be asked.
    """
    sides = [merges.together(session, each) for each in (parted.person_id, parted.other_id)]
    return [
        _ask(session, each, now)
        for own, others in (sides, sides[::-1])
        for each in _answered_while_one(session, own, parted)
        if _is_asked(session, each, own, others) and not erased.any_of(session, [each.person_id])
    ]


def _is_asked(
    session: Session, question: Disagreement, own: Sequence[UUID], others: Sequence[UUID]
) -> bool:
    if question.identity_id is not None:  # nothing was said that could name anybody
        bearer = bearer_now(session, session.get_one(Identity, question.identity_id))
        return bearer is None or bearer.id not in own
    said = Said.in_question(question)
    if names_one_of(session, said, own):
        return False
    return question.answered_by == ASLEEP or names_one_of(session, said, others)


def _answered_while_one(
    session: Session, own: Sequence[UUID], parted: PersonMerge
) -> Iterable[Disagreement]:
    since = Disagreement.answered_at >= parted.merged_at
    asked = select(Disagreement).where(
        Disagreement.person_id.in_(own),
        Disagreement.answer == "same",
        or_(Disagreement.answered_by == ASLEEP, and_(since, Disagreement.identity_id.is_(None))),
    )
    return session.scalars(asked.order_by(Disagreement.opened_at)).all()


def _ask(session: Session, question: Disagreement, now: datetime) -> Disagreement:
    question.answer = question.answered_at = question.answered_by = question.reason = None
    question.answered_within = None
    session.flush()
    audit.record(
        session, "identity.doubted", question.id, by="system:people", now=now, detail="parted"
    )
    return question
