"""The pages of imports: bring a file, read its receipt, confirm it.  No names are shown.

A receipt in progress asks the browser to come again every two seconds, without a script.
"""

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from server import forms
from server.accounts.current import current_within
from server.errors import BadInput, DomainError
from server.lab.imports import laid_out, plates, queries, services
from server.lab.imports.models import Fate, State
from server.lab.instruments.reason_words import reason_of
from server.lab.run_words import REASONS
from server.web import (
    Permission,
    actor,
    large_body,
    now,
    reading,
    requires,
    t,
    transaction,
    user,
)

bp = Blueprint("imports", __name__)
AGAIN_SECONDS = 2
MOVING = {State.RECEIVED, State.STAGING, State.ENTERING}


@bp.get("/imports")
@requires(Permission.RESULT_WRITE)
def show_imports() -> ResponseReturnValue:
    return _imports()


@bp.post("/imports")
@large_body
@requires(Permission.RESULT_WRITE)
def upload() -> ResponseReturnValue:
    """Keep what was sent; several files at once make several receipts."""
    try:
        sent = [file for file in request.files.getlist("file") if file.filename]
        if not sent:
            raise BadInput("Hãy chọn tệp của máy.", "Choose the machine's file.", field="file")
        contents = [(_name(file.filename), _content(file)) for file in sent]
        person = user()
        how = {"by": actor(), "place": person.place if person else ""}
        with transaction() as session:
            kept = [
                services.keep(session, content, name=name, now=now(), **how)
                for name, content in contents
            ]
    except DomainError as problem:
        return _imports(problem)
    for _, fresh in kept:
        if not fresh:
            flash(
                t(
                    "Tệp này đã được nhập trước đây: đây là biên nhận cũ, không có gì thay đổi.",
                    "This file was imported before: this is its first receipt; nothing changed.",
                )
            )
    if len(kept) == 1:
        return redirect(url_for(".show_receipt", import_id=kept[0][0].id))
    flash(t(f"Đã nhận {len(kept)} tệp.", f"{len(kept)} files were taken in."))
    return redirect(url_for(".show_imports"))


def _content(file: FileStorage) -> bytes:
    """Read what was sent and let go of the temporary file that it lay in."""
    with file.stream as stream:
        content: bytes = stream.read()
    return content


def _name(name: str | None) -> str:
    return forms.tidy(name or "")[:200]


def _imports(problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        found = queries.latest(session, current_within())
        page = render_template(
            "lab/imports.html", problem=problem, imports=found, moving=MOVING, states=State
        )
    busy = any(each.state in MOVING for each in found)
    return _again(page, problem.status if problem else 200, busy=busy)


def _again(page: str, status: int, *, busy: bool) -> ResponseReturnValue:
    response = make_response(page, status)
    if busy:
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


@bp.post("/imports/confirm")
@requires(Permission.RESULT_WRITE)
def confirm_ticked() -> ResponseReturnValue:
    """Confirm the ticked imports, all or none."""
    try:
        ids = [forms.uuid_of(text) for text in request.form.getlist("import")]
        if not ids:
            raise BadInput("Chưa chọn lần nhập nào.", "No import is ticked.")
        with transaction() as session:
            queries.check_in_sight(session, ids, current_within())
            for import_id in ids:
                services.confirm(
                    session, import_id, assay=_assay(), knows_cut=False, by=actor(), now=now()
                )
    except DomainError as problem:
        return _imports(problem)
    flash(t(f"Đã xác nhận {len(ids)} lần nhập.", f"{len(ids)} imports are confirmed."))
    return redirect(url_for(".show_imports"))


@bp.get("/imports/<uuid:import_id>")
@requires(Permission.RESULT_WRITE)
def show_receipt(import_id: UUID) -> ResponseReturnValue:
    return _receipt(import_id)


def _receipt(import_id: UUID, problem: DomainError | None = None) -> ResponseReturnValue:
    asked = {"fate": request.args.get("fate", ""), "reason": request.args.get("reason", "0")}
    page = forms.number({"page": request.args.get("page", "1")}, "page", low=1, high=100_000)
    reason = forms.number({"reason": asked["reason"] or "0"}, "reason", low=0, high=999)
    with reading() as session:
        file = services.import_named(session, import_id)
        code = request.values.get("assay", file.assay or plates.guess(session, file))
        staged = file.state == State.STAGED
        shown = queries.rows(session, file, fate=asked["fate"], reason=reason, page=page)
        body = render_template(
            "lab/import.html",
            problem=problem,
            file=file,
            told=queries.told(session, file),
            notices=queries.notices(file),
            sums=queries.sums(session, file),
            rows=shown,
            assay=code,
            run_id=plates.run_id_of(session, file),
            assays=plates.assays_for(session, file) if staged else [],
            preview=plates.preview(session, file, code) if staged else None,
            elsewhere=laid_out.elsewhere(session, file) if staged else [],
            reason_of=reason_of,
            control_words=REASONS,
            fate=asked["fate"] if asked["fate"] in set(Fate) else "",
            reason=reason,
            page=page,
            more=len(shown) == queries.PAGE,
            moving=file.state in MOVING,
            states=State,
        )
    return _again(body, problem.status if problem else 200, busy=file.state in MOVING)


@bp.post("/imports/<uuid:import_id>/confirm")
@requires(Permission.RESULT_WRITE)
def confirm(import_id: UUID) -> ResponseReturnValue:
    try:
        with transaction() as session:
            services.confirm(
                session,
                import_id,
                assay=_assay(),
                knows_cut=request.form.get("cut") == "known",
                by=actor(),
                now=now(),
            )
    except DomainError as problem:
        return _receipt(import_id, problem)
    flash(
        t(
            "Đã xác nhận. Kết quả đang được nhập; người khác sẽ duyệt.",
            "Confirmed. The results are being entered; somebody else verifies them.",
        )
    )
    return redirect(url_for(".show_receipt", import_id=import_id))


@bp.post("/imports/<uuid:import_id>/discard")
@requires(Permission.RESULT_WRITE)
def discard(import_id: UUID) -> ResponseReturnValue:
    try:
        with transaction() as session:
            services.discard(session, import_id, by=actor(), now=now())
    except DomainError as problem:
        return _receipt(import_id, problem)
    flash(t("Đã bỏ lần nhập này; tệp vẫn được giữ.", "The import is put aside; its file is kept."))
    return redirect(url_for(".show_receipt", import_id=import_id))


@bp.post("/imports/<uuid:import_id>/restore")
@requires(Permission.RESULT_WRITE)
def restore(import_id: UUID) -> ResponseReturnValue:
    try:
        with transaction() as session:
            services.restore(session, import_id, by=actor(), now=now())
    except DomainError as problem:
        return _receipt(import_id, problem)
    return redirect(url_for(".show_receipt", import_id=import_id))


def _assay() -> str:
    return forms.optional_text(request.form, "assay", longest=40)
