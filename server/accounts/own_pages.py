"""One's own account: password, second factor, codes for paper, where one is logged in."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from labels.symbols import svg_path
from server.accounts import (
    doors,
    factors,
    gate,
    notices,
    services,
    sessions,
    showing,
    throttle,
)
from server.accounts.models import User
from server.accounts.roles import NEED_SECOND_FACTOR, Role
from server.beside import Wrong
from server.errors import BadInput
from server.web import actor, now, reading, settings, signed_in, t, transaction, user

bp = Blueprint("account", __name__)
PURPOSE = "second_factor.enrolment"


@bp.get("/account")
@signed_in
def show_account() -> ResponseReturnValue:
    return _account()


def _account(wrong: Wrong | None = None) -> ResponseReturnValue:
    with reading() as session:
        me = person_here(session)
        page = render_template(
            "accounts/account.html",
            wrong=wrong,
            me=me,
            factors=factors.factors_of(session, me),
            left=factors.codes_left(session, me),
            needed=Role(me.role) in NEED_SECOND_FACTOR,
            logins=sessions.live_sessions(session, me, now=now(), limits=gate.limits()),
            here=sessions.hash_of(g.visitor),
            keys_at=settings().keys_at,
            shortest=settings().password_length,
            told=[
                notices.sentence(each) for each in notices.of_account(session, me.login, now=now())
            ],
        )
    return page, wrong.status if wrong else 200


@bp.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    old, new = request.form.get("old", ""), request.form.get("password", "")
    try:
        check_again(old)
        with transaction() as session:
            doors.change_password(
                session, person_here(session), old, new, keep=g.visitor,
                shortest=settings().password_length, now=now(),
            )  # fmt: skip
    except (services.WrongPassword, throttle.TooManyAttempts) as error:
        return _account(Wrong("old", error))
    except (doors.SamePassword, BadInput) as error:
        return _account(Wrong("password", error))
    flash(t("Đã đổi mật khẩu; các phiên khác đã đóng.", "Changed; your other log-ins ended."))
    return redirect(url_for(".show_account"))


@bp.post("/account/log-ins")
@signed_in
def end_login() -> ResponseReturnValue:
    """End one of one's own log-ins, or all others."""
    with transaction() as session:
        me = person_here(session)
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
    """The password first, and a factor of whoever has one: an open screen is not enough."""
    return redirect(url_for("factors.show_proof", act="authenticator"))


@bp.post("/account/second-factor")
@signed_in
def enrol() -> ResponseReturnValue:
    """Take the authenticator, and show the codes for paper: once."""
    secret = factors.opened_offer(request.form.get("offer", ""), actor(), now=now())
    showing.check_proof(actor())
    try:
        with transaction() as session:
            me = person_here(session)
            first = not factors.has_factor(session, me)
            factors.enrol_totp(session, me, secret, request.form.get("code", "")[:10], now=now())
            codes = factors.new_recovery_codes(session, me, now=now()) if first else []
            sessions.end_sessions_of(session, me, now=now(), but=g.visitor)
            sessions.note_factor(session, g.visitor, now=now())
    except factors.CodeWrong as error:
        return enrolment(secret, Wrong("code", error), proof=request.form.get("proof", ""))
    if not codes:
        flash(t("Đã bật ứng dụng xác thực.", "The authenticator is on."))
        return redirect(url_for(".show_account"))
    return render_template("accounts/codes.html", codes=codes)


def enrolment(
    secret: str = "", wrong: Wrong | None = None, *, proof: str = ""
) -> ResponseReturnValue:
    """Show the page that adds an authenticator; *proof*: the seal that it hands on."""
    secret = secret or factors.new_secret()
    address = factors.address_of(secret, login_here(), settings().issuer)
    page = render_template(
        "accounts/enrol_factor.html",
        secret=secret,
        offer=factors.offer(secret, actor(), now=now()),
        proof=proof,
        qr=svg_path(address),
        keys_at=settings().keys_at,
        wrong=wrong,
    )
    return page, wrong.status if wrong else 200


def check_again(password: str) -> None:
    """Ask for the password once more: whoever finds an open screen must not change the locks."""
    with reading() as session:
        throttle.check(session, login_here(), request.remote_addr or "unknown", now=now())
        known = person_here(session).password_hash
    if not doors.fits(known, password):
        note_failure()
        raise services.WrongPassword("Mật khẩu không đúng.", "The password is not right.")


def note_failure() -> None:
    """Count a wrong password or factor of whoever is at this screen."""
    with transaction() as session:
        throttle.note_failure(session, login_here(), request.remote_addr or "unknown", now=now())


def login_here() -> str:
    found = user()
    return found.login if found else ""


def person_here(session: Session) -> User:
    found = user()
    return session.get_one(User, found.id if found else None)
