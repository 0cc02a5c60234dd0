"""Storage on the page: scan tubes into a rack, ask where one is, discard what is over."""

from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import Tube
from server import cameras, forms
from server.accounts.current import current_within
from server.display import local, t
from server.errors import BadInput, DomainError
from server.lab import sight
from server.lab.plates.geometry import RACKS, NoSuchWell
from server.lab.scans import scanned_tube
from server.lab.storage import queries, services
from server.lab.storage.services import Rack
from server.web import Permission, actor, now, place, reading, requires, transaction

bp = Blueprint("storage", __name__)
KEPT = timedelta(days=30)  # offered; the page lets people choose another day


@bp.get("/storage")
@requires(Permission.RECEPTION_WRITE)
def show_storage() -> ResponseReturnValue:
    if not request.args.get("tube"):
        return _storage()
    try:
        return _storage(of=scanned_tube(request.args))
    except DomainError as problem:
        return _storage(problem)


@bp.post("/storage")
@requires(Permission.RECEPTION_WRITE)
def store() -> ResponseReturnValue:
    try:
        tube, rack = scanned_tube(request.form), _rack()
        position, until = _position(rack), _day("keep_until")
        with transaction() as session:
            sight.check_tube(session, current_within(), tube)
            stored = services.store(
                session, tube, rack, position=position, keep_until=until, by=actor(), now=now()
            )
    except DomainError as problem:
        return _storage(problem)
    where = f"{stored.freezer} · {stored.rack} · {stored.position}"
    flash(t(f"Ống {tube.grouped}: {where}", f"Tube {tube.grouped}: {where}"))
    kept = {"freezer": rack.freezer, "rack": rack.name, "size": str(rack.size)}
    return redirect(f"{url_for('.show_storage')}?{urlencode(kept | {'keep_until': until})}")


@bp.post("/storage/take-out")
@requires(Permission.RECEPTION_WRITE)
def take_out() -> ResponseReturnValue:
    try:
        tube = scanned_tube(request.form)
        with transaction() as session:
            sight.check_tube(session, current_within(), tube)
            services.take_out(session, tube, by=actor(), now=now())
    except DomainError as problem:
        return _storage(problem)
    flash(t(f"Đã lấy ống {tube.grouped} ra.", f"Tube {tube.grouped} is taken out."))
    return redirect(url_for(".show_storage", tube=tube.text))


@bp.post("/storage/discard")
@requires(Permission.RECEPTION_WRITE)
def discard() -> ResponseReturnValue:
    try:
        tubes = [forms.tube_of({"tube": each}) for each in request.form.getlist("discard")]
        if not tubes:
            raise BadInput("Chưa chọn ống nào.", "No tube is ticked.")
        with transaction() as session:
            for tube in tubes:
                sight.check_tube(session, current_within(), tube)
            count = services.discard(session, tubes, by=actor(), now=now())
    except DomainError as problem:
        return _storage(problem)
    flash(t(f"Đã hủy {count} ống hết hạn giữ.", f"{count} tubes are discarded."))
    return redirect(url_for(".show_storage"))


def _rack() -> Rack:
    size = forms.number(request.form, "size", low=min(RACKS), high=max(RACKS))
    if size not in RACKS:
        raise BadInput(
            "Chọn giá 81, 96 hoặc 100 chỗ.", "Choose a rack of 81, 96 or 100 places.", field="size"
        )
    freezer = forms.required_text(request.form, "freezer", longest=40)
    return Rack(freezer, forms.required_text(request.form, "rack", longest=40), size)


def _position(rack: Rack) -> str:
    text = request.form.get("position", "").strip()
    shape = RACKS[rack.size]
    try:
        return shape.name(shape.well(text)) if text else ""
    except NoSuchWell as error:
        raise BadInput(
            f"Giá này không có vị trí {text[:8]}.",
            f"This rack has no place {text[:8]}.",
            field="position",
        ) from error


def _day(field: str) -> date:
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError as error:
        raise BadInput(
            "Chọn ngày giữ đến.", "Choose the day to keep it until.", field="keep_until"
        ) from error


def _storage(problem: DomainError | None = None, of: Tube | None = None) -> ResponseReturnValue:
    form = request.form if problem else request.args
    freezer, rack = form.get("freezer", ""), form.get("rack", "")
    lab = request.args.get("lab", place())
    today = local(now()).date()
    within = current_within()
    with reading() as session:
        if of and not sight.sees_tube(session, within, of):
            of = None
        page = render_template(
            "lab/storage.html",
            problem=problem,
            form=form,
            of=of,
            place=queries.place_of(session, of) if of else None,
            steps=queries.steps_of(session, of) if of else [],
            keep_until=form.get("keep_until") or (today + KEPT).isoformat(),
            standing=queries.rack_of(session, lab, freezer, rack, within) if rack else [],
            racks=queries.racks(session, within),
            lab=lab,
            here=place(),
            due=queries.due(session, on=today, within=within),
            sizes=list(RACKS),
        )
    return cameras.allowed(make_response(page, problem.status if problem else 200))
