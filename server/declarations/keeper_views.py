"""The keeper's page of a point: scan a card, see a masked name, say yes.

Two doors lead to it: a log-in with the permission, and the point's own secret link for a shop
without an account (`/k/<code>`, which checks the link at every request).
"""

from uuid import uuid4

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from server import cameras
from server.declarations import form_versions, keeper, keeper_links, keeper_list, points
from server.declarations.models import Point
from server.errors import DomainError, NotFound
from server.forms import required_text, uuid_of
from server.web import (
    Permission,
    actor,
    now,
    public,
    reading,
    requires,
    settings,
    t,
    transaction,
    user,
)

bp = Blueprint("keeper", __name__)
LONGEST_CODE = 4296


def keeper_cookie() -> str:
    return "__Host-keeper" if settings().secure else "keeper"


@bp.get("/points/<code>/keeper")
@requires(Permission.CHECK_IN_WRITE)
def show(code: str) -> ResponseReturnValue:
    return _page(_point(code))


@bp.post("/points/<code>/keeper")
@requires(Permission.CHECK_IN_WRITE)
def act(code: str) -> ResponseReturnValue:
    return _act(_point(code), actor())


@bp.post("/points/<code>/keeper/frame")
@requires(Permission.CHECK_IN_WRITE)
def read_frame(code: str) -> ResponseReturnValue:
    _point(code)
    return _codes()


@bp.get("/k/<code>/open")
@public
def show_door(code: str) -> ResponseReturnValue:
    """The page that a link leads to; its secret stands behind a # and is not sent to us here."""
    return render_template("declarations/keeper_open.html", code=_plain(code), problem=None)


@bp.post("/k/<code>/open")
@public
def enter(code: str) -> ResponseReturnValue:
    """Keep the secret of the link in a cookie: it stands in no address and in no log."""
    token = request.form.get("link", "").strip().rpartition("#")[2][:100]
    try:
        with reading() as session:
            link = keeper_links.check_link(session, code.upper(), token, now=now())
    except NotFound as problem:
        page = render_template("declarations/keeper_open.html", code=_plain(code), problem=problem)
        return page, problem.status
    answer = redirect(f"/k/{link.point_id}", code=303)
    answer.set_cookie(
        keeper_cookie(), token, max_age=int(keeper_links.LASTS.total_seconds()), httponly=True,
        samesite="Lax", secure=settings().secure, path="/",
    )  # fmt: skip
    return answer


@bp.get("/k/<code>")
@public
def show_by_link(code: str) -> ResponseReturnValue:
    return _page(_point_by_link(code))


@bp.post("/k/<code>")
@public
def act_by_link(code: str) -> ResponseReturnValue:
    point = _point_by_link(code)
    return _act(point, f"keeper:{point.id}")


@bp.post("/k/<code>/frame")
@public
def read_frame_by_link(code: str) -> ResponseReturnValue:
    _point_by_link(code)
    return _codes()


def _plain(code: str) -> str:
    return code.upper() if code.isascii() and code.isalnum() else ""


def _point(code: str) -> Point:
    with reading() as session:
        return points.get_point(session, code)


def _point_by_link(code: str) -> Point:
    """Return the point whose link this browser holds; raises NotFound for every other."""
    token = request.cookies.get(keeper_cookie(), "")
    with reading() as session:
        link = keeper_links.check_link(session, code.upper(), token, now=now())
        return points.get_point(session, link.point_id)


def _codes() -> ResponseReturnValue:
    if (request.content_length or 0) > cameras.LARGEST_FRAME:
        abort(413)
    return {"codes": cameras.codes_in(request.get_data(cache=False))}


def _act(point: Point, by: str) -> ResponseReturnValue:
    """Do what the pressed button says: look, record, or take back."""
    try:
        if request.form.get("undo"):
            with transaction() as session:
                which = uuid_of(request.form["undo"])
                keeper_list.take_back(session, point, which, by=by, now=now())
            flash(t("Đã gỡ lần ghi.", "Taken back."))
        elif request.form.get("held"):
            _record(point, by)
        else:
            with reading() as session:
                text = request.form.get("code", "")[:LONGEST_CODE]
                seen = keeper.look(session, point, text, now=now())
            return _page(point, seen=seen)
    except DomainError as problem:
        return _page(point, problem=problem)
    return redirect(request.path, code=303)


def _record(point: Point, by: str) -> None:
    said = required_text(request.form, "symptoms", longest=10)
    with transaction() as session:
        keeper.record(
            session,
            point,
            request.form["held"][:8000],
            symptoms=said == "yes",
            which=uuid_of(request.form.get("id", "")),
            vehicle_only=said == "vehicle",
            by=by,
            now=now(),
        )
    flash(t("Đã ghi.", "Checked in."))


def _page(
    point: Point, *, seen: keeper.Seen | None = None, problem: DomainError | None = None
) -> ResponseReturnValue:
    with reading() as session:
        count, lines = keeper_list.today(session, point, now=now())
    page = render_template(
        "declarations/keeper.html",
        point=point,
        open_now=points.is_open(point, now()),
        here=request.path,
        by_link=user() is None,
        seen=seen,
        asked=form_versions.shipped()[form_versions.SHORT],
        problem=problem,
        count=count,
        lines=lines,
        id=uuid4(),
    )
    return cameras.allowed(make_response(page, problem.status if problem else 200))
