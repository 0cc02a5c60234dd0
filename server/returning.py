"""A form that was refused comes back: the page that it was on, filled as it was sent.

The page is opened once more as whoever sent the form, so that it shows how things stand now and
nothing that they may not see.  A view that answers a refusal with a page of its own leaves only
what it did not fill in to `keep_typed`.
"""

from collections.abc import Iterable
from io import BytesIO
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from flask import Flask, Response, current_app, g, request
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from server.display import t
from server.refilled import Refusal, Sent, refilled

KEPT = "/login/kept"  # gives back a form that is on another page: it is the page of none
PAGES_OF = ("assay", "box")  # what a page that takes forms itself is told in its query


def install(app: Flask) -> None:
    """Let no page of *app* that says no forget what was typed."""
    app.after_request(keep_typed)


def come_back(sentence: str, field: str, status: int) -> Response | None:
    """Return the page that the refused form was on, None where no page has it.

    A browser that does not say where the form was still sent it to an address that tells.
    """
    return page_with(_sent(), pages(), Refusal(sentence, field), status)


def page_with(sent: Sent, pages: Iterable[str], why: Refusal, status: int) -> Response | None:
    """Return the first of *pages* that has the form that was *sent*: filled, and *why* said."""
    for path in pages:
        page = _opened(path)
        at = urlsplit(path).path
        filled = page and refilled(
            page.get_data(as_text=True), sent, why, at, changed=_changed(), again=_again()
        )
        if page and filled:
            meta = (
                f'<meta name="at" content="{escape(path)}"></head>'  # static/js/page.js goes there
            )
            page.set_data(filled.replace("</head>", meta, 1))
            page.status_code = status
            page.headers.pop("X-Request-Id", None)
            g.came_back = True
            return page
    return None


def keep_typed(response: Response) -> Response:
    """Fill in what a view's own page of refusal left out."""
    is_ours = request.method == "POST" and 400 <= response.status_code < 500
    if is_ours and response.mimetype == "text/html" and not g.get("came_back"):
        filled = refilled(
            response.get_data(as_text=True), _sent(), None, changed=_changed(), again=_again()
        )
        if filled:
            response.set_data(filled)
    return response


def page_before() -> str:
    """Return the page of ours that the form was on, with its query; '' where nobody says."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    ours = parts.netloc == request.host and not parts.path.startswith("//")
    return parts._replace(scheme="", netloc="", fragment="").geturl() if ours else ""


def fields() -> MultiDict[str, str]:
    """Return the fields that came; none of a body that is too large, or no form."""
    try:
        return request.form
    except HTTPException:
        return MultiDict()


def _changed() -> str:
    return t(
        "Từ lúc mở trang đã có thay đổi. Xem lại rồi chọn lại.",
        "Something changed since the page was opened. Look again, then choose again.",
    )


def _again() -> str:
    return t(
        "▲ Chọn lại tệp: trình duyệt không giữ tệp đã chọn.",
        "▲ Choose the file again: browsers keep no chosen file.",
    )


def _sent() -> Sent:
    path = request.full_path if request.query_string else request.path
    values = dict(fields().lists())
    had = request.files.items() if values else ()  # no body that is too large is read again
    return Sent(path, values, frozenset(name for name, each in had if each.filename))


def pages() -> list[str]:
    """Return where the form may be: the page before, or else what the address is a part of.

    (A page that answered a form stands at an address that perhaps nobody can open; and without its
    query, which says what it is of.)
    """
    before = page_before()
    if is_openable(before):
        asked = {name: fields()[name] for name in PAGES_OF if fields().get(name)}
        is_answer = before == request.path
        return [f"{before}?{urlencode(asked)}" if is_answer and asked else before]
    parts = request.path.strip("/").split("/")
    above = ["/" + "/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return [path for path in above if is_openable(path)]


def is_openable(path: str) -> bool:
    """Return whether there are pages at such an address, which may have a form of their own."""
    if urlsplit(path).path == KEPT:
        return False
    try:
        current_app.url_map.bind("").match(urlsplit(path).path, method="GET")
    except HTTPException:
        return False
    return True


def _opened(path: str) -> Response | None:
    """Return what whoever asks sees at *path* now, None where that is no page."""
    parts = urlsplit(path)
    environ = {key: value for key, value in request.environ.items() if not key.startswith("werkz")}
    environ |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "CONTENT_LENGTH": "0",
        "wsgi.input": BytesIO(),
    }
    with current_app.app_context(), current_app.request_context(environ):
        page = current_app.full_dispatch_request()
        is_page = page.status_code == 200 and page.mimetype == "text/html"
        return page if is_page and not page.direct_passthrough else None
