"""One's own account: password, second factor, codes for paper, where one is logged in."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from labels.symbols import svg_path
from server.accounts import doors, factors, gate, notices, sessions, throttle
from server.accounts.models import User
from server.accounts.roles import NEED_SECOND_FACTOR, Role
from server.errors import BadInput
from server.web import actor, now, reading, settings, signed_in, t, transaction, user

bp = Blueprint("account", __name__)
PURPOSE = "second_factor.enrolment"


@bp.get("/account")
@signed_in
def show_account() -> ResponseReturnValue:
    with reading() as session:
        me = _me(session)
        return render_template(
            "accounts/account.html",
            me=me,
            factors=factors.factors_of(session, me),
            left=factors.codes_left(session, me),
            needed=Role(me.role) in NEED_SECOND_FACTOR,
            logins=sessions.live_sessions(session, me, now=now(), limits=gate.limits()),
            here=sessions.hash_of(g.visitor),
            shortest=settings().password_length,
            told=[
                notices.sentence(each) for each in notices.of_account(session, me.login, now=now())
            ],
        )


@bp.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    old, new = request.form.get("old", ""), request.form.get("password", "")
    _check_again(old)
    with transaction() as session:
        doors.change_password(
            session, _me(session), old, new, keep=g.visitor,
            shortest=settings().password_length, now=now(),
        )  # fmt: skip
    flash(t("Đã đổi mật khẩu; các phiên khác đã đóng.", "Changed; your other log-ins ended."))
    return redirect(url_for(".show_account"))


@bp.post("/account/log-ins")
@signed_in
def end_login() -> ResponseReturnValue:
    """End one of one's own log-ins, or all others."""
    with transaction() as session:
        me = _me(session)
        which = request.form.get("login", "")
        if which == "others":
            sessions.end_sessions_of(session, me, now=now(), but=g.visitor)
        else:
            sessions.end_one(session, me, which, by=actor(), now=now())
    flash(t("Đã đóng.", "Ended."))
    return redirect(url_for(".show_account"))


@bp.get("/account/second-factor")
@signed_in
def show_enrolment() -> ResponseReturnValue:
    return _enrolment(factors.new_secret())


@bp.post("/account/second-factor")
@signed_in
def enrol() -> ResponseReturnValue:
    """Take the authenticator, and show the codes for paper: once."""
    secret = factors.opened_offer(request.form.get("offer", ""), actor(), now=now())
    try:
        with transaction() as session:
            me = _me(session)
            factors.enrol_totp(session, me, secret, request.form.get("code", "")[:10], now=now())
            codes = factors.new_recovery_codes(session, me, now=now())
            sessions.end_sessions_of(session, me, now=now(), but=g.visitor)
            sessions.note_factor(session, g.visitor, now=now())
    except factors.CodeWrong as error:
        return _enrolment(secret, t(error.vi, error.en))
    return render_template("accounts/codes.html", codes=codes)


@bp.post("/account/codes")
@signed_in
def make_codes() -> ResponseReturnValue:
    """Show ten new codes for paper to whoever gives the password; the old ones end."""
    _check_again(request.form.get("password", ""))
    with transaction() as session:
        me = _me(session)
        if not factors.has_factor(session, me):
            raise BadInput("Thêm ứng dụng xác thực trước.", "Add an authenticator first.")
        codes = factors.new_recovery_codes(session, me, now=now())
    return render_template("accounts/codes.html", codes=codes)


@bp.post("/account/second-factor/end")
@signed_in
def end_factor() -> ResponseReturnValue:
    """Take one's own second factor away, with the password and a code of it."""
    _check_again(request.form.get("password", ""))
    try:
        with transaction() as session:
            me = _me(session)
            factors.show_code(session, me, request.form.get("code", "")[:40], now=now())
            factors.end_factors(session, me, by=actor(), now=now())
            sessions.end_sessions_of(session, me, now=now(), but=g.visitor)
            sessions.note_factor(session, g.visitor, now=None)
    except factors.CodeWrong:
        _note_failure()
        raise
    flash(t("Đã bỏ bước xác thực thứ hai.", "Your second factor is taken away."))
    return redirect(url_for(".show_account"))


def _enrolment(secret: str, sentence: str = "") -> ResponseReturnValue:
    me = user()
    login = me.login if me else ""
    address = factors.address_of(secret, login, settings().issuer)
    page = render_template(
        "accounts/enrol_factor.html",
        secret=secret,
        offer=factors.offer(secret, actor(), now=now()),
        qr=svg_path(address),
        sentence=sentence,
    )
    return page, 403 if sentence else 200


def _check_again(password: str) -> None:
    """Ask for the password once more: whoever finds an open screen must not change the locks."""
    found, address = user(), request.remote_addr or "unknown"
    login = found.login if found else ""
    with reading() as session:
        throttle.check(session, login, address, now=now())
        known = _me(session).password_hash
    if not doors.fits(known, password):
        _note_failure()
        raise doors.wrong_password()


def _note_failure() -> None:
    found, address = user(), request.remote_addr or "unknown"
    with transaction() as session:
        throttle.note_failure(session, found.login if found else "", address, now=now())


def _me(session: Session) -> User:
    found = user()
    return session.get_one(User, found.id if found else None)
