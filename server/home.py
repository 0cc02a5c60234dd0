"""The first page after logging in: the desks of my role, the longest waiting first."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.areas import Menu, menus
from server.desks import Desk, Waiting
from server.web import actor, may, now, reading, signed_in

bp = Blueprint("home", __name__)
_LATE = datetime.max.replace(tzinfo=UTC)


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    mine, within = my_desks(), current_within()
    with reading() as session:
        rows = [
            (desk, desk.waiting(session, actor(), within) if desk.waiting else None)
            for desk in mine
        ]
        late = {desk.path: desk.late(session, now(), within) for desk in mine if desk.late}
    return render_template("home.html", rows=sorted(rows, key=_urgency), late=late)


def my_desks() -> list[Desk]:
    """Return the desks that the person at the screen may use, in the order of the work."""
    desks: tuple[Desk, ...] = current_app.extensions.get("desks", ())
    return [desk for desk in desks if may(desk.permission)]


def my_menus() -> list[Menu]:
    """Return the navigation of the person at the screen."""
    return menus(my_desks())


def _urgency(row: tuple[Desk, Waiting | None]) -> tuple[bool, datetime]:
    waiting = row[1]
    some = waiting is not None and waiting.count > 0
    return not some, (waiting.oldest if waiting and waiting.oldest else _LATE)
