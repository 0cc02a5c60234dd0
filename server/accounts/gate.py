"""The gate before every view: who is asking, may they, and did the form come from our page?

A view without a mark (`server.web`) is refused, so a forgotten mark opens nothing.
"""

import hmac
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts import ended, partners, presence, sessions
from server.accounts.grace import enrolment_due
from server.accounts.headers import headers
from server.accounts.roles import GRANTS, Role
from server.errors import DomainError
from server.web import Access, Scope, SignedIn, access_of, now, settings, surely

SAFE = {"GET", "HEAD", "OPTIONS"}


class SignInFirst(DomainError):
    code = "sign-in-first"
    status = 401


class SecondFactorFirst(DomainError):
    code = "second-factor-first"
    status = 403


class TokenRefused(DomainError):
    code = "token-refused"
    status = 401


class ScopeMissing(DomainError):
    code = "scope-missing"
    status = 403


class FormTooOld(DomainError):
    code = "form-too-old"
    status = 403


def install(app: Flask) -> None:
    """Put the gate before, and the protective headers behind, every view of *app*."""
    app.before_request(identify)
    app.before_request(guard)
    app.after_request(protect)
    app.after_request(remember)


def cookie_name() -> str:
    return "__Host-ghepmau" if settings().secure else "ghepmau"


def token() -> str:
    """Return the token of the log-in that this browser has, or had; '' for none."""
    return _cookie(cookie_name())


def visitor_cookie() -> str:
    """The cookie of who is not logged in, of another name: `SameSite=Strict` keeps the log-in's
    own from us where a link on another site led here, and then it must not be written over."""
    return f"{cookie_name()}-visitor"


def csrf_token() -> str:
    """Return what a form of this page must carry as `csrf_token`."""
    if "visitor" not in g:
        g.visitor = sessions.new_token()
        g.new_visitor = True
    return sessions.csrf_token(g.visitor)


def limits() -> sessions.Limits:
    """Return how long a log-in lasts here."""
    return sessions.Limits(
        timedelta(minutes=settings().idle_minutes), timedelta(hours=settings().absolute_hours)
    )


def identify() -> None:
    """Find out who asks, by the cookie; those who watch hear the same, and wait for no database."""
    if request.endpoint == "static" or request.blueprint == "health":
        return
    if visitor := _cookie(visitor_cookie()):
        g.visitor = visitor
    token = _cookie(cookie_name())
    if not token:
        return
    with surely() as session:
        found = sessions.find_user(session, token, now=now(), limits=limits())
    if found is None:
        return
    person, login = found
    g.visitor = token
    if login.half:  # a password alone: this opens the page for the second factor, and no other
        g.half = person
        return
    role = Role(person.role)
    g.user = SignedIn(
        person.id, person.login, person.name, person.role, person.place, GRANTS[role],
        must_enrol=enrolment_due(person, login), sees=person.sees,
    )  # fmt: skip
    presence.note_use(login, token, limits())


def _cookie(name: str) -> str:
    """Return a token of ours, or '' for what cannot be one."""
    token = request.cookies.get(name, "")
    return token if 20 <= len(token) <= 100 else ""


def guard() -> ResponseReturnValue | None:
    """Let the request through, or say why not."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        abort(403)
    if access is Access.STATION:
        return None
    if isinstance(access, Scope):
        _admit_partner(access)
        return None
    if access is not Access.PUBLIC and "user" not in g:
        return _sign_in()
    if not isinstance(access, Access) and access not in g.user.permissions:
        abort(403)
    _check_form(access)
    if access is not Access.PUBLIC and g.user.must_enrol and not _is_door():
        return _enrol_first()
    return None


def _is_door() -> bool:
    """One's own account and the way out stay open."""
    return (
        request.blueprint in {"account", "factors", "staying"}
        or request.endpoint == "accounts.log_out"
    )


def _enrol_first() -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        raise SecondFactorFirst(
            "Hãy thêm bước xác thực thứ hai ở trang Tài khoản.",
            "Add a second factor on the page of your account first.",
        )
    return redirect(url_for("account.show_enrolment"))


def _admit_partner(scope: Scope) -> None:
    """Let a partner's program in by its token; raise TokenRefused or ScopeMissing."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    with surely() as session:
        found = partners.find_partner(session, token.strip(), now=now())
    if kind.lower() != "bearer" or found is None:
        raise TokenRefused(
            "Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi.",
            "The token is wrong, has ended or was revoked.",
        )
    if scope not in found.scopes:
        raise ScopeMissing(
            f"Mã truy cập này không có quyền {scope}.", f"This token has no scope {scope}."
        )
    g.partner, g.partner_name = found, f"partner:{found.id}"


def _sign_in() -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        raise SignInFirst("Hãy đăng nhập trước.", "Log in first.")
    if request.method == "GET":
        back = request.full_path.rstrip("?")
        return redirect(url_for("accounts.show_login", next=back if back != "/" else None))
    if token() and ended.keep(token(), _is_ours):
        return redirect(url_for("accounts.show_login", next=url_for("accounts.show_kept")))
    return redirect(url_for("accounts.show_login", ended="lost"))


def _check_form(access: object) -> None:
    """Refuse a form that another site sent, or that outlived its log-in."""
    open_api = access is Access.PUBLIC and request.path.startswith("/api/")
    if request.method in SAFE or open_api:
        return
    if "visitor" not in g or not _is_ours(g.visitor):
        raise FormTooOld(
            "Trang này đã quá cũ hoặc không do hệ thống này gửi. Mở lại trang rồi làm lại.",
            "This page is too old, or was not ours. Open it again and repeat.",
        )


def _is_ours(token: str) -> bool:
    """Return whether what is sent is a form of our page, made for the holder of *token*."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    ours = origin is None or urlsplit(origin).netloc == request.host
    sent = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    fits = hmac.compare_digest(sent.encode(), sessions.csrf_token(token).encode())
    return fits and ours and site in {"same-origin", "none"}


def protect(response: Response) -> Response:
    """Add the headers that keep browsers from being turned against their users."""
    for name, value in headers(secure=settings().secure).items():
        if name != "Cache-Control":
            response.headers.setdefault(name, value)
        elif request.endpoint != "static":
            response.headers[name] = value
    return response


def remember(response: Response) -> Response:
    """Give a new visitor a cookie, and keep a chosen language."""
    if g.get("new_visitor"):
        set_token(response, g.visitor, name=visitor_cookie())
    chosen = request.args.get("lang")
    if chosen in {"vi", "en"}:
        response.set_cookie("lang", chosen, max_age=31536000, samesite="Lax", httponly=True)
    return response


def set_token(response: Response, token: str, *, name: str = "") -> None:
    response.set_cookie(
        name or cookie_name(), token, httponly=True, samesite="Strict", secure=settings().secure,
        path="/",
    )  # fmt: skip
