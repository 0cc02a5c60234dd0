"""The audit trail, for administrators and auditors: it names no person who was sampled.

Who does not see everywhere sees what accounts, stations and partners of their places did, and what
was done to these (`accounts.actors`).
"""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.accounts import actors
from server.accounts.current import current_within
from server.audit import names_shown, queries, words
from server.forms import number, optional_text
from server.web import Permission, actor, reading, requires

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def show() -> ResponseReturnValue:
    about = optional_text(request.args, "about", longest=120)
    older = "before" in request.args
    before = number(request.args, "before", low=1, high=10**11) if older else None
    within = current_within()
    with reading() as session:
        entries = queries.entries(
            session, about=about, before=before,
            seen=actors.entries_seen(session, within, actor()),
        )  # fmt: skip
        chain = queries.chain_state(session)
    return render_template(
        "audit/trail.html", entries=entries, about=about, page=queries.PAGE, older=older,
        chain=chain, called=words.of, briefly=names_shown.briefly, everywhere=within.everywhere,
    )  # fmt: skip
