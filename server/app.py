"""Put the server together: settings, keys, database, gate, pages, and what goes wrong."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from contract.identities import masked_name
from labels.errors import LabelError
from server import assembly, display, forms, home, place_names, returning, vault, web, whereabouts
from server.accounts import gate, presence
from server.accounts.roles import NAMES, Role
from server.areas import is_here
from server.config import Settings
from server.db import Database, open_database
from server.errors import BadInput, DomainError
from server.exchange import answering as fhir
from server.retry import again, trouble_of
from server.rules import LateRule
from server.serving import connections_of
from server.states import shown
from server.upkeep import logs

log = logging.getLogger(__name__)
RETURNED = frozenset({403, 404, 409, 422, 429, 503})  # what a form that is sent may be answered
SENTENCES = {
    400: ("Yêu cầu không đọc được.", "The request could not be read."),
    403: ("Vai trò của bạn không mở được trang này.", "Your role does not open this page."),
    404: ("Không có trang này.", "There is no such page."),
    405: ("Không làm được như vậy ở trang này.", "This page does not work that way."),
    413: ("Nội dung gửi lên quá lớn.", "What was sent is too large."),
    500: (
        "Máy chủ gặp lỗi và đã ghi lại. Thử lại sau; nếu vẫn lỗi, báo quản trị viên.",
        "The server met an error and noted it. Try again; if it stays, tell the administrator.",
    ),
}


class Server(Flask):
    """Flask, whose views run again where a deadlock or the like undid what they did.

    A view has one transaction, so it did nothing; one that only reads may also run again where the
    connection was lost.
    """

    url_rule_class = LateRule

    def dispatch_request(self) -> ResponseReturnValue:
        return again(self._dispatch_once, keyed=request.method in {"GET", "HEAD"})

    def _dispatch_once(self) -> ResponseReturnValue:
        g.pop("as_of", None)  # of a copy that failed: what is read now may be the primary
        return super().dispatch_request()


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Return the server over *settings*, whose key file and tables must exist."""
    app = Server(__name__)
    opened = vault.Vault.load(settings.vault_path)
    vault.install(opened)
    app.secret_key = opened.lasting("flask.secret", "v1")
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_kib * 1024,
        MAX_FORM_MEMORY_SIZE=settings.max_body_kib * 1024,  # a maker's 20 000 codes are one form
        SESSION_COOKIE_NAME="__Host-flash" if settings.secure else "flash",
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.secure,
    )
    app.extensions.update(
        settings=settings,
        clock=clock,
        database=open_database(settings.database_url, connections=connections_of(settings)),
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.url_map.converters["tube"] = web.TubeConverter
    logs.install(app)
    app.before_request(widen)
    gate.install(app)
    app.before_request(whereabouts.check)
    returning.install(app)
    _teach_templates(app)
    assembly.assemble(app)
    app.register_error_handler(DomainError, explain)
    app.register_error_handler(LabelError, explain_label)
    app.register_error_handler(HTTPException, apologise)
    for away in (OperationalError, InterfaceError, InternalError, NoConnection):
        app.register_error_handler(away, ask_to_come_again)
    app.register_error_handler(IntegrityError, ask_to_look_again)
    app.register_error_handler(DataError, refuse)
    return app


def widen() -> None:
    """Let machines' files in where a view takes them, before anything reads the form."""
    if web.takes_large_body(web.asked_view()):
        request.max_content_length = web.settings().max_import_mib << 20


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def _teach_templates(app: Flask) -> None:
    app.jinja_env.globals.update(
        as_of=lambda: g.get("as_of"),
        csrf_token=gate.csrf_token,
        log_in_ends=presence.ending,
        in_language=display.in_language,
        language=display.language,
        log_in_lasts=gate.limits,
        masked=masked_name,
        may=web.may,
        my_menus=home.my_menus,
        now=web.now,
        offered_places=place_names.offered,
        only_here=web.only_here,
        role_name=lambda role: display.t(*NAMES[Role(role)]),
        shown=shown,
        t=display.t,
        user=web.user,
    )
    app.jinja_env.tests["is_here"] = is_here
    app.jinja_env.filters.update(
        age=display.age,
        born=display.born,
        count=display.count,
        ct=display.ct,
        day=display.day,
        decimal=display.decimal,
        moment=display.moment,
        short_day=display.short_day,
        time=display.time_of_day,
    )


def explain(error: DomainError) -> ResponseReturnValue:
    """Say no in the caller's own form: JSON to a program, a page to a person."""
    return _answer(error.code, error.vi, error.en, error.status, error.field)


def explain_label(error: LabelError) -> ResponseReturnValue:
    """Say what cannot be printed as asked."""
    return _answer(error.code, error.vi, error.en, BadInput.status)


def apologise(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask itself refuses: no such page, too large, not allowed, broken."""
    if error.code is None or error.code < 400:
        return error.get_response()
    vi, en = SENTENCES.get(error.code, SENTENCES[400 if error.code < 500 else 500])
    return _answer(f"http-{error.code}", vi, en, error.code)


def ask_to_come_again(error: SQLAlchemyError) -> ResponseReturnValue:
    """The database is away, busy or full: nothing was kept, and a station keeps its copy."""
    if trouble_of(error) is None:
        raise error
    log.error("the database does not answer: %s", error)
    page, status = _answer(
        "database-away",
        "Máy chủ chưa ghi được. Chưa có gì bị mất: chờ một lát rồi làm lại.",
        "The server cannot write now. Nothing is lost: wait a little and repeat.",
        503,
    )
    return page, status, {"Retry-After": "5"}


def ask_to_look_again(error: IntegrityError) -> ResponseReturnValue:
    """Two people did the same at one moment, and the database let the first: nothing is broken."""
    log.warning("the database refused what another transaction had done: %s", error)
    return _answer(
        "just-changed",
        "Có người vừa làm việc này. Mở lại trang để xem, rồi làm lại nếu còn cần.",
        "Somebody just did this. Open the page again, and repeat if it is still needed.",
        409,
    )


def refuse(error: DataError) -> ResponseReturnValue:
    """What was sent cannot stand in any column: a number too large, a letter that is none."""
    log.warning("the database cannot hold what was sent: %s", error)
    return _answer("http-400", *SENTENCES[400], 400)


def _answer(
    code: str, vi: str, en: str, status: int, field: str = ""
) -> tuple[str | dict[str, str] | Response, int]:
    if fhir.speaks_fhir(request.path):
        return fhir.refusal(code, en, status), status
    if request.path.startswith("/api/"):
        return {"code": code, "message": vi, "message_en": en}, status
    sentence = display.t(vi, en)
    if request.method == "POST" and status in RETURNED - {503}:  # no page opens while that lasts
        page = returning.come_back(sentence, field, status)
        if page is not None:
            return page, status
    back = quote(urlsplit(returning.page_before()).path or "/", safe="/%")
    typed = forms.typed(returning.fields()) if status in RETURNED else []
    said = {"code": code, "sentence": sentence, "back": back, "typed": typed}
    return render_template("refused.html", **said), status
