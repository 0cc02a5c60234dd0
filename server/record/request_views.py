"""The desk of requests under the data law: what was asked, until when, and the answer."""

from uuid import UUID

import msgspec
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.accounts.current import current_within
from server.audit import services as audit
from server.errors import BadInput, NotFound
from server.forms import choice, optional_text, required_text
from server.people import merges, queries
from server.record import consents, corrections, requests, stored
from server.record.corrections import Correction
from server.record.request_models import DataRequest
from server.record.request_words import KINDS
from server.record.requests import Kind
from server.record.workdays import Calendar
from server.web import Permission, actor, now, reading, requires, settings, t, transaction

bp = Blueprint("requests", __name__)
SEXES = ("", "M", "F")


def enter(session: Session, person_id: UUID, *, source: str, by: str) -> DataRequest:
    """Enter the request that a form of ours holds."""
    kind = choice(request.form, "kind", Kind)
    return requests.ask(
        session, person_id, kind, wish=optional_text(request.form, "wish", longest=500),
        source=source, due=_calendar().due(now(), requests.DAYS), by=by, now=now(),
    )  # fmt: skip


@bp.get("/requests")
@requires(Permission.REQUEST_ANSWER)
def show_requests() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "record/requests.html",
            requests=requests.open_requests(session, current_within()),
            kinds=KINDS,
            is_estimate=_calendar().is_estimate,
        )


@bp.post("/people/<uuid:person_id>/requests")
@requires(Permission.REQUEST_ANSWER)
def enter_request(person_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        queries.person(session, person_id)
        made = enter(session, person_id, source="officer", by=actor())
    flash(t("Đã ghi yêu cầu; trả lời đúng hạn.", "The request is entered; answer it in time."))
    return redirect(f"/requests/{made.id}")


@bp.get("/requests/<uuid:request_id>")
@requires(Permission.REQUEST_ANSWER)
def show_request(request_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = _found(session, request_id)
        audit.record(
            session, "person.read", found.person_id, by=actor(), now=now(), detail="request"
        )
        return render_template(
            "record/request.html",
            asked=found,
            kinds=KINDS,
            estimated=_calendar().is_estimate(found.due_at),
        )


@bp.post("/requests/<uuid:request_id>/answer")
@requires(Permission.REQUEST_ANSWER)
def answer(request_id: UUID) -> ResponseReturnValue:
    reason = required_text(request.form, "reason", longest=300)
    with transaction() as session:
        if request.form.get("answer") == "refused":
            requests.refuse(session, request_id, reason=reason, by=actor(), now=now())
        else:
            _grant(session, request_id, reason)
    flash(t("Đã trả lời.", "Answered."))
    return redirect(f"/requests/{request_id}")


def _grant(session: Session, request_id: UUID, reason: str) -> None:
    kind, by, at = _found(session, request_id).kind, actor(), now()
    if kind == Kind.SEE:
        requests.let_see(session, request_id, reason=reason, by=by, now=at)
    elif kind == Kind.CORRECT:
        corrections.correct(session, request_id, _correction(), reason=reason, by=by, now=at)
    elif kind == Kind.WITHDRAW:
        consents.withdraw(session, request_id, reason=reason, by=by, now=at)
    else:
        keep = settings().keep_days
        requests.delete(session, request_id, keep_days=keep, reason=reason, by=by, now=at)


def _correction() -> Correction:
    form, sex = request.form, request.form.get("sex", "")
    if sex not in SEXES:
        raise BadInput(
            "Chọn giới tính trong danh sách.", "Choose the sex from the list.", field="sex"
        )
    return Correction(
        optional_text(form, "name", longest=80), optional_text(form, "birth", longest=10), sex,
        optional_text(form, "address", longest=200),
    )  # fmt: skip


@bp.get("/requests/<uuid:request_id>/data.json")
@requires(Permission.REQUEST_ANSWER)
def take_export(request_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = _found(session, request_id)
        if found.kind != Kind.SEE or found.answer != "done":
            raise NotFound("Chưa có bản xuất.", "There is no export yet.")
        return export(session, found.person_id, by=actor())


def export(session: Session, person_id: UUID, *, by: str) -> Response:
    """Answer with everything that is stored about a person; it leaves a trace."""
    audit.record(session, "person.exported", person_id, by=by, now=now())
    whole = stored.export(session, merges.together(session, person_id))
    return Response(
        msgspec.json.format(msgspec.json.encode(whole)),
        content_type="application/json",
        headers={"Content-Disposition": "attachment; filename=du-lieu-cua-toi.json"},
    )


def _calendar() -> Calendar:
    found: Calendar = current_app.extensions["calendar"]
    return found


def _found(session: Session, request_id: UUID) -> DataRequest:
    found = session.get(DataRequest, request_id)
    if found is None:
        raise NotFound("Không có yêu cầu này.", "There is no such request.")
    return found
