"""The reception: every scan one row, and a box against what was scanned into it.

A refusal is shown on the page itself, with the field ready for the next scan: hands in gloves do
not go back.  The one field takes tubes and box labels: a label changes the box.
"""

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from contract.tubes import Tube
from server import cameras, forms
from server.accounts.current import current_within
from server.display import t
from server.errors import DomainError
from server.lab import (
    box_corrections,
    moves,
    queries,
    refusals,
    services,
    sight,
    strays,
    words,
)
from server.lab.boxes import queries as box_queries
from server.lab.boxes import services as boxes
from server.lab.scans import box_in, scanned_box, scanned_tube
from server.lab.words import REJECTIONS, Rejection
from server.web import (
    Permission,
    actor,
    now,
    place,
    reading,
    requires,
    transaction,
    unnoticed,
)

bp = Blueprint("reception", __name__)
SHIFT = timedelta(hours=18)


@bp.get("/reception")
@requires(Permission.RECEPTION_WRITE)
def show_reception() -> ResponseReturnValue:
    asked = request.args.get("box", "")
    try:
        return _reception(box=scanned_box({"box": asked}) if asked else "")
    except DomainError as problem:
        return _reception(box="", problem=problem)


@bp.post("/reception")
@requires(Permission.RECEPTION_WRITE)
def receive() -> ResponseReturnValue:
    box, moved = request.form.get("box", ""), "moved" in request.form
    kept = "yes" if moved else None
    try:
        if label := box_in(request.form.get("tube", "")):
            flash(t(f"Bây giờ nhận hộp {label}.", f"Now receiving box {label}."))
            return redirect(url_for(".show_reception", box=label, moved=kept))
        tube = scanned_tube(request.form)
        box = scanned_box(request.form)
        with transaction() as session:
            strays.take_turns_beside(session, [tube])
            sight.check_tube(session, current_within(), tube, moved=moved)
            again = _came_before(session, tube)
            services.receive_tube(session, tube, box=box, by=actor(), now=now(), moved=moved)
            early = not again and bool(moves.found_before(session, tube, place()))
    except refusals.AlreadyReceived as problem:
        return _reception(box=box, problem=problem, meant=tube)
    except DomainError as problem:
        return _reception(box=box, problem=problem)
    if again:
        said = f"Ống {tube.grouped} đã nhận rồi.", f"Tube {tube.grouped} was received already."
        flash(t(*said), "again")
    else:
        said = f"Đã nhận ống {tube.grouped} vào hộp {box}.", f"Tube {tube.grouped} is in box {box}."
        flash(t(*said))
    if early:
        flash(t(*words.FOUND_BEFORE), "look")  # no red: the scan itself went well
    return redirect(url_for(".show_reception", box=box, moved=kept))


def _came_before(session: Session, tube: Tube) -> bool:
    """Return whether the tube was noted before at this laboratory."""
    known = queries.reception_of(session, tube)
    if known is None or not moves.is_other(known, place(), actor()):
        return known is not None
    return moves.move_to(session, tube, place()) is not None


@bp.post("/reception/reject")
@requires(Permission.RECEPTION_WRITE)
def reject() -> ResponseReturnValue:
    box = forms.tidy(request.form.get("box", ""))[:40]
    try:
        tube = scanned_tube(request.form)
        reason = forms.choice(request.form, "reason", Rejection)
        with transaction() as session:
            sight.check_tube(session, current_within(), tube)
            services.reject_tube(session, tube, reason, by=actor(), now=now(), box=box)
    except DomainError as problem:
        return _reception(box=box, problem=problem, rejecting=True)
    flash(
        t(
            f"Đã loại ống {tube.grouped}. Người của ống được đưa vào danh sách gọi lấy mẫu lại.",
            f"Tube {tube.grouped} is rejected. Its people are on the list to be called back.",
        )
    )
    return redirect(url_for(".show_reception", box=box))


@bp.post("/reception/unreadable")
@requires(Permission.RECEPTION_WRITE)
def reject_unreadable() -> ResponseReturnValue:
    """Reject a tube without a readable code: it counts in its box, and is one of the missing."""
    box = forms.tidy(request.form.get("box", ""))[:40]
    try:
        box = scanned_box(request.form)
        reason = forms.choice(request.form, "reason", Rejection)
        with transaction() as session:
            boxes.reject_unreadable(session, box, reason, by=actor(), now=now())
    except DomainError as problem:
        return _reception(box=box, problem=problem)
    flash(t(f"Đã ghi một ống không đọc được mã trong hộp {box}.",
            f"One tube without a readable code is noted in box {box}."))  # fmt: skip
    return redirect(url_for(".show_reception", box=box))


@bp.post("/reception/count")
@requires(Permission.RECEPTION_WRITE)
def count_box() -> ResponseReturnValue:
    """Close a box at the laboratory with the number of tubes that hands counted."""
    box = forms.tidy(request.form.get("box", ""))[:40]
    try:
        box = scanned_box(request.form)
        counted = forms.number(request.form, "count", low=0, high=boxes.MOST)
        with transaction() as session:
            boxes.count(session, box, counted=counted, by=actor(), now=now())
    except DomainError as problem:
        return _reception(box=box, problem=problem)
    flash(t(f"Đã nhận xong hộp {box}: {counted} ống.", f"Box {box} is done: {counted} tubes."))
    return redirect(url_for(".show_reception", box=box))


@bp.post("/reception/box")
@requires(Permission.RECEPTION_WRITE)
def correct_box() -> ResponseReturnValue:
    """Set right in which box a tube came; a label in the tube's field changes the box."""
    more = "fixing" if "fixing" in request.form else None
    if label := box_in(request.form.get("tube", "")):
        return redirect(url_for(".show_reception", box=label, fixing=more))
    tube, box = scanned_tube(request.form), scanned_box(request.form)
    with transaction() as session:
        sight.check_tube(session, current_within(), tube)
        before = box_corrections.correct_box(
            session, tube, current_within(), box=box, by=actor(), now=now()
        )
    it, was = tube.grouped, before or "—"
    if before == box:
        flash(t(f"Ống {it} đã ghi ở hộp {box}.", f"Tube {it} is in box {box} already."), "again")
    else:
        flash(t(f"Ống {it} nay ghi ở hộp {box} (trước: {was}).",
                f"Tube {it} is noted in box {box} now (before: {was})."))  # fmt: skip
    return redirect(url_for(".show_reception", box=box, fixing=more))


@bp.post("/scan/frame")
@requires(Permission.BOX_WRITE)
@unnoticed
def read_frame() -> ResponseReturnValue:
    """Say which codes a camera's frame shows; the frame is forgotten.

    A camera that was left on asks for ever: it is no use of the log-in, a code that was read is.
    """
    if (request.content_length or 0) > cameras.LARGEST_FRAME:
        raise RequestEntityTooLarge
    return {"codes": cameras.codes_in(request.get_data(cache=False))}


def _reception(
    *, box: str, problem: DomainError | None = None, rejecting: bool = False,
    meant: Tube | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """Show the page; *meant* was refused for it is in another box, which may be what is wrong."""
    since, within = now() - SHIFT, current_within()
    with reading() as session:
        noted = box_corrections.box_noted(session, meant, within, by=actor()) if meant else None
        custody = box_queries.custody_of(session, box)
        page = render_template(
            "lab/reception.html",
            box=box,
            custody=custody,
            arrival=box_queries.arrival_of(session, box, custody) if box else None,
            problem=problem,
            rejecting=rejecting,
            moved="moved" in request.values,
            fixing="fixing" in request.values,
            meant=meant,
            noted=noted,
            reasons=REJECTIONS,
            receptions=queries.latest_receptions(session, since=since, within=within),
            boxes=queries.box_counts(session, since=since, within=within),
        )
    return cameras.allowed(make_response(page, problem.status if problem else 200))
