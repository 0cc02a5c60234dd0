"""Result slips: printed for a person, and checked by anybody who is shown one."""

from io import BytesIO
from uuid import UUID

import msgspec
from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from labels.slips import result_slip
from server import cameras
from server.errors import BadInput
from server.record import slip_keys, slips
from server.record.slip_models import ResultSlip
from server.record.slip_paper import face_of
from server.web import Permission, actor, now, public, reading, requires, settings, transaction

bp = Blueprint("slips", __name__)
LONGEST = 3000
FRAMES = cameras.Budget()


def rules() -> slips.Rules:
    set_to = settings()
    return slips.Rules(set_to.slip_key, set_to.result_hours, set_to.issuer)


@bp.post("/people/<uuid:person_id>/slips/<uuid:outcome_id>")
@requires(Permission.PERSON_READ)
def print_slip(person_id: UUID, outcome_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        slips.check_theirs(session, person_id, outcome_id)
        slip = slips.issue_slip(session, outcome_id, rules(), by=actor(), now=now())
        return as_pdf(session, slip)


def as_pdf(session: Session, slip: ResultSlip) -> ResponseReturnValue:
    """Answer with the slip on paper."""
    paper = BytesIO()
    result_slip(face_of(session, slip, url=settings().public_url, issuer=rules().issuer), paper)
    paper.seek(0)
    return send_file(paper, "application/pdf", download_name=f"phieu-{slip.id}.pdf")


@bp.get("/verify-slip")
@public
def show_check() -> ResponseReturnValue:
    return _checked(None)


def _checked(verdict: slips.Verdict | None) -> Response:
    page = render_template("record/verify.html", verdict=verdict)
    return cameras.allowed(make_response(page))


@bp.post("/verify-slip/frame")
@public
def read_frame() -> ResponseReturnValue:
    """Read the codes on a frame of the page's camera; it is not kept."""
    if (request.content_length or 0) > cameras.LARGEST_FRAME:
        abort(413)
    if not FRAMES.take(request.remote_addr or "", now=now()):
        abort(429)
    return {"codes": cameras.codes_in(request.get_data(cache=False))}


@bp.post("/verify-slip")
@public
def check_slip() -> ResponseReturnValue:
    said = request.form.get("code", "")
    if len(said) > LONGEST or not said.strip():
        raise BadInput(
            "Quét hoặc dán mã trên phiếu.", "Scan or paste the code of the slip.", field="code"
        )
    number = _number(said)
    if number is not None:
        return redirect(url_for(".check_number", number=number))
    with reading() as session:
        return _checked(slips.check_code(session, said, rules(), now=now()))


def _number(said: str) -> UUID | None:
    """Return the slip's number where somebody scanned the address, or typed the number."""
    try:
        return UUID(said.strip().rsplit("/", 1)[-1])
    except ValueError:
        return None


@bp.get("/verify-slip/<uuid:number>")
@public
def check_number(number: UUID) -> ResponseReturnValue:
    with reading() as session:
        return _checked(slips.check_number(session, number, now=now()))


@bp.get("/slip-keys")
@public
def show_keys() -> ResponseReturnValue:
    return render_template("record/keys.html", published=_published())


@bp.get("/api/v1/slip-keys")
@public
def api_keys() -> ResponseReturnValue:
    return Response(msgspec.json.encode(_published()), content_type="application/json")


def _published() -> slip_keys.PublishedKeys:
    return slip_keys.published(settings().slip_key, settings().issuer)
