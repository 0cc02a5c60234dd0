"""Pages of zones: all of them, one with its history, and which zone a place or point is in."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within, in_scope
from server.beside import filter_place
from server.declarations.kinds import KINDS
from server.declarations.points import get_point
from server.declarations.zones import queries, services
from server.declarations.zones.levels import LEVELS
from server.declarations.zones.queries import ZoneMap
from server.declarations.zones.services import Act
from server.display import local
from server.forms import day_in, optional_text, required_text, tidy
from server.web import Permission, actor, may, now, reading, requires, t, transaction

bp = Blueprint("zones", __name__)


@bp.app_template_global("level_row")
def level_row(level: str) -> object:
    """How templates say a level."""
    return LEVELS[level]


@bp.get("/zones")
@requires(Permission.ZONE_READ)
def show_zones() -> ResponseReturnValue:
    asked = {name: tidy(request.args.get(name, ""))[:64] for name in ("point", "place")}
    day = day_in(request.args.get("date", "")) or _today()
    with reading() as session:
        map_ = ZoneMap.of(session, day)
        code = asked["point"]
        point = get_point(session, code, current_within()) if code else None
        named, wrong = filter_place(asked["place"])
        place = point.place if point else named
        return render_template(
            "zones/zones.html", zones=queries.zones(session), levels=LEVELS, day=day,
            today=_today(), point=point, asked=asked, wrong=wrong, names=queries.names(session),
            covering=map_.of_point(point.id if point else None, place) if place else None,
        ), wrong.status if wrong else 200  # fmt: skip


@bp.get("/zones/<uuid:zone_id>")
@requires(Permission.ZONE_READ)
def show_zone(zone_id: UUID) -> ResponseReturnValue:
    with reading() as session:
        drawn = queries.zone(session, zone_id)
        within = current_within()
        places = queries.places_of_parts(session, drawn)
        own = {part for part, place in places.items() if within.covers(place)}
        return render_template(
            "zones/zone.html", drawn=drawn, levels=LEVELS, kinds=KINDS,
            points=queries.points_in(session, drawn, within),
            today=_today(), names=queries.names(session), own=own,
            may_change=may(Permission.ZONE_WRITE) and len(own) == len(drawn.parts),
        )  # fmt: skip


@bp.post("/zones")
@requires(Permission.ZONE_WRITE)
def draw() -> ResponseReturnValue:
    lines = request.form.get("parts", "")[:4000].replace(",", "\n").splitlines()
    parts = [part for part in map(tidy, lines) if part]
    with transaction() as session:
        for part in parts:
            in_scope(services.place_of(session, part), part)
        zone = services.draw_zone(
            session,
            required_text(request.form, "name", longest=80),
            request.form.get("level", ""),
            parts,
            since=day_in(request.form.get("since", ""), "since") or _today(),
            act=_act(),
        )
    flash(t("Đã vẽ vùng.", "The zone is drawn."))
    return redirect(url_for(".show_zone", zone_id=zone.id))


@bp.post("/zones/<uuid:zone_id>/level")
@requires(Permission.ZONE_WRITE)
def set_level(zone_id: UUID) -> ResponseReturnValue:
    level, since = (
        request.form.get("level", ""),
        day_in(request.form.get("since", ""), "since") or _today(),
    )
    with transaction() as session:
        if level == "lifted":
            services.lift_zone(session, zone_id, last=since, act=_act())
        else:
            services.set_level(session, zone_id, level, since=since, act=_act())
    return _back(zone_id, t("Đã đổi mức của vùng.", "The zone's level is changed."))


@bp.post("/zones/<uuid:zone_id>/parts")
@requires(Permission.ZONE_WRITE)
def add_part(zone_id: UUID) -> ResponseReturnValue:
    code = required_text(request.form, "part", longest=64)
    since = day_in(request.form.get("since", ""), "since") or _today()
    with transaction() as session:
        in_scope(services.place_of(session, code))
        services.add_part(session, zone_id, code, since=since, act=_act())
    return _back(zone_id, t("Đã thêm vào vùng.", "Added to the zone."))


@bp.post("/zones/parts/<uuid:part_id>/end")
@requires(Permission.ZONE_WRITE)
def end_part(part_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        zone_id = services.end_part(session, part_id, last=_today(), act=_act())
    return _back(zone_id, t("Ra khỏi vùng sau hôm nay.", "Out of the zone after today."))


def _act() -> Act:
    return Act(actor(), now(), optional_text(request.form, "reason", longest=200))


def _back(zone_id: UUID, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for(".show_zone", zone_id=zone_id))


def _today() -> date:
    return local(now()).date()
