"""Plates on the page: begin one, fill it by scanning, mend it, lock it, hand it to the machine."""

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)  # fmt: skip
from flask import url_for as to
from flask.typing import ResponseReturnValue

from server import cameras, forms
from server.accounts.current import current_within
from server.display import t
from server.errors import BadInput, DomainError
from server.lab import assay_versions
from server.lab.plates import assaying, keying_views, layouts, queries, services
from server.lab.plates.acts import ACTS
from server.lab.plates.geometry import Fill
from server.lab.plates.layouts import FORMATS, Entry, Layout, Target
from server.lab.plates.templates import CONTROLS, TEMPLATES
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("plates", __name__)
bp.add_url_rule("/plates/<plate_id>/key", view_func=keying_views.show_key, methods=["GET"])
bp.add_url_rule("/plates/<plate_id>/key", view_func=keying_views.key, methods=["POST"])
FILLS = {
    Fill.COLUMNS: ("theo cột: A1, B1, C1 …", "by columns: A1, B1, C1 …"),
    Fill.ROWS: ("theo hàng: A1, A2, A3 …", "by rows: A1, A2, A3 …"),
}


@bp.get("/plates")
@requires(Permission.RESULT_WRITE)
def show_plates() -> ResponseReturnValue:
    return _plates()


@bp.post("/plates")
@requires(Permission.RESULT_WRITE)
def begin() -> ResponseReturnValue:
    try:
        template = request.form.get("template", "")
        if template not in TEMPLATES:
            raise BadInput("Hãy chọn loại đĩa.", "Choose the kind of plate.", field="template")
        fill = forms.choice(request.form, "fill", Fill)
        title = forms.optional_text(request.form, "title", longest=64)
        assay = request.form.get("assay", "")
        with transaction() as session:
            assaying.check(session, assay)
            plate = services.new_plate(
                session, template, fill, title=title, assay=assay, by=actor(), now=now()
            )
    except DomainError as problem:
        return _plates(problem)
    return redirect(to(".show_plate", plate_id=plate.id))


@bp.get("/plates/<plate_id>")
@requires(Permission.RESULT_WRITE)
def show_plate(plate_id: str) -> ResponseReturnValue:
    return _plate(plate_id)


@bp.post("/plates/<plate_id>/<act>")
@requires(Permission.RESULT_WRITE)
def act_on(plate_id: str, act: str) -> ResponseReturnValue:
    """Do one thing to the plate, and show it again."""
    if act not in ACTS:
        abort(404)
    try:
        with transaction() as session:
            said = ACTS[act](session, plate_id, request.form, actor(), now())
    except DomainError as problem:
        return _plate(plate_id, problem)
    flash(t(said.vi, said.en), said.kind)
    return redirect(to(".show_plate", plate_id=plate_id))


@bp.get("/plates/<plate_id>/layout/<form>")
@requires(Permission.RESULT_WRITE)
def export(plate_id: str, form: str) -> ResponseReturnValue:
    """Give the layout as the file of a machine's software."""
    if form not in FORMATS:
        raise BadInput("Không có dạng tệp này.", "There is no such kind of file.")
    with reading() as session:
        plate = queries.plate_named(session, plate_id)
        entries = [
            Entry(each.well, each.tube.text if each.tube else each.control, each.control)
            for each in plate.wells
        ]
        channels = assaying.assay_of(session, plate).channels
        targets = [Target(each.name, each.dye) for each in channels]
        layout = Layout(plate.id, queries.shape_of(plate), entries, targets)
    chosen: layouts.Format = FORMATS[form]
    answer = Response(chosen.write(layout), mimetype="text/plain; charset=utf-8")
    name = f"{plate.id}-{form}.{chosen.ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _plates(problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "lab/plates.html",
            problem=problem,
            plates=queries.newest_plates(session, within=current_within()),
            templates=TEMPLATES,
            assays=assay_versions.assays_in_use(session),
            fills=FILLS,
        ), problem.status if problem else 200


def _plate(plate_id: str, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        plate = queries.plate_named(session, plate_id)
        cells = queries.cells_of(session, plate)
        page = render_template(
            "lab/plate.html",
            problem=problem,
            plate=plate,
            assay=assaying.assay_of(session, plate),
            shape=queries.shape_of(plate),
            cells=cells,
            at=request.args.get("at", "")[:8],
            fills=FILLS,
            controls=CONTROLS,
            formats=FORMATS,
            next_well=services.next_name(plate),
        )
    return cameras.allowed(make_response(page, problem.status if problem else 200))
