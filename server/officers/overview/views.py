"""The officers' overview, each picture's table as a file, and the screen on the wall.

Nothing here names a person.  The address holds the filter.
"""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server import exports
from server.accounts.current import current_within
from server.display import local
from server.errors import NotFound
from server.figures.folding import waiting
from server.forms import tidy
from server.home import my_desks
from server.officers.overview import page, point_panels
from server.officers.overview.found_panels import BY
from server.officers.overview.stuck import stuck
from server.officers.overview.wish import SPANS, Wish
from server.web import Permission, actor, now, reading, requires

bp = Blueprint("overview", __name__)
EVERY = 30  # seconds between two looks of a page that is open


@bp.get("/overview")
@requires(Permission.SUMMARY_READ)
def overview() -> ResponseReturnValue:
    wish, within = _wish(), current_within()
    with reading() as session:
        wish = page.zoned(session, wish)
        return render_template(
            "officers/overview.html",
            wish=wish, today=local(now()).date(), spans=SPANS, by=BY, every=EVERY,
            figures=page.figures(session, wish, within),
            panels=page.panels(session, wish, within, page.PANELS),
            silent=point_panels.silent(session, wish, within, now()),
            silent_points=point_panels.silent_points(session, wish, within),
            stuck=stuck(session, my_desks(), within.only(wish.place), wish.place, actor(), now()),
            choices=page.choices(session, wish, within),
            counting=waiting(session),
        )  # fmt: skip


@bp.get("/overview/<key>.csv")
@bp.get("/overview/<key>.xlsx")
@requires(Permission.SUMMARY_READ)
def table(key: str) -> Response:
    """Give a picture's numbers as a file."""
    wish, within = _wish(), current_within()
    if key not in {*page.PANELS, "silent"}:
        raise NotFound("Không có hình này.", "There is no such picture.")
    with reading() as session:
        wish = page.zoned(session, wish)
        if key == "silent":
            found = point_panels.silent(session, wish, within, now()).table
        else:
            found = page.PANELS[key](session, wish, within).table
    heads = exports.with_units(found.heads, found.rows)
    return exports.board(heads, found.rows, f"{key}-{wish.day}")


@bp.get("/wall")
@requires(Permission.SUMMARY_READ)
def wall() -> ResponseReturnValue:
    """Show one picture after the other, large: `slide` says which is shown without a script."""
    wish, within = _wish(), current_within()
    asked = tidy(request.args.get("slide", ""))[:3]
    slide = int(asked) % len(page.ON_WALL) if asked.isdigit() else 0
    with reading() as session:
        wish = page.zoned(session, wish)
        return render_template(
            "officers/wall.html",
            wish=wish, slide=slide, every=EVERY, after=(slide + 1) % len(page.ON_WALL),
            figures=page.figures(session, wish, within),
            panels=page.panels(session, wish, within, page.ON_WALL),
            stuck=stuck(session, my_desks(), within.only(wish.place), wish.place, actor(), now()),
        )  # fmt: skip


def _wish() -> Wish:
    return Wish.read(request.args, local(now()).date())
