"""Names open and close: why, is said once for a while (`purposes`)."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from server.audit import purposes
from server.errors import DomainError
from server.forms import optional_text
from server.web import Permission, actor, now, requires, t, transaction

bp = Blueprint("purposes", __name__)


@bp.post("/names/open")
@requires(Permission.PERSON_READ)
def open_names() -> ResponseReturnValue:
    try:
        note = optional_text(request.form, "note", longest=200)
        with transaction() as session:
            purposes.say(session, request.form.get("why", ""), note, by=actor(), now=now())
    except DomainError as problem:
        flash(t(problem.vi, problem.en), "problem")
    return redirect(_back())


@bp.post("/names/close")
@requires(Permission.PERSON_READ)
def close_names() -> ResponseReturnValue:
    with transaction() as session:
        purposes.end(session, by=actor(), now=now())
    flash(t("Đã che tên.", "Names are covered."))
    return redirect(_back())


def _back() -> str:
    """Return the page of ours that the form was on."""
    text = request.form.get("back", "")
    parts = urlsplit(text)
    ours = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.netloc
    return text if ours else "/"
