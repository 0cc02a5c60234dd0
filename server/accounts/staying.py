"""Before a log-in ends by itself its pages ask when (static/js/ending.js), and may keep it.

To ask is no use of it; to press "Stay logged in" is one, like any other form that is sent.
"""

import hmac

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from server.accounts import gate, presence
from server.accounts.ending import Ending
from server.display import time_of_day
from server.web import now, public, signed_in, unnoticed, user

bp = Blueprint("staying", __name__)
OVER = {"say": "over", "then": "over", "at": "", "left": 0}


@bp.get("/login/left")
@public
@unnoticed
def show_left() -> ResponseReturnValue:
    """Say how long the log-in lasts of which the page is that asks."""
    end = presence.ending()
    return OVER if end is None or user() is None else _said(end)


@bp.post("/login/stay")
@signed_in
def stay() -> ResponseReturnValue:
    """Keep the log-in: the gate noted the use of it, as of every form."""
    return show_left()


def _said(end: Ending) -> dict[str, str | int]:
    """Return what the page is to *say* now, and *then*, if nobody answers any more."""
    near = end.why.value if end.is_near(now()) else ""
    return {
        "say": near if _is_of_this_log_in() else "other",
        "then": end.why.value,
        "at": time_of_day(end.at),
        "left": end.seconds_left(now()),
    }


def _is_of_this_log_in() -> bool:
    """Return whether the page that asks was made in this log-in, and not in an earlier one."""
    sent = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    return hmac.compare_digest(sent.encode(), gate.csrf_token().encode())
