"""Changing one's second factors: security keys, the authenticator, codes for paper.

A change begins on one page that asks for the password and, where there is one, the second factor.
What is added follows with a seal (`showing.proof`), which an error hands back and never renews;
what ends, and new codes for paper, are answered at once.
"""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.accounts import factors, own_pages, security_keys, services, sessions, showing, throttle
from server.accounts.security_keys import Site
from server.beside import Wrong
from server.errors import BadInput, DomainError
from server.forms import tidy
from server.web import actor, now, reading, signed_in, t, transaction, user

bp = Blueprint("factors", __name__)
ACTS = {"key", "authenticator", "codes", "end"}


@bp.get("/account/prove")
@signed_in
def show_proof() -> ResponseReturnValue:
    if "act" not in request.args:  # an address without what it was for: the page that leads here
        return redirect(url_for("account.show_account"))
    return _proof_page(request.args.get("act", ""), request.args.get("factor", ""))


@bp.post("/account/prove")
@signed_in
def prove() -> ResponseReturnValue:
    """Take password and second factor; then do, or show, what they were asked for.

    What is wrong is said beside its field, and counted.
    """
    act, factor = request.form.get("act", ""), request.form.get("factor", "")
    if act not in ACTS:
        raise _no_act()
    try:
        own_pages.check_again(request.form.get("password", ""))
    except services.WrongPassword as error:
        return _proof_page(act, factor, Wrong("password", error))
    except throttle.TooManyAttempts as error:
        return _proof_page(act, factor, Wrong("form", error))
    try:
        _show_factor(act)
    except (factors.CodeWrong, security_keys.KeyLate) as error:
        if isinstance(error, factors.CodeWrong):
            own_pages.note_failure()
        showing.note_doubt(error, own_pages.login_here())
        return _proof_page(act, factor, showing.wrong(error))
    return _do(act, factor)


def _do(act: str, factor: str) -> ResponseReturnValue:
    if act == "end":
        return _end(factor)
    if act == "codes":
        return _new_codes()
    proof = showing.proof(actor())
    return _new_key(proof) if act == "key" else own_pages.enrolment(proof=proof)


@bp.post("/account/keys")
@signed_in
def add_key() -> ResponseReturnValue:
    """Keep the key that was touched; with the first factor of all come codes for paper."""
    showing.check_proof(actor())
    here, label = _site(), tidy(request.form.get("label", ""))[:60]
    try:
        codes = _keep(here, showing.answered("add"), label)
    except (security_keys.KeyRefused, security_keys.KeyLate, BadInput) as error:
        return _new_key(request.form.get("proof", ""), error)
    if codes:
        return render_template("accounts/codes.html", codes=codes)
    flash(t(f"Đã thêm khóa {label}.", f"The key {label} was added."))
    return redirect(url_for("account.show_account"))


def _keep(here: Site, answer: security_keys.Answered | None, label: str) -> list[str]:
    """Keep the key; return codes for paper if it is the first factor.  Raises BadInput."""
    if answer is None:
        raise BadInput("Chạm khóa bảo mật để thêm.", "Touch the key to add it.")
    with transaction() as session:
        me = own_pages.person_here(session)
        first = not factors.has_factor(session, me)
        security_keys.enrol_key(session, here, me, answer, label, now=now())
        sessions.end_sessions_of(session, me, now=now(), but=g.visitor)
        sessions.note_factor(session, g.visitor, now=now())
        return factors.new_recovery_codes(session, me, now=now()) if first else []


def _show_factor(act: str) -> None:
    """Take the second factor of the form, if the person has one; codes are for nobody without.

    Raises CodeWrong, KeyLate, BadInput.
    """
    found = user()
    if found is None or not showing.has_factor(found.id):
        if act == "codes":
            raise _no_factor()
        return
    answer = showing.answered()
    with transaction() as session:
        showing.shown(session, own_pages.person_here(session), answer)


def _new_codes() -> ResponseReturnValue:
    """Show ten new codes for paper: once; the old ones end."""
    with transaction() as session:
        codes = factors.new_recovery_codes(session, own_pages.person_here(session), now=now())
    return render_template("accounts/codes.html", codes=codes)


def _end(factor: str) -> ResponseReturnValue:
    with transaction() as session:
        me = own_pages.person_here(session)
        left = factors.end_one(session, me, _id(factor), by=actor(), now=now())
        sessions.end_sessions_of(session, me, now=now(), but=g.visitor)
        if not left:
            sessions.note_factor(session, g.visitor, now=None)
    flash(t("Đã bỏ.", "It was taken away."))
    return redirect(url_for("account.show_account"))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise factors.no_such_factor() from error


def _proof_page(act: str, factor: str, wrong: Wrong | None = None) -> ResponseReturnValue:
    """Ask for password and second factor; the page names what will be done."""
    if act not in ACTS:
        raise _no_act()
    with reading() as session:
        mine = factors.factors_of(session, own_pages.person_here(session))
        if act == "codes" and not mine:
            raise _no_factor()
        page = {
            "which": _named(session, factor) if act == "end" else None,
            "authenticator": any(each.kind == "totp" for each in mine),
            "any": bool(mine),
        }
    found = user()
    asked = showing.asked(found.id) if found else ""
    shown = render_template(
        "accounts/prove.html", act=act, factor=factor, wrong=wrong, asked=asked, **page
    )
    return shown, wrong.status if wrong else 200


def _named(session: Session, factor: str) -> str:
    """Return the name of the factor that is to be taken away.  Raises NoSuchFactor."""
    return factors.one_of(session, own_pages.person_here(session), _id(factor)).label


def _new_key(proof: str, error: DomainError | None = None) -> ResponseReturnValue:
    here = _site()
    with transaction() as session:
        options = security_keys.ask_new(
            session, here, own_pages.person_here(session), g.visitor, now=now()
        )
    page = render_template(
        "accounts/key.html", proof=proof, options=options, here=here,
        label=request.form.get("label", ""), sentence=t(error.vi, error.en) if error else "",
    )  # fmt: skip
    return page, error.status if error else 200


def _site() -> Site:
    here = showing.site()
    if here is None:
        raise BadInput(
            "Máy chủ này chưa dùng được khóa bảo mật: cần địa chỉ https:// có tên miền.",
            "Security keys need an https:// address with a name, which this server has not.",
        )
    return here


def _no_factor() -> BadInput:
    return BadInput("Thêm bước xác thực thứ hai trước.", "Add a second factor first.")


def _no_act() -> BadInput:
    return BadInput("Mở lại từ trang Tài khoản.", "Open it from the page of your account.")
