"""The first page after logging in: what waits for me, the longest first; then my desks by area."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from server.accounts import grace
from server.accounts.current import current_within
from server.areas import FEW, Area, Menu, by_area, menus
from server.desks import Desk, Waiting
from server.first_steps import steps_left
from server.web import actor, may, now, reading, settings, signed_in, user

bp = Blueprint("home", __name__)
_LATE = datetime.max.replace(tzinfo=UTC)
Row = tuple[Desk, Waiting | None]


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    mine, within = my_desks(), current_within()
    with reading() as session:
        rows = [
            (desk, desk.waiting(session, actor(), within) if desk.waiting else None)
            for desk in mine
        ]
        first = steps_left(session, may)
        me = user()
        add_by = grace.to_add_by(session, me) if me else None
        late = {desk.path: desk.late(session, now(), within) for desk in mine if desk.late}
    waits = sorted((row for row in rows if _waits(row)), key=_urgency)
    return render_template(
        "home.html", waits=waits, groups=_groups([row for row in rows if not _waits(row)]),
        late=late, first=first, add_by=add_by, minutes=settings().enrol_minutes,
    )  # fmt: skip


def my_desks() -> list[Desk]:
    """Return the desks that the person at the screen may use, in the order of the work."""
    desks: tuple[Desk, ...] = current_app.extensions.get("desks", ())
    return [desk for desk in desks if may(desk.permission)]


def my_menus() -> list[Menu]:
    """Return the navigation of the person at the screen."""
    return menus(my_desks())


def _waits(row: Row) -> bool:
    waiting = row[1]
    return waiting is not None and waiting.count > 0


def _urgency(row: Row) -> datetime:
    waiting = row[1]
    return waiting.oldest if waiting and waiting.oldest else _LATE


def _groups(rows: list[Row]) -> list[tuple[Area | None, list[Row]]]:
    """Return where nothing waits: together while that is little, else by area of work."""
    if len(rows) <= FEW:
        return [(None, rows)] if rows else []
    counted = dict(rows)
    return [
        (area, [(desk, counted[desk]) for desk in desks])
        for area, desks in by_area(list(counted)).items()
    ]
