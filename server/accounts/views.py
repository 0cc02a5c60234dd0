"""Log in and out; who has access."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from server.accounts import gate, services, throttle
from server.accounts.roles import NAMES, Role
from server.errors import DomainError
from server.forms import choice, optional_text, required_text, tidy
from server.web import (
    Permission,
    actor,
    now,
    public,
    reading,
    requires,
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
    return render_template("login.html", back=request.args.get("next", ""))


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
            token = services.log_in(session, person, password, address=address, now=now())
            if found := user():  # whoever was at this screen before is not any more
                services.log_out(session, g.visitor, by=f"user:{found.login}", now=now())
    except (throttle.TooManyAttempts, services.WrongPassword) as error:
        return _login_again(error, login)
    return _with_token(redirect(_safe_target(request.form.get("next", ""))), token)


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
    )
    return page, error.status


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
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/users")
@requires(Permission.USER_WRITE)
def show_users() -> ResponseReturnValue:
    with reading() as session:
        people = services.all_users(session)
    return render_template(
        "accounts/users.html", people=people, roles=NAMES, shortest=settings().password_length
    )


@bp.post("/users")
@requires(Permission.USER_WRITE)
def add_user() -> ResponseReturnValue:
    login = required_text(request.form, "login", longest=40)
    with transaction() as session:
        services.add_user(
            session,
            login,
            name=required_text(request.form, "name", longest=80),
            role=choice(request.form, "role", Role),
            password=request.form.get("password", ""),
            place=optional_text(request.form, "place", longest=64),
            shortest=settings().password_length,
            by=actor(),
            now=now(),
        )
    flash(t(f"Đã thêm {login}.", f"Added {login}."))
    return redirect(url_for(".show_users"))


@bp.post("/users/<login>/access")
@requires(Permission.USER_WRITE)
def change_access(login: str) -> ResponseReturnValue:
    change = services.give_access_back if request.form.get("give") == "1" else services.take_access
    with transaction() as session:
        change(session, login, by=actor(), now=now())
    flash(t(f"Đã đổi quyền truy cập của {login}.", f"Changed the access of {login}."))
    return redirect(url_for(".show_users"))


@bp.post("/users/<login>/password")
@requires(Permission.USER_WRITE)
def set_password(login: str) -> ResponseReturnValue:
    password, shortest = request.form.get("password", ""), settings().password_length
    with transaction() as session:
        services.set_password(session, login, password, shortest=shortest, by=actor(), now=now())
    flash(t(f"Đã đặt mật khẩu mới cho {login}.", f"Set a new password for {login}."))
    return redirect(url_for(".show_users"))
