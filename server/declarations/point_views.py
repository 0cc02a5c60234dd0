"""The registrar's pages of points: list, add, change, close, stations, poster, keeper's link."""

from datetime import datetime
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from labels.posters import PosterFace, poster
from server import place_names, sheets
from server.accounts.current import current_within, in_scope
from server.declarations import keeper_links, point_queries, points
from server.declarations.kinds import KINDS, PointKind
from server.declarations.models import Point
from server.declarations.phone_cards import svg_path
from server.declarations.point_fields import wish_of
from server.declarations.point_import import LONGEST, Receipt, import_points
from server.display import local
from server.forms import number, required_text, tidy
from server.web import Permission, actor, now, origin, reading, requires, t, transaction

bp = Blueprint("points", __name__)


@bp.app_template_filter("place_name")
def place_name(place: str) -> str:
    """vn-2021:24.222 as 'Huyện Việt Yên, Tỉnh Bắc Giang'."""
    return place_names.full_name(place)


@bp.app_template_filter("place_near")
def place_near(place: str) -> str:
    """A place by the names that are known of it: for people who know no codes."""
    return place_names.near_name(place)


@bp.app_template_filter("place")
def place(code: str | None) -> str:
    """A place by its name, with its code at hand: for cells of tables."""
    if not code:
        return "—"
    called = place_names.full_name(code)
    if called.startswith(f"{code},"):  # only what is around it has a name
        called = t("mã", "no.") + " " + code.rsplit(".", 1)[-1] + called.removeprefix(code)
    return Markup('<span title="{}">{}</span>').format(code, called)


@bp.app_template_filter("kind_name")
def kind_name(kind: str) -> str:
    row = KINDS[PointKind(kind)]
    return t(row.vi, row.en)


@bp.get("/points")
@requires(Permission.POINT_READ)
def list_points() -> ResponseReturnValue:
    return _list()


def _list(receipt: Receipt | None = None) -> ResponseReturnValue:
    asked, today = request.args, local(now()).date()
    wish = point_queries.Wish(
        kind=asked.get("kind", "") if asked.get("kind", "") in list(PointKind) else "",
        place=point_queries.place_of(asked.get("place", "")),
        open_on=today if asked.get("open") == "1" else None,
        q=tidy(asked.get("q", ""))[:100],
        page=number({"page": "1", **asked}, "page", low=1, high=1000),
    )
    with reading() as session:
        return render_template(
            "declarations/points.html",
            wish=wish,
            listed=point_queries.find(session, wish, current_within()),
            kinds=KINDS,
            places=place_names.offered(),
            is_open=lambda point: points.is_open(point, now()),
            receipt=receipt,
            size=point_queries.PAGE,
            longest=LONGEST,
        )


@bp.post("/points")
@requires(Permission.POINT_WRITE)
def add_point() -> ResponseReturnValue:
    wish = wish_of(request.form)
    in_scope(wish.place)
    with transaction() as session:
        made = points.add_point(session, wish, by=actor(), now=now())
    flash(t(f"Đã lập điểm {made.name}. In áp phích rồi dán.", f"{made.name} is made."))
    return redirect(url_for(".show_point", code=made.id))


@bp.post("/points/import")
@requires(Permission.POINT_WRITE)
def import_list() -> ResponseReturnValue:
    """Make points from a file or a pasted list, and say of each row what became of it."""
    file = request.files.get("file")
    if file and file.filename:
        rows = sheets.rows_of(file.read())
    else:
        rows = sheets.rows_of_text(request.form.get("rows", ""))
    with transaction() as session:
        receipt = import_points(session, rows, by=actor(), now=now(), within=current_within())
    return _list(receipt)


@bp.get("/points/<code>")
@requires(Permission.POINT_READ)
def show_point(code: str) -> ResponseReturnValue:
    return _point(code)


def _point(code: str, token: str = "") -> ResponseReturnValue:
    with reading() as session:
        point = points.get_point(session, code)
        keeper = f"{origin()}/k/{point.id}/open#{token}" if token else ""
        return render_template(
            "declarations/point.html",
            point=point,
            open_now=points.is_open(point, now()),
            address=address_of(point),
            kinds=KINDS,
            places=place_names.offered(),
            here=point_queries.stations_at(session, point.id),
            stations=point_queries.all_stations(session, current_within()),
            today=point_queries.check_ins_since(session, point.id, _midnight()),
            links=keeper_links.live_links(session, point.id, now=now()),
            keeper_address=keeper,
            keeper_qr=svg_path(keeper) if keeper else None,
        )


@bp.post("/points/<code>")
@requires(Permission.POINT_WRITE)
def revise_point(code: str) -> ResponseReturnValue:
    wish = wish_of(request.form)
    in_scope(wish.place)
    with transaction() as session:
        points.revise_point(session, code, wish, by=actor(), now=now())
    flash(t("Đã sửa. Áp phích cũ vẫn dùng được.", "Changed. Posters stay as they are."))
    return redirect(url_for(".show_point", code=code))


@bp.post("/points/<code>/close")
@requires(Permission.POINT_WRITE)
def close_point(code: str) -> ResponseReturnValue:
    with transaction() as session:
        point = points.close_point(session, code, by=actor(), now=now())
    flash(t(f"Hôm nay là ngày cuối của {point.name}.", f"Today is {point.name}'s last day."))
    return redirect(url_for(".show_point", code=code))


@bp.post("/points/<code>/stations")
@requires(Permission.POINT_WRITE)
def place_station(code: str) -> ResponseReturnValue:
    station = required_text(request.form, "station", longest=32)
    with transaction() as session:
        points.place_station(session, station, code, by=actor(), now=now(), within=current_within())
    flash(t(f"Trạm {station} đã đặt ở đây.", f"Station {station} stands here."))
    return redirect(url_for(".show_point", code=code))


@bp.post("/points/<code>/link")
@requires(Permission.POINT_WRITE)
def give_link(code: str) -> ResponseReturnValue:
    """Show the keeper's link, here and never again."""
    with transaction() as session:
        point = points.get_point(session, code)
        token = keeper_links.give_link(session, point.id, by=actor(), now=now())
    return _point(code, token)


@bp.post("/points/<code>/link/end")
@requires(Permission.POINT_WRITE)
def end_link(code: str) -> ResponseReturnValue:
    with transaction() as session:
        point = points.get_point(session, code)
        keeper_links.end_links(session, point.id, by=actor(), now=now())
    flash(t("Liên kết đã hết hiệu lực.", "The link has ended."))
    return redirect(url_for(".show_point", code=code))


@bp.get("/points/<code>/poster.pdf")
@requires(Permission.POINT_READ)
def print_poster(code: str) -> ResponseReturnValue:
    with reading() as session:
        point = points.get_point(session, code)
        face = PosterFace(
            payload=address_of(point),
            name=point.name,
            place=point.address or place_names.near_name(point.place),
            code=point.id,
        )
    paper = BytesIO()
    poster(face, paper)
    paper.seek(0)
    return send_file(paper, "application/pdf", download_name=f"diem-{point.id}.pdf")


def address_of(point: Point) -> str:
    """Return what the poster's QR says."""
    return f"{origin()}/d/{point.id}"


def _midnight() -> datetime:
    return local(now()).replace(hour=0, minute=0, second=0, microsecond=0)
