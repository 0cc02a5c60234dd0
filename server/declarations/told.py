"""A person's declarations in the words of the form that each was given to.  Reads only."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from server.declarations import form_versions, queries
from server.declarations.declare import answers_of
from server.declarations.models import Declaration
from server.declarations.questions import NONE, YES_NO, Answer, Question, is_yes

WORDS = {"no": ("không", "no"), "yes": ("có", "yes"), NONE: ("không có", "none")}


@dataclass(frozen=True, slots=True)
class Line:
    """One question and what was answered, in both languages; `alarming` where a flag was raised."""

    asked: tuple[str, str]
    answered: tuple[str, str]
    alarming: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One declaration; a `voided` one was a keeper's mistake."""

    made: Declaration
    point: str
    voided: bool
    lines: tuple[Line, ...]


def told_by(session: Session, person_id: UUID) -> list[Told]:
    """Return what a person declared, newest first."""
    check_ins = {each.id: each for each in queries.check_ins_of(session, person_id, limit=1000)}
    found = []
    for made in queries.declarations_of(session, person_id):
        at = check_ins.get(made.id)
        voided = at is not None and at.voided_at is not None
        found.append(Told(made, at.point if at else "", voided, _lines(session, made)))
    return found


def _lines(session: Session, made: Declaration) -> tuple[Line, ...]:
    form, answers = form_versions.form_of(session, made.form_id), answers_of(made)
    days = str(form.look_back_days)
    return tuple(
        Line(
            (question.vi.replace("{days}", days), question.en.replace("{days}", days)),
            _said(question, answer),
            bool(question.flag) and is_yes(question, answer),
        )
        for question in form.questions
        if (answer := answers.get(question.id)) is not None
    )


def _said(question: Question, answer: Answer) -> tuple[str, str]:
    options = {option.id: (option.vi, option.en) for option in question.options}
    known = {**options, **{word: WORDS[word] for word in (*YES_NO, NONE)}}
    words = [known.get(each, (each, each)) for each in answer.chosen]
    note = f" ({answer.note})" if answer.note else ""
    return ", ".join(vi for vi, _ in words) + note, ", ".join(en for _, en in words) + note
