"""The technicians' pages: tubes, calls and times, never a name.

A refusal is shown on the page itself, with the field ready for the next scan: hands in gloves do
not go back.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import Tube
from server import forms
from server.accounts.current import current_within
from server.display import t
from server.errors import DomainError
from server.lab import assay_versions, chosen, newest, queries, results, services, sight, typed
from server.lab.assay import Assay
from server.lab.refusals import TubeHasResult
from server.lab.scans import scanned_tube, ticked
from server.lab.services import Finding
from server.lab.standing import by_others, by_place, standings
from server.lab.words import CALLS, DOUBTS, Call
from server.web import Permission, actor, now, place, reading, requires, transaction

bp = Blueprint("lab", __name__)
SHOWN = 200  # results on the page of verifying, the oldest


@bp.get("/results")
@requires(Permission.RESULT_WRITE)
def show_results() -> ResponseReturnValue:
    if not request.args.get("tube"):
        return _results()
    try:
        return _results(of=scanned_tube(request.args))
    except DomainError as problem:
        return _results(problem)


@bp.post("/results")
@requires(Permission.RESULT_WRITE)
def enter() -> ResponseReturnValue:
    tube = None
    try:
        tube = scanned_tube(request.form)
        with transaction() as session:
            sight.check_tube(session, current_within(), tube)
            finding = _finding(chosen.assay_for(session, request.form.get("assay", "")))
            services.enter_result(session, tube, finding, by=actor(), now=now(), lab=place())
    except DomainError as problem:
        return _results(problem, of=tube if isinstance(problem, TubeHasResult) else None)
    vi, en = CALLS[finding.call]
    flash(t(f"Đã nhập ống {tube.grouped}: {vi}.", f"Tube {tube.grouped} is entered: {en}."))
    return redirect(url_for(".show_results", assay=request.form.get("assay") or None))


def _finding(assay: Assay) -> Finding:
    form = request.form
    return Finding(
        forms.choice(form, "call", Call),
        typed.readings_in(form, typed.fields_of(assay)),
        forms.optional_text(form, "note", longest=200),
    )


def _results(problem: DomainError | None = None, of: Tube | None = None) -> ResponseReturnValue:
    """Show the latest results, or those *of* one tube, newest first."""
    with reading() as session:
        within = current_within()
        latest = (
            sight.results_of(session, within, of)[::-1]
            if of
            else newest.latest_results(session, within=within)
        )
        waiting = queries.without_result(session, within)
        assay = chosen.assay_for(session, request.values.get("assay", ""))
        return render_template(
            "lab/results.html",
            problem=problem,
            form=request.form if problem else {},
            calls=CALLS,
            results=latest,
            of=of,
            assay=assay,
            assays=assay_versions.assays_in_use(session),
            cts=typed.fields_of(assay),
            corrected=queries.corrected(session, latest),
            waiting=waiting,
        ), problem.status if problem else 200


@bp.get("/verify")
@requires(Permission.RESULT_VERIFY)
def show_verify() -> ResponseReturnValue:
    return _verify()


@bp.post("/verify")
@requires(Permission.RESULT_VERIFY)
def verify() -> ResponseReturnValue:
    try:
        ids = ticked(request.form.getlist("result"))
        with transaction() as session:
            sight.check_results(session, current_within(), ids)
            results.verify_results(session, ids, by=actor(), now=now())
    except DomainError as problem:
        return _verify(problem)
    flash(t(f"Đã duyệt {len(ids)} kết quả.", f"{len(ids)} results are verified."))
    return redirect(url_for(".show_verify"))


def _verify(problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        within, others = current_within(), by_others(actor())
        waiting = queries.to_verify(session, within, others, most=SHOWN)
        count, _ = queries.count_waiting(session, within, others, verified=False)
        mine = queries.to_verify(session, within, ~others, most=SHOWN)
        own, _ = queries.count_waiting(session, within, ~others, verified=False)
        found = standings(session, waiting)
        return render_template(
            "lab/verify.html",
            problem=problem,
            doubts=DOUBTS,
            mine=mine,
            more=count - len(waiting),
            own=own,
            clean=sorted((each for each in found if each.clean), key=by_place),
            others=[each for each in found if not each.clean],
            wrong=queries.replaced_by(session, waiting),
        ), problem.status if problem else 200


@bp.get("/results/<uuid:result_id>/correct")
@requires(Permission.RESULT_WRITE)
def show_correct(result_id: UUID) -> ResponseReturnValue:
    return _correct(result_id)


@bp.post("/results/<uuid:result_id>/correct")
@requires(Permission.RESULT_WRITE)
def correct(result_id: UUID) -> ResponseReturnValue:
    try:
        reason = forms.required_text(request.form, "reason", longest=200)
        seen = forms.stamp_of(request.form.get("seen", ""))
        with transaction() as session:
            finding = _finding(chosen.assay_behind(session, queries.result(session, result_id)))
            new = services.correct_result(
                session, result_id, finding, reason=reason, by=actor(), now=now(), seen=seen
            )
    except DomainError as problem:
        return _correct(result_id, problem)
    flash(
        t(
            f"Đã nhập kết quả sửa của ống {new.tube.grouped}. Chờ người thứ hai duyệt.",
            f"The correction of tube {new.tube.grouped} is entered. A second person verifies it.",
        )
    )
    return redirect(url_for(".show_results"))


def _correct(result_id: UUID, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        result = queries.result(session, result_id)
        (standing,) = standings(session, [result])
        return render_template(
            "lab/correct.html",
            stamp=standing.stamp,
            cts=typed.fields_of(chosen.assay_behind(session, result)),
            problem=problem,
            form=request.form if problem else {},
            calls=CALLS,
            result=result,
            correction=queries.correction_of(session, result_id),
        ), problem.status if problem else 200
