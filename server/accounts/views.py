"""Log in, show the second factor, log out; choose a first password by a one-time link."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from server.accounts import (
    browsers,
    doors,
    ended,
    factors,
    gate,
    kept_forms,
    notices,
    services,
    sessions,
    showing,
    throttle,
)
from server.accounts.models import User
from server.accounts.security_keys import KeyLate
from server.accounts.throttle import Guessed
from server.errors import DomainError
from server.forms import tidy
from server.web import (
    actor,
    now,
    public,
    reading,
    settings,
    signed_in,
    t,
    transaction,
    user,
)

bp = Blueprint("accounts", __name__)


@bp.get("/login")
@public
def show_login() -> ResponseReturnValue:
    if user():
        return redirect("/")
    back, lost = request.args.get("next", ""), request.args.get("ended") == "lost"
    return render_template("login.html", back=back, lost=lost, kept=back == url_for(".show_kept"))


@bp.get("/login/kept")
@signed_in
def show_kept() -> ResponseReturnValue:
    """Give back the form that came when the log-in had run out, to who typed it."""
    return ended.give_back()


@bp.post("/login")
@public
def log_in() -> ResponseReturnValue:
    """Check the password outside any transaction that writes: it takes its time."""
    login = tidy(request.form.get("login", "")).casefold()[:80]
    password = request.form.get("password", "")
    address = request.remote_addr or "unknown"
    try:
        with reading() as session:
            throttle.check(session, login, address, now=now())
            person = services.check_password(session, login, password)
        if person is None:
            return _refuse(login, address)
        with transaction() as session:
            token, whole = services.begin_log_in(
                session, person, password, address=address, now=now(), unused=unused(),
                browser=browsers.named(request.user_agent.string),
            )  # fmt: skip
            kept_forms.follow(session, person.id, gate.token(), token)
            if found := user():  # whoever was at this screen before is not any more
                services.log_out(session, g.visitor, by=f"user:{found.login}", now=now())
        if whole:
            _tell(person.login)
    except (throttle.TooManyAttempts, services.WrongPassword, services.AccountAsleep) as error:
        return _login_again(error, login)
    back = _safe_target(request.form.get("next", ""))
    target = back if whole else url_for(".show_second", next=back if back != "/" else None)
    return _with_token(redirect(target), token)


def unused() -> timedelta | None:
    """Return after how long without use an account sleeps, None for never."""
    days = settings().unused_days
    return timedelta(days=days) if days else None


def _refuse(login: str, address: str) -> ResponseReturnValue:
    with transaction() as session:
        services.note_wrong_password(session, login, address=address, now=now())
    return _login_again(services.wrong_password(), login)


def _login_again(error: DomainError, login: str) -> ResponseReturnValue:
    page = render_template(
        "login.html",
        sentence=t(error.vi, error.en),
        login=login,
        back=request.form.get("next", ""),
        kept=request.form.get("next") == url_for(".show_kept"),
    )
    return page, error.status


@bp.get("/login/second")
@public
def show_second() -> ResponseReturnValue:
    if "half" not in g:
        return redirect(url_for(".show_login"))
    return _second(request.args.get("next", ""))


@bp.post("/login/second")
@public
def show_code() -> ResponseReturnValue:
    """Take the second factor; wrong codes count as wrong passwords do."""
    if "half" not in g:
        return redirect(url_for(".show_login"))
    person, address = g.half, request.remote_addr or "unknown"
    back = request.form.get("next", "")
    try:
        with reading() as session:
            throttle.check(session, person.login, address, now=now())
        answer = showing.answered()
        with transaction() as session:
            mine = session.get_one(User, person.id)
            shown = showing.shown(session, mine, answer)
            token = sessions.complete(session, g.visitor, now=now())
            kept_forms.follow(session, mine.id, g.visitor, token)
            services.finish_log_in(session, mine, address=address, now=now(), detail=shown.kind)
        _tell(person.login)
    except factors.CodeWrong as error:
        with transaction() as session:
            services.note_wrong_code(session, person.login, address=address, now=now())
        showing.note_doubt(error, person.login)
        return _second(back, error)
    except (throttle.TooManyAttempts, KeyLate) as error:
        return _second(back, error)
    if shown.kind == "recovery":
        flash(t(f"Còn {shown.left} mã dự phòng.", f"{shown.left} recovery codes are left."))
    return _with_token(redirect(_safe_target(back)), token)


def _second(back: str, error: DomainError | None = None) -> ResponseReturnValue:
    page = render_template(
        "accounts/second.html", wrong=showing.wrong(error) if error else None, back=back,
        asked=showing.asked(g.half.id),
    )  # fmt: skip
    return page, error.status if error else 200


def _tell(login: str) -> None:
    """Say what others did to the account, at each log-in: the first one may not be the person's."""
    with reading() as session:
        told = notices.newest_of_each(notices.of_account(session, login, now=now()))
    for sentence in told:
        flash(sentence, "notice")


def _safe_target(text: str) -> str:
    """Return where to go after the log-in: a path of ours, never another site."""
    parts = urlsplit(text)
    ours = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.netloc
    return text if ours and text.isprintable() else "/"


def _with_token(response: Response, token: str) -> Response:
    g.new_visitor = False
    gate.set_token(response, token)  # type: ignore[arg-type]
    return response


@bp.post("/logout")
@signed_in
def log_out() -> ResponseReturnValue:
    with transaction() as session:
        services.log_out(session, g.visitor, by=actor(), now=now())
    response = redirect(url_for(".show_login"))
    response.delete_cookie(gate.cookie_name(), path="/", secure=settings().secure)
    # Not "storage": a declaration that waits on this phone for a network is kept there.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/welcome")
@public
def show_welcome() -> ResponseReturnValue:
    """The secret of a link stands behind '#', which no server and no log ever gets."""
    return render_template("accounts/welcome.html", shortest=settings().password_length)


@bp.post("/welcome")
@public
def choose_password() -> ResponseReturnValue:
    address = request.remote_addr or "unknown"
    code, password = request.form.get("code", "").strip()[:60], request.form.get("password", "")
    try:
        with reading() as session:
            throttle.check_guesses(session, Guessed.ACCOUNT_LINK, address, now=now())
        with transaction() as session:
            person = doors.choose_password(
                session, code, password, shortest=settings().password_length, now=now()
            )
    except doors.LinkRefused as error:
        with transaction() as session:
            throttle.note_guess(session, Guessed.ACCOUNT_LINK, address, now=now())
        return _welcome_again(error)
    except DomainError as error:
        return _welcome_again(error, code)
    flash(t("Mật khẩu đã đặt. Đăng nhập được rồi.", "Your password is set. You can log in now."))
    return render_template("login.html", login=person.login, back="")


def _welcome_again(error: DomainError, code: str = "") -> ResponseReturnValue:
    page = render_template(
        "accounts/welcome.html", sentence=t(error.vi, error.en), code=code,
        shortest=settings().password_length,
    )  # fmt: skip
    return page, error.status
