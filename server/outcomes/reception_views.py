"""Taking back a wrong rejection: a form of the reception; outcomes know if it is too late."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server import forms
from server.display import t
from server.lab.scans import scanned_tube
from server.outcomes import receptions
from server.web import Permission, actor, now, requires, transaction

bp = Blueprint("undoing", __name__)


@bp.post("/reception/undo")
@requires(Permission.RECEPTION_WRITE)
def undo_rejection() -> ResponseReturnValue:
    tube = scanned_tube(request.form)
    note = forms.required_text(request.form, "reason", longest=200)
    with transaction() as session:
        receptions.undo_rejection(session, tube, note=note, by=actor(), now=now())
    flash(t(f"Ống {tube.grouped} được nhận lại, sẽ được xét nghiệm.",
            f"Tube {tube.grouped} is received after all, and will be tested."))  # fmt: skip
    return redirect(url_for("reception.show_reception", box=request.form.get("box", "")))
