"""Taking back a wrong rejection, or an arrival, forms of the reception: outcomes know if it is too
late.  And letting a result go that its laboratory gave without the tube, or before it came: forms
of the tube's page, and of the page of release.
"""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import Tube
from server import forms
from server.accounts.current import current_within
from server.display import t
from server.errors import NotFound
from server.lab import arrivals, moves, queries, sight
from server.lab.refused_scans import RefusedScan
from server.lab.scans import scanned_tube, ticked
from server.outcomes import receptions, vouching
from server.web import Permission, actor, now, requires, transaction

bp = Blueprint("undoing", __name__)
TOLD = 5  # tubes that one sentence names


@bp.post("/reception/undo")
@requires(Permission.RECEPTION_WRITE)
def undo_rejection() -> ResponseReturnValue:
    tube = scanned_tube(request.form)
    note = forms.required_text(request.form, "reason", longest=200)
    with transaction() as session:
        sight.check_tube(session, current_within(), tube)
        receptions.undo_rejection(session, tube, note=note, by=actor(), now=now())
    flash(t(f"Ống {tube.grouped} được nhận lại, sẽ được xét nghiệm.",
            f"Tube {tube.grouped} is received after all, and will be tested."))  # fmt: skip
    return redirect(url_for("reception.show_reception", box=request.form.get("box", "")))


@bp.post("/reception/withdraw")
@requires(Permission.ARRIVAL_WITHDRAW)
def withdraw_arrival() -> ResponseReturnValue:
    """Take back an arrival that was noted by mistake: at the bench, or on the tube's page."""
    tube = scanned_tube(request.form)
    reason = forms.required_text(request.form, "reason", longest=200)
    asked = request.form.get("arrival", "")
    with transaction() as session:
        sight.check_tube(session, current_within(), tube)
        done = arrivals.withdraw(
            session, tube, current_within(), reason=reason, by=actor(), now=now(),
            arrival=forms.uuid_of(asked) if asked else None,
        )  # fmt: skip
    flash(t(f"Đã rút lần nhận ống {tube.grouped}. Nếu ống ở đây, quét nhận lại.",
            f"Taken back: the arrival of {tube.grouped}. If it is here, scan it."))  # fmt: skip
    if done.by.startswith(moves.STATION):  # its own books know the tube for ever
        flash(t("Trạm đã quét ống này không nhận lại nó: khi ống đến, nhận ở trang Nhận mẫu.",
                "The station that scanned it takes it no more: once it comes, receive it on the"
                " page Reception."), "problem")  # fmt: skip
    _tell_of(done.scans)
    if done.results:
        flash(t(f"{done.results} kết quả chờ phát hành cũng bị rút; ống đến thì xét nghiệm lại.",
                f"{done.results} results that waited went with it; once the tube comes it is tested"
                " anew."), "look")  # fmt: skip
    if asked:
        return redirect(f"/tubes/{tube}")
    return redirect(url_for("reception.show_reception", box=done.box))


def _tell_of(scans: Sequence[RefusedScan]) -> None:
    """Name what stations scanned and nothing was noted by: the tube may be there."""
    where = ", ".join(f"{each.station} ({each.box})" for each in scans[-TOLD:])
    if scans:
        flash(t("Trước đó trạm đã quét ống này nhưng chưa được nhận (bị từ chối, hoặc còn chờ), và"
                f" không tự được nhận lại: {where}. Ống ở hộp đó thì quét ở trang Nhận mẫu.",
                "Stations scanned this tube before and noted nothing (refused, or still waiting);"
                f" nothing notes it anew by itself: {where}. If it is in that box, scan it on the"
                " page Reception."), "look")  # fmt: skip


@bp.post("/release/of-this-tube")
@requires(Permission.RESULT_RELEASE)
def vouch() -> ResponseReturnValue:
    """Say of results that they are of their tubes though these were noted only after."""
    ids = ticked(request.form.getlist("result"))
    reason = forms.required_text(request.form, "reason", longest=200)
    with transaction() as session:
        sight.check_results(session, current_within(), ids)
        vouched = vouching.vouch(session, ids, reason=reason, by=actor(), now=now())
        left = ", ".join(each.tube.grouped for each in vouched.left[:TOLD])
    count, more = len(vouched.done), len(vouched.left)
    flash(t(f"Đã ghi: {count} kết quả được phép phát hành.",
            f"Noted: {count} results may be released."))  # fmt: skip
    if left:
        flash(t(f"{more} kết quả chưa được ghi, vì đã thay đổi sau khi trang này mở: ống {left}."
                " Xem lại bên dưới.",
                f"{more} results were left out, for they changed since this page was opened: tube"
                f" {left}. See below how they stand."), "problem")  # fmt: skip
    return redirect(url_for("outcomes.show_release"))


@bp.post("/tubes/<tube:tube>/let-go")
@requires(Permission.CONFLICT_DECIDE)
def let_go(tube: Tube) -> ResponseReturnValue:
    """Let a result go to the gate that another laboratory gave than received the tube."""
    result_id = forms.uuid_of(request.form.get("result", ""))
    reason = forms.required_text(request.form, "reason", longest=200)
    with transaction() as session:
        if queries.result(session, result_id).tube != tube:
            raise NotFound("Không có kết quả này.", "There is no such result.")
        moves.let_go(session, result_id, reason=reason, by=actor(), now=now())
    flash(t("Đã ghi: kết quả này được phép phát hành.", "Noted: this result may be released."))
    return redirect(f"/tubes/{tube}")
