"""The list of people to call: how to reach them, each attempt, until they were sampled again."""

from datetime import datetime, timedelta, timezone
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import beside, forms
from server.accounts.current import current_within
from server.audit.shown import note_shown
from server.display import t
from server.errors import BadInput, DomainError
from server.outcomes import call_list, calls, desks, limits, words
from server.outcomes.calls import How
from server.outcomes.desks import Desk
from server.outcomes.views import said
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("calls", __name__)
VIETNAM = timezone(timedelta(hours=7))


@bp.get("/callbacks")
@requires(Permission.CALLBACK_WRITE)
def show_callbacks() -> ResponseReturnValue:
    return _page()


@bp.post("/callbacks/<uuid:callback_id>/tried")
@requires(Permission.CALLBACK_WRITE)
def note_attempt(callback_id: UUID) -> ResponseReturnValue:
    try:
        how = forms.choice(request.form, "how", How)
        note = forms.optional_text(request.form, "note", longest=200)
        when = _moment(request.form.get("appointment", "")) if how is How.APPOINTMENT else None
        with transaction() as session:
            calls.attempt(
                session, callback_id, how, note=note, appointment=when, by=actor(), now=now()
            )
    except DomainError as problem:
        return _page(problem)
    flash(t("Đã ghi lần gọi.", "The attempt is noted."))
    return redirect(url_for(".show_callbacks", place=request.args.get("place") or None))


@bp.post("/callbacks/<uuid:callback_id>/done")
@requires(Permission.CALLBACK_WRITE)
def give_up(callback_id: UUID) -> ResponseReturnValue:
    try:
        note = forms.required_text(request.form, "note", longest=200)
        with transaction() as session:
            calls.finish(session, callback_id, note=note, by=actor(), now=now())
    except DomainError as problem:
        return _page(problem)
    flash(t("Đã ghi: thôi gọi người này.", "Noted: this person is not called any more."))
    return redirect(url_for(".show_callbacks"))


@bp.post("/callbacks/<uuid:callback_id>/again")
@requires(Permission.CALLBACK_WRITE)
def take_up_again(callback_id: UUID) -> ResponseReturnValue:
    try:
        with transaction() as session:
            calls.reopen(session, callback_id, by=actor(), now=now())
    except DomainError as problem:
        return _page(problem)
    flash(t("Đã mở lại lượt gọi.", "The call is taken up again."))
    return redirect(url_for(".show_callbacks"))


@bp.get("/callbacks/paper")
@requires(Permission.CALLBACK_WRITE)
def print_list() -> ResponseReturnValue:
    """The list for whoever calls from paper; who printed it is noted."""
    with reading() as session:
        found = call_list.whole_list(session, place=_place(), within=current_within())
        page = render_template(
            "outcomes/callbacks_paper.html", calls=found.calls, cut=found.cut, place=_place()
        )
    shown = (call.person.id for call in found.calls)
    note_shown("callbacks.printed", shown, subject=_place() or "all")
    return page


def _moment(text: str) -> datetime:
    """Return the time that a browser's field gives, which is Vietnamese time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise BadInput(
            "Hãy cho ngày giờ hẹn.", "Please give the appointment's time.", field="appointment"
        ) from error


def _place() -> str:
    return forms.place_or_text(forms.tidy(request.args.get("place", ""))[:64])


def _page(problem: DomainError | None = None) -> ResponseReturnValue:
    after = request.args.get("after", "")
    place, wrong = beside.filter_place(request.args.get("place", ""))
    with reading() as session:
        limit, within = limits.limits(session)[Desk.CALLBACKS_OPEN], current_within()
        found = call_list.open_calls(session, place=place, after=_after(after), within=within)
        waiting, done = found[: call_list.PAGE], call_list.ended_calls(session, within=within)
        page = render_template(
            "outcomes/callbacks.html",
            problem=problem,
            waiting=waiting,
            more=found[call_list.PAGE].callback.due_at if len(found) > call_list.PAGE else None,
            done=done,
            load=desks.load_of(session, Desk.CALLBACKS_OPEN, within),
            strain=limits.strain(session, Desk.CALLBACKS_OPEN, limit, now=now(), within=within),
            limit=limit,
            place=forms.tidy(request.args.get("place", ""))[:64] if wrong else place,
            wrong=wrong,
            how=words.HOW,
            ended=words.ENDED,
            said=said,
        )
    note_shown("callbacks.read", (call.person.id for call in (*waiting, *done)))
    return page, next((each.status for each in (problem, wrong) if each), 200)


def _after(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
