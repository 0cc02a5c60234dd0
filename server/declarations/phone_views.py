"""The page behind a poster: anybody declares on their phone, without an app or an account.

Plain forms do all of it.  A script of ours keeps a declaration on the phone while the network is
away and sends it later (`/api/v1/declarations/…`), under an id that the phone made.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from contract.cards import CardNumber
from contract.identities import masked_name
from labels.cards import CardFace, grouped
from server.accounts.sessions import new_token
from server.declarations import form_versions, phone_cards, phones, points, queries
from server.declarations.declare import declare
from server.declarations.models import Declaration, Point
from server.declarations.phone_fields import FieldsWrong, Sent, wish_of
from server.declarations.phone_models import PhonePerson
from server.declarations.questions import Form
from server.display import local
from server.errors import BadInput, DomainError, NotFound
from server.forms import tidy, uuid_of
from server.web import now, public, reading, settings, t, transaction

bp = Blueprint("phone", __name__)
HEADER = "X-Ghepmau-Phone"  # no page of another site can send it


def phone_cookie() -> str:
    return "__Host-phone" if settings().secure else "phone"


def _token() -> str:
    token = request.cookies.get(phone_cookie(), "")
    return token if 20 <= len(token) <= 100 else ""


@bp.get("/d")
@public
def find_point() -> ResponseReturnValue:
    """Take a code that was typed from a poster."""
    code = tidy(request.args.get("code", "")).replace(" ", "")[:20].upper()
    if code.isalnum() and code.isascii():
        return redirect(url_for(".show_form", code=code))
    return _sorry("", 200)


@bp.get("/d/<code>")
@public
def show_form(code: str) -> ResponseReturnValue:
    try:
        return _page(code, Sent())
    except (NotFound, points.PointClosed) as problem:
        return _sorry(t(problem.vi, problem.en), problem.status)


@bp.post("/d/<code>")
@public
def take_form(code: str) -> ResponseReturnValue:
    try:
        made, _ = _declare(code, request.form)
    except FieldsWrong as problem:
        return make_response(_page(code, Sent(request.form, problem.fields)), problem.status)
    except points.PointClosed as problem:
        return _sorry(t(problem.vi, problem.en), problem.status)
    return redirect(url_for(".show_done", code=code, which=made.id), code=303)


@bp.post("/api/v1/declarations/<code>")
@public
def take_kept(code: str) -> ResponseReturnValue:
    """Take what a phone kept while the network was away; sending it twice is sending it once."""
    if request.headers.get(HEADER) != "1":
        raise BadInput("Yêu cầu không do trang này gửi.", "This was not sent by our page.")
    try:
        made, _ = _declare(code, request.form)
    except FieldsWrong as problem:
        fields = {name: t(*words) for name, words in problem.fields.items()}
        answer = {"code": problem.code, "message": problem.vi, "message_en": problem.en}
        return {**answer, "fields": fields}, problem.status
    return {"id": str(made.id), "next": url_for(".show_done", code=code, which=made.id)}


def _declare(code: str, sent: MultiDict[str, str]) -> tuple[Declaration, PhonePerson | None]:
    with reading() as session:
        form = form_versions.form_of(session, tidy(sent.get("form", ""))[:40])
    wish = wish_of(sent, form, local(now()).date())
    most = settings().declarations_per_address
    with transaction() as session:
        point = points.get_point(session, code)
        phones.check_point(session, point.id, now=now())
        phones.note_try(session, request.remote_addr or "", most=most, now=now())
        return declare(session, point, wish, token=_token(), now=now())


@bp.get("/d/<code>/done/<uuid:which>")
@public
def show_done(code: str, which: UUID) -> ResponseReturnValue:
    """Show what was kept, and the card to keep: to the phone that sent it only."""
    with reading() as session:
        point = points.get_point(session, code)
        made = queries.declaration(session, which)
        person = phones.person_declared(session, _token(), made.person_id) if made else None
        if made is None or made.point_id != point.id or person is None:
            raise _not_here()
        return render_template(
            "declarations/phone_done.html",
            point=point,
            made=made,
            person=person,
            number=grouped(CardNumber(person.number)),
            qr=phone_cards.svg_path(person.card),
        )


@bp.get("/d/card/<uuid:which>.<any(png, pdf):form>")
@public
def save_card(which: UUID, form: str) -> ResponseReturnValue:
    """Give the card of somebody this phone declared for, as a picture or to print."""
    with reading() as session:
        person = phones.person_on(session, _token(), which)
        face = CardFace(CardNumber(person.number), person.card, person.name, person.birth_year)
    content, mime = phone_cards.drawn(face, form)
    answer = Response(content, content_type=mime)
    kind = "attachment" if form == "png" else "inline"
    answer.headers["Content-Disposition"] = f'{kind}; filename="the-{person.number}.{form}"'
    return answer


@bp.get("/d/worker.js")
@public
def worker() -> ResponseReturnValue:
    """Give the script that opens the page while there is no network; it may serve /d/ only."""
    return current_app.send_static_file("js/phone-worker.js")


def _page(code: str, sent: Sent) -> Response:
    token = _token()
    with reading() as session:
        point = points.get_point(session, code)
        points.check_open(point, now())
        form = form_versions.current(session, now=now())
        known = phones.people_of(session, token, now=now())
        asked = sent.fields.get("who") or request.args.get("who", "")
        who = phones.person_on(session, token, uuid_of(asked)) if asked else None
        page = render_template("declarations/phone.html", **_shown(point, form, known, who, sent))
    answer = make_response(page)
    if not token:
        _know_again(answer)
    return answer


def _shown(
    point: Point, form: Form, known: list[PhonePerson], who: PhonePerson | None, sent: Sent
) -> Mapping[str, Any]:
    asked = [f"q.{question.id}" for question in form.questions]
    before = [] if who else ["behalf", "name", "birth", "sex", "number", "contact"]
    return {
        "point": point,
        "form": form,
        "known": [] if who else known,
        "who": who,
        "masked": masked_name,
        "steps": [*before, *asked, "send"],
        "said": sent.fields,
        "wrong": sent.wrong,
        "id": sent.fields.get("id") or str(uuid4()),
    }


def _know_again(answer: Response) -> None:
    """Let the phone be known again: before it sends anything, so that a lost answer is no loss."""
    answer.set_cookie(
        phone_cookie(), new_token(), max_age=int(phones.KEPT.total_seconds()), httponly=True,
        samesite="Lax", secure=settings().secure, path="/",
    )  # fmt: skip


def _sorry(sentence: str, status: int) -> ResponseReturnValue:
    return render_template("declarations/phone_sorry.html", sentence=sentence), status


def _not_here() -> DomainError:
    return NotFound(
        "Trang này chỉ mở được trên điện thoại đã khai. Quét lại áp phích để khai.",
        "This page opens only on the phone that declared. Scan the poster again.",
    )
