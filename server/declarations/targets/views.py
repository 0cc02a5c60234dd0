"""Pages of targets: the board of a day, one point's days, coverage, and what they go by."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import exports
from server.accounts.current import current_within, in_scope
from server.declarations import points
from server.declarations.kinds import KINDS, PointKind
from server.declarations.targets import board, coverage, settings, trend
from server.declarations.targets.board import Board, Wish
from server.declarations.targets.words import AREAS, BASES, STATES
from server.display import local
from server.forms import day_in, number, optional_text, place_or_text, required_text, tidy
from server.web import Permission, actor, now, reading, requires, t, transaction

bp = Blueprint("targets", __name__)
SHOWN = 150  # rows: what stands beyond the most urgent is in the file, and the page stays light


@bp.get("/targets")
@requires(Permission.TARGET_READ)
def show_board() -> ResponseReturnValue:
    wish = _wish()
    with reading() as session:
        found = board.board_of(session, wish)
        places = board.places_of(board.points_of(session, within=wish.within))
        names = coverage.names_of(session)
    return render_template(
        "targets/board.html", wish=wish, board=found, shown=SHOWN, places=places, names=names,
        today=_today(), kinds=KINDS, states=STATES, picture=_picture(found),
    )  # fmt: skip


@bp.get("/targets.csv")
@bp.get("/targets.xlsx")
@requires(Permission.TARGET_READ)
def board_table() -> Response:
    wish = _wish()
    with reading() as session:
        found = board.board_of(session, wish)
    heads = ["day", "point", "name", "kind", "place", "check_ins", "target", "missing",
             "day_before", "last_day", "state"]  # fmt: skip
    rows = [
        (wish.day, line.point.id, line.point.name, line.point.kind, line.point.place,
         line.count, line.target, line.missing, line.before,
         line.last, line.state)
        for line in found.lines
    ]  # fmt: skip
    return exports.board(heads, rows, f"targets-{wish.day}")


@bp.get("/targets/trend.csv")
@bp.get("/targets/trend.xlsx")
@requires(Permission.TARGET_READ)
def trend_table() -> Response:
    wish = _wish()
    with reading() as session:
        found = board.board_of(session, wish)
    rows = [(step.day, step.count, step.target, step.reached, step.points) for step in found.trend]
    heads = ["day", "check_ins", "target", "points_that_reached_it", "points"]
    return exports.board(heads, rows, f"trend-{wish.day}")


@bp.get("/targets/points/<point_id>")
@requires(Permission.TARGET_READ)
def show_point(point_id: str) -> ResponseReturnValue:
    day = day_in(request.args.get("date", "")) or _today()
    with reading() as session:
        point = points.get_point(session, point_id)
        days = board.days_of(session, point.id, day)
        return render_template(
            "targets/point.html", point=point, kind=KINDS[PointKind(point.kind)], day=day,
            days=days, picture=trend.draw([(each.day, each.count, each.target) for each in days]),
            width=trend.WIDTH, height=trend.HEIGHT,
        )  # fmt: skip


@bp.get("/targets/coverage")
@requires(Permission.TARGET_READ)
def show_coverage() -> ResponseReturnValue:
    with reading() as session:
        rows = coverage.coverage(session, current_within())
        goals = coverage.goals_of(session)
    return render_template("targets/coverage.html", rows=rows, goals=goals, areas=AREAS)


@bp.get("/targets/coverage.csv")
@bp.get("/targets/coverage.xlsx")
@requires(Permission.TARGET_READ)
def coverage_table() -> Response:
    with reading() as session:
        rows = [
            (row.locality.place, row.locality.name, "town" if row.locality.town else "elsewhere",
             row.locality.population, row.people, round(row.percent, 2), row.low, row.high,
             row.missing, row.state)
            for row in coverage.coverage(session, current_within())
        ]  # fmt: skip
    heads = ["place", "name", "area", "population", "covered", "percent", "at_least", "aim",
             "missing", "state"]  # fmt: skip
    return exports.board(heads, rows, "coverage")


@bp.get("/targets/settings")
@requires(Permission.TARGET_READ)
def show_settings() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "targets/settings.html", rules=board.rule_rows(session), kinds=KINDS, bases=BASES,
            goals=coverage.goals_of(session), areas=AREAS, silent=board.silent_days(session),
            localities=coverage.localities(session), today=_today(),
            within=current_within(),
        )  # fmt: skip


@bp.post("/targets/rules")
@requires(Permission.TARGET_WRITE)
def set_rule() -> ResponseReturnValue:
    form = request.form
    most = number(form, "most", low=1, high=1_000_000) if form.get("most", "").strip() else None
    basis = form.get("basis", "target")
    wish = settings.RuleWish(
        kind=optional_text(form, "kind", longest=20),
        place=in_scope(place_or_text(optional_text(form, "place", longest=64))),
        start=number(form, "first_day", low=1, high=1_000_000),
        rate=number(form, "rate", low=0, high=100),
        most=most,
        basis=basis if basis in BASES else "target",
        since=day_in(form.get("since", ""), "since") or _today(),
    )
    with transaction() as session:
        settings.set_rule(session, wish, by=actor(), now=now())
    return _back(t("Đã đặt chỉ tiêu.", "The target is set."))


@bp.post("/targets/rules/<uuid:rule_id>/end")
@requires(Permission.TARGET_WRITE)
def end_rule(rule_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        settings.end_rule(session, rule_id, last=_today(), by=actor(), now=now())
    return _back(t("Chỉ tiêu dừng sau hôm nay.", "The target ends after today."))


@bp.post("/targets/goals")
@requires(Permission.TARGET_WRITE)
def set_goals() -> ResponseReturnValue:
    in_scope("")  # they hold for all places
    with transaction() as session:
        for area in AREAS:
            low = number(request.form, f"{area}_low", low=1, high=100)
            high = number(request.form, f"{area}_high", low=1, high=100)
            settings.set_goal(session, area, low, high, by=actor(), now=now())
        days = number(request.form, "silent_days", low=1, high=60)
        settings.set_silent_days(session, days, by=actor(), now=now())
    return _back(t("Đã lưu.", "Saved."))


@bp.post("/targets/localities")
@requires(Permission.TARGET_WRITE)
def set_localities() -> ResponseReturnValue:
    file = request.files.get("file")
    if file and file.filename:
        text = file.read().decode("utf-8-sig", "replace")
    else:
        text = required_text(request.form, "list", longest=200_000) and request.form["list"]
    wishes = settings.read_localities(text)
    for wish in wishes:
        in_scope(wish.place)
    with transaction() as session:
        count = settings.set_localities(session, wishes, by=actor(), now=now())
    return _back(t(f"Đã lưu dân số của {count} nơi.", f"Saved the population of {count} places."))


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for(".show_settings"))


def _picture(found: Board) -> dict[str, object]:
    days = [(step.day, step.count, step.target) for step in found.trend]
    return {"trend": trend.draw(days), "width": trend.WIDTH, "height": trend.HEIGHT}


def _wish() -> Wish:
    args = request.args
    kind, state = tidy(args.get("kind", ""))[:20], tidy(args.get("state", ""))[:10]
    return Wish(
        day=day_in(args.get("date", "")) or _today(),
        kind=kind if kind in set(PointKind) else "",
        place=tidy(args.get("place", ""))[:64],
        state=state if state in STATES else "",
        within=current_within(),
    )


def _today() -> date:
    return local(now()).date()
