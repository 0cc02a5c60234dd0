"""The audit trail, for the administrator: it names no person who was sampled."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.audit import queries, words
from server.forms import number, optional_text
from server.web import Permission, reading, requires

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def show() -> ResponseReturnValue:
    about = optional_text(request.args, "about", longest=120)
    older = "before" in request.args
    before = number(request.args, "before", low=1, high=10**11) if older else None
    with reading() as session:
        entries = queries.entries(session, about=about, before=before)
        chain = queries.chain_state(session)
    return render_template(
        "audit/trail.html", entries=entries, about=about, page=queries.PAGE, older=older,
        chain=chain, called=words.of,
    )  # fmt: skip
