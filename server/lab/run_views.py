"""Pages of machines' runs: what the plate says, its calls confirmed, its controls verified.

No page here names a person; a call is confirmed for a tube.
"""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server import forms
from server.accounts.current import current_within
from server.display import t
from server.errors import DomainError, NotFound
from server.lab import assay_versions, plate_picture, queries, recalls, runs, wells
from server.lab.imports import plates
from server.lab.run_models import AssayVersion, Run
from server.lab.run_words import REASONS
from server.lab.standing import standings
from server.lab.words import CALLS, DOUBTS, Call
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("runs", __name__)
_CALL = "call:"


@bp.get("/runs")
@requires(Permission.RESULT_WRITE)
def show_runs() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "lab/runs.html", runs=wells.newest_runs(session, within=current_within())
        )


@bp.get("/runs/<uuid:run_id>")
@requires(Permission.RESULT_WRITE)
def show_run(run_id: UUID) -> ResponseReturnValue:
    return _run(run_id)


@bp.post("/runs/<uuid:run_id>/confirm")
@requires(Permission.RESULT_WRITE)
def confirm(run_id: UUID) -> ResponseReturnValue:
    try:
        calls = _calls(request.form)
        with transaction() as session:
            done = runs.confirm_calls(
                session, run_id, calls, by=actor(), now=now(), seen=_seen(request.form)
            )
    except DomainError as problem:
        return _run(run_id, problem)
    entered = len(done.entered)
    flash(t(f"Đã nhập {entered} kết quả.", f"{entered} results are entered."))
    if done.refused:
        return _run(run_id, refused=done.refused)
    return redirect(url_for(".show_run", run_id=run_id))


@bp.post("/runs/<uuid:run_id>/verify")
@requires(Permission.RESULT_VERIFY)
def verify(run_id: UUID) -> ResponseReturnValue:
    try:
        with transaction() as session:
            runs.verify_run(session, run_id, by=actor(), now=now(), seen=_seen(request.form))
    except DomainError as problem:
        return _run(run_id, problem)
    flash(t("Đã duyệt chứng của lượt chạy.", "The controls of the run are verified."))
    return redirect(url_for(".show_run", run_id=run_id))


@bp.post("/runs/<uuid:run_id>/withdraw")
@requires(Permission.RESULT_WRITE)
def withdraw(run_id: UUID) -> ResponseReturnValue:
    try:
        reason = forms.required_text(request.form, "reason", longest=200)
        seen = _seen(request.form)
        with transaction() as session:
            recalls.withdraw_run(session, run_id, reason=reason, by=actor(), now=now(), seen=seen)
    except DomainError as problem:
        return _run(run_id, problem)
    flash(
        t(
            "Đã rút lại cả lượt chạy. Các ống của lượt nằm trong danh sách chạy lại.",
            "The whole run is withdrawn. Its tubes are on the list to run again.",
        )
    )
    return redirect(url_for(".show_run", run_id=run_id))


def _seen(form: Mapping[str, str]) -> str:
    return forms.stamp_of(form.get("seen", ""))


def _calls(form: Mapping[str, str]) -> dict[Tube, runs.Confirmed]:
    """Read a call and a note for each tube that the page named."""
    tubes = [name.removeprefix(_CALL) for name in form if name.startswith(_CALL)]
    return {
        forms.tube_of({"tube": text}): runs.Confirmed(
            forms.choice(form, f"{_CALL}{text}", Call),
            forms.optional_text(form, f"note:{text}", longest=200),
        )
        for text in tubes
        if form[f"{_CALL}{text}"]
    }


def _run(
    run_id: UUID,
    problem: DomainError | None = None,
    refused: Mapping[Tube, DomainError] | None = None,
) -> ResponseReturnValue:
    with reading() as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFound("Không có lượt chạy này.", "There is no such run.")
        return render_template(
            "lab/run.html",
            problem=problem,
            refused=refused or {},
            form=request.form if problem or refused else {},
            calls=CALLS,
            doubts=DOUBTS,
            reasons=REASONS,
            **_shown(session, run),
        ), problem.status if problem else 200


def _shown(session: Session, run: Run) -> dict[str, object]:
    tested = wells.tubes_of(session, run)
    results = standings(session, (each.result for each in tested if each.result))
    return {
        "run": run,
        "stamp": wells.stamp_of(run),
        "assay": session.get_one(AssayVersion, run.assay_id),
        "definition": assay_versions.assay_of(session, run.assay_id),
        "controls": wells.controls_of(session, run),
        "tested": tested,
        "open": [each for each in tested if each.result is None],
        "otherwise": plates.said_otherwise(session, run),
        "standing": {each.result.tube: each for each in results},
        "corrected": queries.corrected(session, (each.result for each in results)),
        "plate": plate_picture.draw(wells.plate_of(session, run), tested, passed=_good(run)),
    }


def _good(run: Run) -> bool:
    return run.controls == "passed" and run.withdrawn_at is None
