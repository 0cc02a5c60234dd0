"""Pages of traces: positives, one trace as list, graph and map, its export, who was not sampled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import exports, takeouts
from server.accounts.current import current_within, in_scope
from server.audit import names_shown
from server.audit.shown import note_shown
from server.declarations.kinds import KINDS, PointKind
from server.declarations.traces import stays
from server.declarations.traces.presence import person_key
from server.declarations.traces.stays import Reckoning
from server.declarations.zones import queries as zones
from server.declarations.zones.queries import ZoneMap
from server.display import VIETNAM, local
from server.errors import BadInput
from server.forms import number, tidy
from server.tracing import graph, lists, pictures, subjects
from server.tracing.lists import Faces
from server.tracing.subjects import Asked
from server.tracing.unsampled import PAGE, unsampled
from server.web import Permission, actor, may, now, reading, requires, t, transaction

bp = Blueprint("tracing", __name__)
SHOWN = 200


@bp.app_template_filter("local_field")
def local_field(at: datetime) -> str:
    """Return a time as a browser's field shows it."""
    return f"{local(at):%Y-%m-%dT%H:%M}"


@bp.get("/traces")
@requires(Permission.TRACE_READ)
def show_traces() -> ResponseReturnValue:
    asked = _asked(request.args)
    if asked.anything:
        return _show(asked)
    masked = not may(Permission.PERSON_READ)
    with reading() as session:
        found = subjects.positives(session, current_within())
        keys = {person_key(person.id) for _, person in found}
        called = lists.faces(session, keys, masked=masked)
        page = render_template(
            "tracing/traces.html", positives=found, called=called, person_key=person_key,
            taken=takeouts.taken_out(session, current_within(), actor())
            if may(Permission.TRACE_EXPORT) else (),
        )  # fmt: skip
    _note("traces.read", called)
    return page


def _show(asked: Asked) -> ResponseReturnValue:
    with reading() as session:
        origin, trace, reckoning = subjects.traced(session, asked, now(), current_within())
        points = lists.points_of(session, trace)
        shown = (*trace.f1[:SHOWN], *trace.f2[:SHOWN])
        drawn = graph.draw(trace)
        keys = lists.keys_of(shown) | drawn.comers
        called = lists.faces(session, keys, masked=not may(Permission.PERSON_READ))
        map_ = ZoneMap.of(session, local(now()).date())
        page = render_template(
            "tracing/trace.html", asked=asked, origin=origin, trace=trace, points=points,
            shown=SHOWN, kinds=KINDS, reckoning=reckoning, graph=drawn,
            called=called,
            chart=pictures.chart_of(trace, points),
            levels={each.id: map_.level_of(each.id, each.place) for each in points.values()},
        )  # fmt: skip
    _note("trace.read", called, origin.log, origin.person.id if origin.person else None)
    return page


def _note(
    action: str, called: Faces, subject: object = names_shown.LIST, *more: UUID | None
) -> None:
    """Leave in the trail whose names stood on the page."""
    shown = [face.id for face in called.persons.values()]
    note_shown(action, (*more, *shown), subject=subject)


@bp.post("/traces/export")
@requires(Permission.TRACE_EXPORT)
def export_trace() -> ResponseReturnValue:
    asked = _asked(request.form)
    if not asked.anything:
        raise BadInput("Hãy chọn ca cần truy vết.", "Choose whom to trace.")
    with reading() as session:
        origin, trace, _ = subjects.traced(session, asked, now(), current_within())
        rows = lists.rows_of(session, trace, lists.points_of(session, trace))
    person = origin.person.id if origin.person else None
    return _leave(origin.log, lists.HEADS, rows, "f-list", person)


@bp.get("/zones/<uuid:zone_id>/unsampled")
@requires(Permission.ZONE_READ)
def show_unsampled(zone_id: UUID) -> ResponseReturnValue:
    with reading() as session:
        drawn = zones.zone(session, zone_id)
        found = unsampled(session, drawn, within=current_within())
        keys = {person_key(row.person_id) for row in found.rows}
        called = lists.faces(session, keys, masked=not may(Permission.PERSON_READ))
        page = render_template(
            "tracing/unsampled.html", drawn=drawn, found=found, page=PAGE, person_key=person_key,
            called=called,
        )  # fmt: skip
    _note("zone.unsampled-read", called, zone_id)
    return page


@bp.post("/zones/<uuid:zone_id>/unsampled")
@requires(Permission.TRACE_EXPORT)
def export_unsampled(zone_id: UUID) -> ResponseReturnValue:
    with reading() as session:
        drawn = zones.zone(session, zone_id)
        found = unsampled(session, drawn, limit=None, within=current_within())
        called = lists.faces(
            session, {person_key(row.person_id) for row in found.rows}, masked=False, addressed=True
        )
        phones = lists.phones_of(session, [row.person_id for row in found.rows])
        rows: list[list[exports.Cell]] = [
            [person.name or "", person.birth_year or "", phones.get(person.id, ""),
             person.address or "", person.place, row.times, row.point, row.last]
            for row in found.rows
            if (person := called.person(person_key(row.person_id)))
        ]  # fmt: skip
    heads = ("Họ tên · Name", "Năm sinh · Born", "Điện thoại · Phone", "Địa chỉ · Address",
             "Nơi · Place", "Lượt · Times", "Điểm cuối · Last point", "Lúc · At")  # fmt: skip
    return _leave(f"zone:{zone_id}", heads, rows, "unsampled", None)


def _leave(
    subject: str, heads: tuple[str, ...], rows: list[list[exports.Cell]], name: str,
    person: UUID | None,
) -> Response:  # fmt: skip
    """Log first, then answer: a list that left is on record."""
    asking = exports.asking(request.form, person_id=person)
    with transaction() as session:
        mark = takeouts.take_out(session, subject, len(rows), asking, now=now())
    stamp = f"{local(now()):%Y%m%d-%H%M}"
    return exports.download(asking.form, heads, rows, mark, f"{name}-{stamp}")


@bp.get("/traces/settings")
@requires(Permission.TRACE_READ)
def show_settings() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "tracing/settings.html", reckoning=stays.reckoning(session), kinds=KINDS,
            minutes=stays.stay_minutes(session), may_save=current_within().everywhere,
        )  # fmt: skip


@bp.post("/traces/settings")
@requires(Permission.TRACE_WRITE)
def save_settings() -> ResponseReturnValue:
    in_scope("")  # they hold for all places
    form = request.form
    made = Reckoning(
        number(form, "days_before", low=0, high=21),
        number(form, "days_after", low=0, high=21),
        timedelta(minutes=number(form, "least", low=0, high=1440)),
    )
    minutes = {kind: number(form, f"stay_{kind}", low=1, high=1440) for kind in PointKind}
    with transaction() as session:
        stays.set_reckoning(session, made, by=actor(), now=now())
        stays.set_stays(session, minutes, by=actor(), now=now())
    flash(t("Đã lưu.", "Saved."))
    return redirect(url_for(".show_settings"))


def _asked(said: Mapping[str, str]) -> Asked:
    get = said.get
    texts = {name: tidy(get(name, ""))[:40] for name in ("outcome", "person", "vehicle", "point")}
    return Asked(**texts, begins=_moment(said, "begins"), ends=_moment(said, "ends"))


def _moment(said: Mapping[str, str], field: str) -> datetime | None:
    """Return the time that a browser's field gives, which is Vietnamese time."""
    text = said.get(field, "")
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=VIETNAM) if text else None
    except ValueError as error:
        raise BadInput("Giờ không đọc được.", "The time cannot be read.", field=field) from error
    if at is None or 2000 <= at.year < 2100:
        return at
    raise BadInput("Giờ không đọc được.", "The time cannot be read.", field=field)
