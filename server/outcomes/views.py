"""Release, calls for another sample, and the desks of what does not match."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import forms
from server.accounts.current import current_within
from server.delivery import services as delivery
from server.display import t
from server.errors import DomainError
from server.lab import sight
from server.lab.scans import ticked
from server.lab.words import CALLS
from server.outcomes import gate_desk, services, words
from server.outcomes.gate import TO_DO
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("outcomes", __name__)


@bp.app_template_global("said")
def said(kind: str, word: str) -> str:
    """Return a status or reason in the reader's language; an unknown one is shown as it is."""
    table = words.STATUSES if kind == "status" else words.REASONS
    return t(*table.get(word, (word, word)))


@bp.get("/release")
@requires(Permission.RESULT_RELEASE)
def show_release() -> ResponseReturnValue:
    return _release()


@bp.post("/release")
@requires(Permission.RESULT_RELEASE)
def release() -> ResponseReturnValue:
    try:
        ids = ticked(request.form.getlist("result"))
        with transaction() as session:
            sight.check_results(session, current_within(), ids)
            services.release(session, ids, by=actor(), now=now(), seen=ids)
    except DomainError as problem:
        return _release(problem)
    flash(t(f"Đã phát hành {len(ids)} kết quả.", f"{len(ids)} results are released."))
    return redirect(url_for(".show_release"))


def _release(problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        gate = gate_desk.gate_for(session, actor(), current_within(), after=_after())
        return render_template(
            "outcomes/release.html",
            problem=problem,
            calls=CALLS,
            holds=gate_desk.HOLDS,
            to_do=TO_DO,
            gate=gate,
            me=actor(),
            after=_after(),
        ), problem.status if problem else 200


def _after() -> UUID | None:
    """Return the result that the page before ended with."""
    try:
        return UUID(request.args.get("after", ""))
    except ValueError:
        return None


@bp.post("/deliveries/<int(max=9223372036854775807):delivery_id>/again")
@requires(Permission.CALLBACK_WRITE)
def send_again(delivery_id: int) -> ResponseReturnValue:
    with transaction() as session:
        delivery.send_again(session, delivery_id, by=actor(), now=now())
    flash(t("Sẽ gửi lại ngay.", "It is sent again at once."))
    return redirect(url_for("desks.show_desk", desk="outcome_without_delivery"))


@bp.post("/deliveries/<int(max=9223372036854775807):delivery_id>/aside")
@requires(Permission.CALLBACK_WRITE)
def set_delivery_aside(delivery_id: int) -> ResponseReturnValue:
    reason = forms.required_text(request.form, "reason", longest=200)
    with transaction() as session:
        delivery.set_aside(session, delivery_id, reason=reason, by=actor(), now=now())
    flash(t("Đã bỏ qua lần gửi này; các lần sau được gửi tiếp.", "Set aside; later ones go out."))
    return redirect(url_for("desks.show_desk", desk="outcome_without_delivery"))
