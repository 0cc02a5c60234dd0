"""Boxes on the page: fill by scan, pack, hand over with both sides, look into differences."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from flask import url_for as url_for
from flask.typing import ResponseReturnValue

from server import cameras
from server.display import t
from server.errors import DomainError
from server.lab.boxes import queries, words
from server.lab.boxes.acts import ACTS
from server.lab.scans import scanned_box
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("boxes", __name__)


@bp.get("/boxes")
@requires(Permission.BOX_WRITE)
def show_boxes() -> ResponseReturnValue:
    if not request.args.get("box"):
        return _boxes()
    try:
        return _box(scanned_box(request.args))
    except DomainError as problem:
        return _boxes(problem)


@bp.post("/boxes/<act>")
@requires(Permission.BOX_WRITE)
def act_on(act: str) -> ResponseReturnValue:
    """Do one thing to the box of the form, and show the box again."""
    if act not in ACTS:
        abort(404)
    box = ""
    try:
        box = scanned_box(request.form)
        with transaction() as session:
            said = ACTS[act](session, box, request.form, actor(), now())
    except DomainError as problem:
        return _box(box, problem) if box else _boxes(problem)
    flash(t(said.vi, said.en), said.kind)
    return redirect(url_for(".show_boxes", box=box))


def _boxes(problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        open_ones = queries.unsettled(session)
        page = render_template(
            "lab/boxes.html",
            problem=problem,
            differing=[each for each in open_ones if each.custody.differences],
            under_way=[each for each in open_ones if not each.custody.differences],
            latest=queries.newest_boxes(session, limit=30),
            gaps=words.GAPS,
            states=words.STATES,
        )
    return cameras.allowed(make_response(page, problem.status if problem else 200))


def _box(box: str, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        custody = queries.custody_of(session, box)
        page = render_template(
            "lab/box.html",
            box=box,
            problem=problem,
            custody=custody,
            arrival=queries.arrival_of(session, box, custody),
            steps=[each.step for each in queries.steps_of(session, box)],
            gaps=words.GAPS,
            states=words.STATES,
            words=words.STEPS,
        )
    return cameras.allowed(make_response(page, problem.status if problem else 200))
