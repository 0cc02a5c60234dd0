"""A number that leads to one person, on a code that names another: asked about, never guessed.

The pairing stands with the person of the number, and its results wait for the answer.  Where the
code names another record of the same person, the question sleeps until the two are parted.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from contract import names
from contract.identities import PersonCode
from server import vault
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.people import merges, queries, sleeping, whole, whose
from server.people.agreement import birth_year_of
from server.people.models import Disagreement, IdentityQuestion, Person
from server.people.sleeping import ASLEEP, Said, differ, names_one_of, was_given_while_one

# Whoever must look again once two records are told to be two persons'.  `hearing` adds them.
told_apart: list[Callable[[Session, IdentityQuestion, datetime], None]] = []
SHOWN_BY = ("event", "check-in")  # what evidence names a pairing or a check-in


class AlreadyAnswered(DomainError):
    code = "already-answered"


def contradicts(code: PersonCode, person: Person) -> bool:
    """Return whether name or year of birth of *code* are another person's; a mark is no matter."""
    return differ(Said(code.name, birth_year_of(code)), person)


def bearer_of(
    session: Session, code: PersonCode, known: Person, *, evidence: str, place: str, now: datetime
) -> Person:
    """Return who carries a *code* that contradicts the record of its number, and ask if need be.

    Whoever a person said it is who may say it at that *place*; *known* while nobody has answered.
    """
    said, event = _said_blind(code), _event_of(evidence)
    records = merges.held_together(session, known.id)  # what was asked of them is final after this
    earlier = [
        each for each in _asked_before(session, known, said) if _counts(session, each, event, place)
    ]
    answered = [each for each in earlier if _is_answered(each)]
    last = max(answered, key=lambda each: each.answered_at or each.opened_at, default=None)
    if last is not None and last.other_id:
        return session.get(Person, last.other_id) or known
    if all(each.event_id != event for each in earlier):
        _doubt(session, code, known, event, last, records, now)
    return known


def is_asked(session: Session, code: PersonCode, person: Person) -> bool:
    """Return whether it waits for an answer whose *code* is that has this person's number."""
    session.flush()
    before = _asked_before(session, person, _said_blind(code))
    return any(each.answered_at is None for each in before)


def _asked_before(session: Session, known: Person, said: str) -> list[Disagreement]:
    asked = select(Disagreement).where(
        Disagreement.person_id == known.id, Disagreement.said_blind == said
    )
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def _doubt(
    session: Session, code: PersonCode, known: Person, event: UUID | None,
    last: Disagreement | None, records: Sequence[UUID], now: datetime,
) -> None:  # fmt: skip
    """Ask, or keep the question asleep; an answer spares it, unless it fell while two were one."""
    said = Said(code.name, birth_year_of(code))
    asleep = names_one_of(session, said, records)
    if last is not None and not (asleep and was_given_while_one(session, last)):
        return
    question = _open(session, code, known, _said_blind(code), event, now)
    if asleep:
        sleeping.put_to_sleep(session, [question], now)


def _is_answered(question: Disagreement) -> bool:
    return question.answer is not None and question.answered_by != ASLEEP


def _counts(session: Session, question: Disagreement, event: UUID | None, place: str) -> bool:
    """Return whether *question* counts for a code shown at *place*: an answer only where its giver
    sees, unless they have the whole record; or it is about that very event."""
    if not _is_answered(question) or (event is not None and question.event_id == event):
        return True
    giver = Within.of_account("", question.answered_within or "")
    return giver.covers(place) or whole.is_whole(session, giver, question.person_id)


def _open(
    session: Session, code: PersonCode, known: Person, said: str, event: UUID | None, now: datetime
) -> Disagreement:
    session.flush()
    question = Disagreement(
        id=uuid4(), person_id=known.id, event_id=event, system=str(code.primary.system),
        kind=str(code.kind), said_name=names.display(code.name) if code.name else None,
        said_birth=str(code.birth) if code.birth else None,
        said_sex=str(code.sex) if code.sex else None, said_blind=said, opened_at=now,
    )  # fmt: skip
    session.add(question)
    session.flush()
    audit.record(
        session, "identity.doubted", question.id, by="system:people", now=now, detail="number"
    )
    return question


def _said_blind(code: PersonCode) -> str:
    said = f"{names.match_key(code.name or '')}|{birth_year_of(code) or ''}"
    return vault.current().lasting("disagreement.said", said)


def _event_of(evidence: str) -> UUID | None:
    kind, _, text = evidence.partition(":")
    try:
        return UUID(text) if kind in SHOWN_BY else None
    except ValueError:
        return None


def open_disagreements(session: Session, *seen: ColumnElement[bool]) -> list[Disagreement]:
    """Return the questions that wait, oldest first: those of persons who may be *seen*."""
    asked = select(Disagreement).where(Disagreement.answered_at.is_(None), *seen)
    return list(session.scalars(asked.order_by(Disagreement.opened_at)))


def answer_disagreement(
    session: Session, question_id: UUID, *seen: ColumnElement[bool], same: bool, reason: str,
    by: str, now: datetime, within: Within = ANYWHERE, shown: whose.Seen | None = None,
) -> Sequence[Disagreement]:  # fmt: skip
    """Answer a question and all that say the same of the same person and are *seen*; return them.

    If it is another, they get a record of their own, whom this code leads to from then on: in all
    places of who has the whole record, else those that they see, *within*.
    Raises NotFound, AlreadyAnswered, MovedSince, SeveralBearers: *shown* is what the page told.
    """
    question = session.get(Disagreement, question_id, with_for_update=True, populate_existing=True)
    if question is None:
        raise _no_question()
    if question.answered_at is not None:
        raise _answered()
    asked = select(Disagreement).where(
        Disagreement.person_id == question.person_id,
        Disagreement.said_blind == question.said_blind,
        Disagreement.answered_at.is_(None),
        *seen,
    )
    alike = list(session.scalars(asked))
    if question not in alike:
        raise _no_question()
    other = None if same else _another(session, question, shown, by, now)
    for each in alike:
        each.answered_at, each.answered_by, each.reason = now, by, reason
        each.answered_within = str(within)
        each.answer, each.other_id = ("same", None) if other is None else ("another", other.id)
    session.flush()
    detail = question.answer or ""
    audit.record(session, "identity.answered", question.id, by=by, now=now, detail=detail)
    return alike


def shown_alike(session: Session, question_id: UUID) -> list[UUID]:
    """Return the pairings and check-ins whose codes say what this question is about."""
    question = session.get(Disagreement, question_id)
    if question is None:
        return []
    asked = select(Disagreement.event_id).where(
        Disagreement.person_id == question.person_id,
        Disagreement.said_blind == question.said_blind,
        Disagreement.event_id.is_not(None),
    )
    return [each for each in session.scalars(asked) if each]


def _another(
    session: Session, question: Disagreement, shown: whose.Seen | None, by: str, now: datetime
) -> Person | None:
    """Return who else it is: on record already, or a new person; None, if it is nobody else."""
    if question.identity_id is not None:
        return whose.another(session, question, by=by, now=now, seen=shown)
    said_before = select(Disagreement.other_id).where(
        Disagreement.person_id == question.person_id,
        Disagreement.said_blind == question.said_blind,
        Disagreement.other_id.is_not(None),
    )
    before = session.scalar(said_before.order_by(Disagreement.answered_at.desc()).limit(1))
    if before is not None:
        return session.get_one(Person, before)
    if named := whose.named_by_number(session, question):
        return named
    year = int(question.said_birth[:4]) if question.said_birth else None
    person = Person(
        id=uuid4(), name=question.said_name, name_blind=queries.name_blind(question.said_name),
        block_blind=queries.block_blind(question.said_name, year), birth=question.said_birth,
        birth_year=year, sex=question.said_sex, place=question.person.place, created_at=now,
    )  # fmt: skip
    session.add(person)
    session.flush()
    return person


def answer_question(
    session: Session, question_id: UUID, *, same: bool, by: str, now: datetime
) -> IdentityQuestion:
    """Answer whether two persons on record are one; if so, their records are merged.

    What either was told stays where it is.  Raises NotFound, AlreadyAnswered.
    """
    question = session.get(
        IdentityQuestion, question_id, with_for_update=True, populate_existing=True
    )
    if question is None:
        raise _no_question()
    if question.answered_at is not None:
        raise _answered()
    merges.take_turn(session)
    question.answered_at, question.answered_by = now, by
    question.answer = "same" if same else "different"
    pair = question.person_id, question.other_id
    if same and not merges.are_one(session, *pair):
        evidence = f"question:{question.id}"
        merges.merge(session, *pair, reason="", evidence=evidence, by=by, now=now)
    audit.record(session, "identity.answered", question.id, by=by, now=now, detail=question.answer)
    if not same:
        session.flush()
        for tell in told_apart:
            tell(session, question, now)
    return question


def _no_question() -> NotFound:
    return NotFound("Không có câu hỏi này.", "There is no such question.")


def _answered() -> AlreadyAnswered:
    return AlreadyAnswered(
        "Có người vừa trả lời câu hỏi này. Mở lại trang.",
        "Somebody just answered this. Open the page again.",
    )
