"""Pages of assays: the versions that runs refer to, and a form that writes the next one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import forms
from server.display import t
from server.errors import BadInput, DomainError, NotFound
from server.lab import assay_versions
from server.lab.assay import parse
from server.lab.run_words import REASONS
from server.lab.words import CALLS
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("assays", __name__)
LONGEST = 20_000


@bp.get("/assays")
@requires(Permission.RESULT_WRITE)
def show_assays() -> ResponseReturnValue:
    with reading() as session:
        return render_template("lab/assays.html", assays=assay_versions.assays_in_use(session))


@bp.get("/assays/<code>")
@requires(Permission.RESULT_WRITE)
def show_assay(code: str) -> ResponseReturnValue:
    return _assay(code)


@bp.post("/assays/<code>")
@requires(Permission.ASSAY_WRITE)
def write(code: str) -> ResponseReturnValue:
    try:
        note = forms.required_text(request.form, "note", longest=200)
        text = _definition(code)
        with transaction() as session:
            written = assay_versions.write_version(session, text, note=note, by=actor(), now=now())
            version = written.version
    except DomainError as problem:
        return _assay(code, problem)
    flash(
        t(
            f"Bản {version} có hiệu lực cho các lượt chạy mới. Lượt đã có giữ bản của nó.",
            f"Version {version} holds for new runs. Runs that there are keep theirs.",
        )
    )
    return redirect(url_for(".show_assay", code=code))


def _definition(code: str) -> str:
    text = request.form.get("definition", "").replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise BadInput("Bản mô tả quá dài.", "The definition is too long.", field="definition")
    if parse(text).code != code:
        raise BadInput(
            "Mã xét nghiệm không được đổi.", "The assay's code must stay.", field="definition"
        )
    return text


def _assay(code: str, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        text = assay_versions.texts_in_use(session).get(code)
        if text is None:
            raise NotFound("Không có xét nghiệm này.", "There is no such assay.")
        return render_template(
            "lab/assay.html",
            problem=problem,
            form=request.form if problem else {},
            assay=assay_versions.definition(text),
            text=text,
            versions=assay_versions.versions_of(session, code),
            calls=CALLS,
            reasons=REASONS,
        ), problem.status if problem else 200
