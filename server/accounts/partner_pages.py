"""The administrator's page of partners: let in, give a token, shut out."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts import partners
from server.accounts.current import current_within
from server.errors import BadInput
from server.forms import place_or_text, required_text
from server.permissions import Scope
from server.web import Permission, actor, now, reading, requires, t, transaction

bp = Blueprint("partners", __name__)
SCOPES = {
    Scope.FHIR_READ: ("Đọc kết quả (FHIR)", "Read results (FHIR)"),
    Scope.RESOLVE: ("Hỏi mã của ai", "Ask whose code it is"),
    Scope.RESOLVE_STATUS: ("và tình trạng của người đó", "and that person's status"),
    Scope.UPSTREAM: ("Gửi kết luận từ máy chủ cấp dưới", "Hand over outcomes of a server below"),
}


@bp.get("/partners")
@requires(Permission.PARTNER_WRITE)
def show_partners() -> ResponseReturnValue:
    return _page()


@bp.post("/partners")
@requires(Permission.PARTNER_WRITE)
def add_partner() -> ResponseReturnValue:
    """Let a partner in and show its token, here and never again."""
    name = required_text(request.form, "partner", longest=32)
    place = place_or_text(required_text(request.form, "place", longest=64))
    if not partners.may_manage(current_within(), place):
        abort(404)
    with transaction() as session:
        token = partners.add_partner(
            session,
            name,
            label=required_text(request.form, "label", longest=80),
            scopes=_scopes(request.form.getlist("scope")),
            place=place,
            by=actor(),
            now=now(),
        )
    return _page(name, token)


@bp.post("/partners/<name>/token")
@requires(Permission.PARTNER_WRITE)
def renew_token(name: str) -> ResponseReturnValue:
    with transaction() as session:
        token = partners.renew_token(session, name, by=actor(), now=now())
    return _page(name, token)


@bp.post("/partners/<name>/revoke")
@requires(Permission.PARTNER_WRITE)
def revoke_partner(name: str) -> ResponseReturnValue:
    with transaction() as session:
        partners.revoke_partner(session, name, by=actor(), now=now())
    flash(t(f"Đã thu hồi mã của {name}.", f"The token of {name} is revoked."))
    return redirect(url_for(".show_partners"))


def _scopes(chosen: list[str]) -> list[Scope]:
    try:
        return [Scope(word) for word in chosen]
    except ValueError as error:
        raise BadInput(
            "Chọn quyền trong danh sách.", "Choose scopes from the list.", field="scope"
        ) from error


def _page(name: str = "", token: str = "") -> ResponseReturnValue:
    with reading() as session:
        known = partners.managed(session, current_within())
        ending = {each.id for each in partners.ending_soon(session, now=now())}
    return render_template(
        "accounts/partners.html", partners=known, ending=ending, new=name, token=token,
        scopes=SCOPES,
    )  # fmt: skip
