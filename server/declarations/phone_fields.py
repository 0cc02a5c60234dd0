"""What a phone sends, whether by its plain form or kept and sent later: the same fields."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from werkzeug.datastructures import MultiDict

from server.declarations import declarants
from server.declarations.declarants import Declarant, Problem
from server.declarations.declare import LONGEST_WAIT, Wish
from server.declarations.questions import LONGEST_NOTE, Answer, Form, problems
from server.errors import DomainError
from server.forms import tidy, uuid_of


class FieldsWrong(DomainError):
    """Some answers are missing or wrong: `fields` says which, for the page to show beside them."""

    code = "fields-wrong"
    status = 422

    def __init__(self, fields: dict[str, Problem]) -> None:
        super().__init__(
            "Có câu chưa trả lời hoặc chưa đúng. Xem các dòng báo đỏ.",
            "Some answers are missing or wrong. See the lines in red.",
        )
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Sent:
    """Fields as they came, and what is wrong with them (by field; questions as 'q.<id>')."""

    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    wrong: dict[str, Problem] = field(default_factory=dict)


def wish_of(sent: MultiDict[str, str], form: Form, today: date) -> Wish:
    """Return what was sent; raise FieldsWrong with every field that needs another look."""
    answers = answers_in(sent, form)
    wrong = {f"q.{name}": why for name, why in problems(form, answers).items()}
    who = _who(sent, today, wrong)
    if form.consent is None or sent.get("consent") != form.consent.id:
        wrong["consent"] = (
            "Chưa đồng ý thì không gửi được tờ khai.",
            "Nothing can be sent without your agreement.",
        )
    if wrong or isinstance(who, dict) or form.consent is None:
        raise FieldsWrong(wrong)
    return Wish(
        id=uuid_of(sent.get("id", "")),
        form=form,
        answers=answers,
        who=who,
        on_behalf=sent.get("behalf") == "other",
        consent=form.consent.id,
        waited=_waited(sent.get("waited_ms", "")),
    )


def _who(
    sent: MultiDict[str, str], today: date, wrong: dict[str, Problem]
) -> Declarant | UUID | dict[str, Problem]:
    if sent.get("who"):
        return uuid_of(sent["who"])
    if sent.get("behalf") not in {"me", "other"}:
        wrong["behalf"] = ("Hãy chọn.", "Please choose.")
    read = declarants.read(sent, today)
    if isinstance(read, dict):
        wrong.update(read)
    return read


def answers_in(sent: MultiDict[str, str], form: Form) -> dict[str, Answer]:
    """Return the answers to the form's questions; a question that is not there has none."""
    return {
        question.id: Answer(
            tuple(sent.getlist(f"q.{question.id}")),
            tidy(sent.get(f"note.{question.id}", ""))[: LONGEST_NOTE + 1],
        )
        for question in form.questions
    }


def _waited(text: str) -> timedelta:
    most = int(LONGEST_WAIT.total_seconds() * 1000)
    known = text.isascii() and text.isdigit() and len(text) < 15
    return timedelta(milliseconds=min(int(text), most) if known else 0)
