"""The form's questions as data, and what a set of answers to them means.  Pure.

A version of the form is never changed, so an answer is read against the version it was given to.
`flag` says what a yes raises: 'symptoms', 'exposed', or nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

NONE = "none"  # the option "none of these", which excludes the others
YES_NO = ("no", "yes")
LONGEST_NOTE = 200


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    vi: str
    en: str


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question.  `kind`: 'yes-no', 'many' of its options, or 'text' (which may stay empty).

    `note_vi` asks for more words where the answer is yes; `note_required` insists on them.
    `{days}` in a text stands for the look-back window.
    """

    id: str
    kind: Literal["yes-no", "many", "text"]
    vi: str
    en: str
    flag: Literal["", "symptoms", "exposed"] = ""
    options: tuple[Option, ...] = ()
    note_vi: str = ""
    note_en: str = ""
    note_required: bool = False


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person agrees to: each version of the words has an id of its own."""

    id: str
    vi: tuple[str, ...]
    en: tuple[str, ...]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version: its questions in order, its window, its consent.  `use`: who asks it."""

    id: str
    look_back_days: int
    use: Literal["full", "short"]
    questions: tuple[Question, ...]
    consent: Consent | None = None

    def question(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.id == name), None)


class Answer(msgspec.Struct, frozen=True):
    """What was chosen (ids of options, or yes/no), and the words beside it."""

    chosen: tuple[str, ...] = ()
    note: str = ""


Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers say.  None where no question of the form asks about it."""

    symptoms: bool | None
    exposed: bool | None


def problems(form: Form, answers: Answers) -> dict[str, tuple[str, str]]:
    """Return, for each question that is not answered as it must be, what to do about it."""
    found = {
        question.id: wrong
        for question in form.questions
        if (wrong := _problem(question, answers.get(question.id, Answer())))
    }
    if any(form.question(name) is None for name in answers):
        found[""] = ("Trang đã cũ. Mở lại trang.", "The page is old. Open it again.")
    return found


def _problem(question: Question, answer: Answer) -> tuple[str, str] | None:
    if len(answer.note) > LONGEST_NOTE:
        return f"Nhiều nhất {LONGEST_NOTE} ký tự.", f"At most {LONGEST_NOTE} characters."
    if question.kind == "text":
        return None if not answer.chosen else _choose()
    known = YES_NO if question.kind == "yes-no" else (*_ids(question), NONE)
    chosen = set(answer.chosen)
    if not chosen or not chosen <= set(known) or len(chosen) != len(answer.chosen):
        return _choose()
    if len(chosen) > 1 and (question.kind == "yes-no" or NONE in chosen):
        return (
            "Hoặc 'không có', hoặc những dấu hiệu đã chọn: không thể cả hai.",
            "Either none of these or those that you chose, not both.",
        )
    if question.note_required and is_yes(question, answer) and not answer.note.strip():
        return "Hãy ghi thêm.", "Please say more."
    return None


def _choose() -> tuple[str, str]:
    return "Hãy chọn một câu trả lời.", "Please choose an answer."


def _ids(question: Question) -> tuple[str, ...]:
    return tuple(option.id for option in question.options)


def is_yes(question: Question, answer: Answer) -> bool:
    """Return whether *answer* says yes to *question*, or names something of it."""
    if question.kind == "many":
        return bool(set(answer.chosen) - {NONE})
    return answer.chosen == ("yes",) if question.kind == "yes-no" else bool(answer.note)


def judge(form: Form, answers: Answers) -> Verdict:
    """Return what *answers* mean; they must have no `problems`."""
    return Verdict(_raised(form, answers, "symptoms"), _raised(form, answers, "exposed"))


def _raised(form: Form, answers: Answers, flag: str) -> bool | None:
    asked = [question for question in form.questions if question.flag == flag]
    if not asked:
        return None
    return any(is_yes(question, answers.get(question.id, Answer())) for question in asked)


def kept(form: Form, answers: Answers) -> dict[str, Answer]:
    """Return *answers* as they are stored: words beside a no are left out."""
    return {
        question.id: answer if is_yes(question, answer) else Answer(answer.chosen)
        for question in form.questions
        if (answer := answers.get(question.id)) is not None
    }


def is_sound(form: Form) -> str:
    """Return what is wrong with a new version of the form, '' for nothing."""
    ids = [question.id for question in form.questions]
    if not ids or len(set(ids)) != len(ids):
        return "questions need ids of their own"
    for question in form.questions:
        if not question.id.replace("-", "").isalnum() or not question.id.isascii():
            return f"{question.id!r} is no id"
        if (question.kind == "many") != bool(question.options) or NONE in _ids(question):
            return f"{question.id}: options belong to 'many', and none of them is {NONE!r}"
        if len(set(_ids(question))) != len(question.options):
            return f"{question.id}: two options of one id"
    if form.use == "full" and form.consent is None:
        return "the full form needs its consent"
    return "" if 1 <= form.look_back_days <= 60 else "look_back_days is from 1 to 60"
