"""Declarations for the invented week: who checked in by phone answered the form, most with no."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from server.declarations import form_versions
from server.declarations.check_ins import Coming
from server.declarations.models import Declaration
from server.declarations.questions import NONE, Answer, Form, judge, kept
from server.people import covered
from server.rows import insert_rows

EACH = 3  # one of so many check-ins by phone has its declaration; the others were quick returns


def declare(session: Session, comings: Sequence[Coming], *, now: datetime) -> list[Coming]:
    """Keep declarations for some of *comings* by phone; return all, each with its declaration."""
    form = form_versions.current(session, now=now)
    form_versions.keep(session, form)
    told = {each.id for each in comings if each.source == "phone" and each.id.int % EACH == 0}
    session.flush()
    rows = [_row(form, each, now) for each in comings if each.id in told]
    insert_rows(session, Declaration, rows)
    persons = (each.comer.person_id for each in comings if each.id in told)
    covered.cover(session, {each for each in persons if each is not None})
    return [replace(each, declaration_id=each.id) if each.id in told else each for each in comings]


def _row(form: Form, coming: Coming, now: datetime) -> dict[str, object]:
    answers = _answers(form, ill=coming.symptoms == "yes")
    verdict = judge(form, answers)
    return {
        "id": coming.id, "person_id": coming.comer.person_id, "point_id": coming.point_id,
        "form_id": form.id, "source": "phone", "on_behalf": False, "symptoms": verdict.symptoms,
        "exposed": verdict.exposed,
        "answers": msgspec.json.encode(kept(form, answers)).decode(),
        "consent": form.consent.id if form.consent else "", "at": coming.at, "recorded_at": now,
    }  # fmt: skip


def _answers(form: Form, *, ill: bool) -> dict[str, Answer]:
    """Say no to everything, and yes to the first sign where somebody is *ill*."""
    said = {}
    for question in form.questions:
        if question.kind == "yes-no":
            said[question.id] = Answer(("no",))
        elif question.kind == "many":
            sign = question.options[0].id if ill and question.flag == "symptoms" else NONE
            said[question.id] = Answer((sign,))
    return said
