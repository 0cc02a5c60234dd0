"""A person's numbers: what leads to them and why; linked and unlinked with a reason; records of
one person merged and parted."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.audit import names_shown
from server.audit import services as audit
from server.errors import BadInput
from server.forms import required_text, uuid_of
from server.people import link_queries, merges, numbers, whose
from server.people.models import Identity
from server.people.whole import check_whole
from server.web import Permission, actor, now, requires, t, transaction

bp = Blueprint("person_numbers", __name__)
LONGEST_CODE = 1500


@bp.get("/people/<uuid:person_id>/numbers")
@requires(Permission.IDENTITY_DECIDE)
def show_numbers(person_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        page = link_queries.numbers_page(session, person_id, current_within())
        audit.record(session, "person.read", person_id, by=actor(), now=now(), detail="numbers")
        named = (*page.records, *(each.person for each in page.suggested))
        names_shown.note(
            session, "identities.read", (each.id for each in named if each.id != person_id),
            by=actor(), now=now(),
        )  # fmt: skip
        return render_template(
            "people/numbers.html", strength=numbers.strength_of, **page._asdict()
        )


@bp.post("/people/<uuid:person_id>/numbers")
@requires(Permission.IDENTITY_DECIDE)
def link_number(person_id: UUID) -> ResponseReturnValue:
    said = request.form.get("number", "").strip()
    if not 0 < len(said) <= LONGEST_CODE:
        raise BadInput("Quét hoặc nhập một số.", "Scan or type a number.", field="number")
    code, reason = numbers.read_number(said), required_text(request.form, "reason", longest=200)
    take = "take" in request.form
    try:
        with transaction() as session:
            made = numbers.link_number(
                session, person_id, code, reason=reason, take=take, by=actor(), now=now(),
                within=current_within(),
            )  # fmt: skip
            waiting = whose.asked_about(session, made.replaces_id) if made.replaces_id else 0
    except numbers.NumberTaken as taken:
        with transaction() as session:  # it tells that somebody has the number: that leaves a trace
            audit.record(session, "identity.link-refused", person_id, by=actor(), now=now(),
                         detail=taken.code)  # fmt: skip
        raise
    flash(t("Đã liên kết số này.", "The number is linked."))
    _say_asked(waiting)
    return _back(person_id)


@bp.post("/people/<uuid:person_id>/numbers/<uuid:identity_id>/unlink")
@requires(Permission.IDENTITY_DECIDE)
def unlink_number(person_id: UUID, identity_id: UUID) -> ResponseReturnValue:
    reason = required_text(request.form, "reason", longest=200)
    theirs = _said_theirs()
    with transaction() as session:
        again = numbers.unlink_number(
            session, identity_id, reason=reason, theirs=theirs, by=actor(), now=now()
        )
        waiting = whose.asked_about(session, identity_id)
        took = session.get_one(Identity, identity_id).replaces_id
        waiting += whose.asked_about(session, took) if took else 0  # what was asked stays asked
    if again is None:
        flash(t("Đã gỡ số này.", "The number is unlinked."))
    else:
        flash(t("Đã gỡ; số này trở về hồ sơ trước.", "Unlinked; it is the earlier record's again."))
    _say_asked(waiting)
    return _back(person_id)


def _said_theirs() -> bool:
    """Neither is taken for granted: one takes results back, the other leaves them with a person."""
    said = request.form.get("theirs")
    if said not in ("yes", "no"):
        raise BadInput(
            "Chọn: đến nay số này có đúng là của người này không.",
            "Choose whether the number was this person's until now.",
            field="theirs",
        )
    return said == "yes"


def _say_asked(waiting: int) -> None:
    if waiting:
        flash(t(f"{waiting} mẫu đã lấy theo số này, nay chờ trả lời là của ai: mở trang Danh tính.",
                f"{waiting} samples came by this number and wait for an answer whose they are:"
                " open the page Identities."))  # fmt: skip


@bp.post("/people/<uuid:person_id>/merge")
@requires(Permission.IDENTITY_DECIDE)
def merge(person_id: UUID) -> ResponseReturnValue:
    other = uuid_of(request.form.get("other", ""))
    reason = required_text(request.form, "reason", longest=200)
    with transaction() as session:
        check_whole(session, other, current_within())
        merges.merge(
            session, person_id, other, reason=reason, evidence="page", by=actor(), now=now()
        )
    flash(t("Đã gộp hai hồ sơ; tách lại được.", "The records are merged; they can be parted."))
    return _back(person_id)


@bp.post("/people/<uuid:person_id>/merges/<uuid:merge_id>/part")
@requires(Permission.IDENTITY_DECIDE)
def part(person_id: UUID, merge_id: UUID) -> ResponseReturnValue:
    reason = required_text(request.form, "reason", longest=200)
    with transaction() as session:
        merges.part(session, merge_id, reason=reason, by=actor(), now=now())
    flash(t("Đã tách: mỗi hồ sơ như trước.", "Parted: each record is as it was."))
    return _back(person_id)


def _back(person_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".show_numbers", person_id=person_id))
