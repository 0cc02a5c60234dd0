"""A person's own page: behind a secret link and the whole date of birth.  No account, no app."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server import local_forms
from server.display import local
from server.errors import NotFound
from server.record import (
    mine,
    mine_page,
    request_views,
    requests,
    slips,
    vaccination_pages,
    vaccinations,
)
from server.record.mine_models import MyLink
from server.record.request_words import KINDS
from server.record.requests import Kind
from server.record.slip_views import as_pdf, rules
from server.web import now, public, reading, t, transaction

bp = Blueprint("mine", __name__)
OPEN_FOR = timedelta(minutes=20)
_KEY = "my-page"  # in the signed cookie: which link, and until when
BY = "person"  # who acts on their own page


class ClosedAgain(NotFound):
    code = "page-closed"
    status = 403


@bp.get("/my/<string(maxlength=40):token>")
@public
def ask_birth(token: str) -> ResponseReturnValue:
    return render_template("record/birth.html", token=token)


@bp.post("/my/<string(maxlength=40):token>")
@public
def open_mine(token: str) -> ResponseReturnValue:
    said, ends = request.form.get("birth", "")[:20], request.form.get("ends", "")[:20]
    address = request.remote_addr or ""
    with transaction() as db:
        mine.check_tries(db, token, address, now=now())
        link = mine.open_page(db, token, said, ends)
        opened = str(link.id) if link else None
        if link is not None:
            mine.note_opening(db, link, by=BY, now=now())
    if opened is None:
        with transaction() as db:
            mine.note_failure(db, token, address, now=now())
        raise mine.NotYours(
            "Mã trên thẻ, ngày sinh hoặc 4 số cuối không đúng. Xem lại rồi nhập lại.",
            "The card's code, the date of birth or the last 4 digits are wrong. Try again.",
        )
    session[_KEY] = [opened, (now() + OPEN_FOR).timestamp()]
    return redirect(url_for(".show_mine"), 303)


@bp.get("/my")
@public
def show_mine() -> ResponseReturnValue:
    with reading() as db:
        link = _opened(db)
        page = mine_page.my_page(db, link.person_id)
        return render_template(
            "record/mine.html",
            dose_of=vaccinations.dose_of,
            kinds=KINDS,
            **page._asdict(),
        )


@bp.post("/my/slips/<uuid:outcome_id>")
@public
def my_slip(outcome_id: UUID) -> ResponseReturnValue:
    with transaction() as db:
        link = _opened(db)
        slips.check_theirs(db, link.person_id, outcome_id)
        return as_pdf(db, slips.issue_slip(db, outcome_id, rules(), by=BY, now=now()))


@bp.post("/my/certificates")
@public
def my_certificate() -> ResponseReturnValue:
    said = vaccination_pages.certificate_in(request.form)
    with transaction() as db:
        link = _opened(db)
        made = vaccinations.add_certificate(
            db, said, vaccination_pages.issuers(), person_id=link.person_id, place="", by=BY,
            now=now(),
        )  # fmt: skip
    flash(vaccination_pages.sentence(made))
    return redirect(url_for(".show_mine"), 303)


@bp.post("/my/requests")
@public
def my_request() -> ResponseReturnValue:
    with transaction() as db:
        made = request_views.enter(db, _opened(db).person_id, source="page", by=BY)
        due = local(made.due_at)
    flash(
        t(
            f"Đã ghi yêu cầu. Trả lời chậm nhất {local_forms.moment(due, 'vi')}, ở trang này.",
            f"Your request is entered. The answer stands here by {local_forms.moment(due, 'en')}.",
        )
    )
    return redirect(url_for(".show_mine"), 303)


@bp.get("/my/data.json")
@public
def my_data() -> ResponseReturnValue:
    """Everything that is stored, once a wish to see it was answered."""
    with transaction() as db:
        link = _opened(db)
        asked = requests.requests_of(db, link.person_id)
        if not any(each.kind == Kind.SEE and each.answer == "done" for each in asked):
            raise NotFound("Chưa có bản xuất.", "There is no export yet.")
        return request_views.export(db, link.person_id, by=BY)


@bp.post("/my/close")
@public
def close_mine() -> ResponseReturnValue:
    session.pop(_KEY, None)
    return redirect("/verify-slip", 303)


def _opened(db: Session) -> MyLink:
    """Return the link that this browser opened; raise where it did not, or long ago."""
    opened, until = session.get(_KEY) or ("", 0.0)
    left = until - now().timestamp()  # more than it ever is: by a clock that ran ahead
    link = mine.still_open(db, UUID(opened)) if 0 < left <= OPEN_FOR.total_seconds() else None
    if link is None:
        raise ClosedAgain(
            "Trang đã đóng. Quét lại mã trên thẻ của bạn.",
            "The page is closed. Scan the code on your card again.",
        )
    return link
