"""Questions of identity: one number and two names, or two records of perhaps one person."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.audit import names_shown
from server.errors import BadInput
from server.forms import required_text
from server.people import doubts, queries
from server.people.whose import Seen
from server.sampling import identity_decisions, identity_desk
from server.web import Permission, actor, now, requires, t, transaction


@requires(Permission.IDENTITY_DECIDE)
def show_identities() -> ResponseReturnValue:
    with transaction() as session:
        within = current_within()
        doubted = identity_desk.doubted(session, within)
        pairs = identity_desk.perhaps_one(session, within)
        people = {id_ for q, *_ in pairs for id_ in (q.person_id, q.other_id)}
        shown = [each.question.person_id for each in doubted]
        moved = [each.moved for each in doubted if each.moved]
        bearers = [each.bearer for each in moved]
        bearers += [choice.bearer for each in moved for choice in each.choices]
        bearers += [each.given for each in doubted]
        shown += [each.id for each in bearers if each]
        names_shown.note(session, "identities.read", (*shown, *people), by=actor(), now=now())
        return render_template(
            "sampling/identities.html",
            doubted=doubted,
            stamp=identity_decisions.stamp,
            pairs=pairs,
            people={each: queries.person(session, each) for each in people},
            keys={each: queries.keys_of(session, each) for each in people},
        )


@requires(Permission.IDENTITY_DECIDE)
def answer_disagreement(question_id: UUID) -> ResponseReturnValue:
    chosen = request.form.get("whose", "")
    same = False if chosen else _same()
    reason = required_text(request.form, "reason", longest=200)
    stamp, bearer = request.form.get("seen"), request.form.get("bearer")
    with transaction() as session:
        waited = identity_decisions.answer(
            session, question_id, within=current_within(), same=same, reason=reason, by=actor(),
            now=now(), shown=None if stamp is None else Seen(stamp, chosen), bearer=bearer,
        )  # fmt: skip
    flash(t(f"Đã trả lời; {waited} ống hết chờ.", f"Answered; {waited} tubes wait no more."))
    return redirect(url_for(".show_identities"))


@requires(Permission.IDENTITY_DECIDE)
def answer_question(question_id: UUID) -> ResponseReturnValue:
    same = _same()
    with transaction() as session:
        doubts.answer_question(session, question_id, same=same, by=actor(), now=now())
    flash(t("Đã trả lời.", "Answered."))
    return redirect(url_for(".show_identities"))


def _same() -> bool:
    said = request.form.get("same", "")
    if said not in ("yes", "no"):
        raise BadInput("Chọn một trong hai nút.", "Choose one of the two buttons.")
    return said == "yes"
