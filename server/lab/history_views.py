"""A tube's results, every one that there was, and what may be done with each: retest, recall.

Technicians see the tube, its lot and times; whose it is, only those who may read persons.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import Tube
from server import forms
from server.accounts.current import current_within
from server.display import t
from server.errors import DomainError, NotFound
from server.lab import disputes, queries, recalls
from server.lab.models import Result
from server.lab.standing import standings
from server.lab.words import CALLS, KINDS
from server.people import queries as people
from server.sampling import queries as sampling
from server.web import Permission, actor, may, now, reading, requires, transaction

bp = Blueprint("lab_history", __name__)


@bp.get("/results/of/<tube:tube>")
@requires(Permission.RESULT_WRITE)
def show_history(tube: Tube) -> ResponseReturnValue:
    return _history(tube)


@bp.post("/results/<uuid:result_id>/retest")
@requires(Permission.RESULT_WRITE)
def retest(result_id: UUID) -> ResponseReturnValue:
    tube = _tube(result_id)
    try:
        reason = forms.required_text(request.form, "reason", longest=200)
        seen = forms.stamp_of(request.form.get("seen", ""))
        with transaction() as session:
            recalls.order_retest(
                session, result_id, reason=reason, by=actor(), now=now(), seen=seen
            )
    except DomainError as problem:
        return _history(tube, problem)
    flash(t(f"Ống {tube.grouped} chờ làm lại.", f"Tube {tube.grouped} is to be tested again."))
    return redirect(url_for(".show_history", tube=tube))


@bp.post("/results/<uuid:result_id>/retest/cancel")
@requires(Permission.RESULT_WRITE)
def cancel_retest(result_id: UUID) -> ResponseReturnValue:
    tube = _tube(result_id)
    try:
        reason = forms.required_text(request.form, "reason", longest=200)
        seen = forms.stamp_of(request.form.get("seen", ""))
        with transaction() as session:
            recalls.cancel_retest(
                session, result_id, reason=reason, by=actor(), now=now(), seen=seen
            )
    except DomainError as problem:
        return _history(tube, problem)
    flash(
        t(f"Đã hủy yêu cầu làm lại ống {tube.grouped}.", f"Tube {tube.grouped}: order cancelled.")
    )
    return redirect(url_for(".show_history", tube=tube))


@bp.post("/results/<uuid:result_id>/recall")
@requires(Permission.RESULT_RELEASE)
def recall(result_id: UUID) -> ResponseReturnValue:
    tube = _tube(result_id)
    try:
        reason = forms.required_text(request.form, "reason", longest=200)
        again = forms.choice(request.form, "again", recalls.Again)
        seen = forms.stamp_of(request.form.get("seen", ""))
        with transaction() as session:
            recalls.recall_result(
                session, result_id, again, reason=reason, by=actor(), now=now(), seen=seen
            )
    except DomainError as problem:
        return _history(tube, problem)
    flash(
        t(
            f"Đã rút lại kết quả ống {tube.grouped}. Nếu đã phát hành, hồ sơ người liên quan được"
            " báo là đang kiểm tra lại.",
            f"The result of tube {tube.grouped} is withdrawn. If it was released, its people's"
            " records say that it is being rechecked.",
        )
    )
    return redirect(url_for(".show_history", tube=tube))


def _tube(result_id: UUID) -> Tube:
    with reading() as session:
        result = session.get(Result, result_id)
        if result is None:
            raise NotFound("Không có kết quả này.", "There is no such result.")
        return result.tube


def _history(tube: Tube, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        results = queries.results_of(session, tube)
        orders = {each.id: queries.order_after(session, each.id) for each in results}
        paired = sampling.live_pairings(session, tube)
        names = [people.person(session, each.person_id) for each in paired]
        return render_template(
            "lab/history.html",
            problem=problem,
            form=request.form if problem else {},
            tube_=tube,
            lot=sampling.lot_of(session, tube),
            reception=queries.reception_of(session, tube),
            paired=paired,
            names=names if may(Permission.PERSON_READ) else [],
            results=standings(session, reversed(results)),
            orders=orders,
            cancelled=queries.cancelled_orders(session, tube),
            after={each.corrects: each for each in results if each.corrects},
            dispute=disputes.open_dispute(session, tube),
            calls=CALLS,
            kinds=KINDS,
        ), problem.status if problem else 200


@bp.get("/several-results")
@requires(Permission.RESULT_DECIDE)
def show_disputes() -> ResponseReturnValue:
    return _disputes()


@bp.post("/several-results/<uuid:dispute_id>/decide")
@requires(Permission.RESULT_DECIDE)
def decide(dispute_id: UUID) -> ResponseReturnValue:
    try:
        keep = forms.uuid_of(request.form.get("keep", ""))
        reason = forms.required_text(request.form, "reason", longest=200)
        over = request.form.get("over", "")
        with transaction() as session:
            disputes.decide_dispute(
                session, dispute_id, keep=keep, reason=reason, over=over, by=actor(), now=now()
            )
    except DomainError as problem:
        return _disputes(problem)
    flash(t("Đã quyết định kết quả của ống.", "The result of the tube is decided."))
    return redirect(url_for(".show_disputes"))


def _disputes(problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "lab/disputes.html",
            problem=problem,
            form=request.form if problem else {},
            disputes=disputes.open_disputes(session, current_within()),
            who=actor(),
        ), problem.status if problem else 200
