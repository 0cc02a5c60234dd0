"""The API's own description: JSON for programs, a page for people.  No script, no other site."""

import msgspec
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from server import openapi
from server.operations import OPERATIONS
from server.web import public, settings

bp = Blueprint("openapi", __name__)
ACCESS = {
    "public": ("ai cũng gọi được", "anyone"),
    "station": ("trạm, có chữ ký", "stations, signed"),
    "partner": ("đối tác, có mã truy cập", "partners, with a token"),
    "person": ("người đã đăng nhập", "people who are logged in"),
}


@bp.get("/api/openapi.json")
@public
def show_document() -> ResponseReturnValue:
    return Response(msgspec.json.encode(_document()), mimetype="application/json")


@bp.get("/api/docs")
@public
def show_docs() -> ResponseReturnValue:
    document = _document()
    schemas = {
        name: _plain(msgspec.json.format(msgspec.json.encode(schema), indent=1).decode())
        for name, schema in document["components"]["schemas"].items()
    }
    return render_template(
        "openapi.html", operations=OPERATIONS, access=ACCESS, schemas=schemas,
        name_of=_name_of, document=document,
    )  # fmt: skip


def _plain(text: str) -> Markup:
    """Return *text* for the page's body, where quotes stand for themselves: a third of the page."""
    return Markup(str(escape(text)).replace("&#34;", '"'))  # noqa: S704 - escaped but for quotes


def _document() -> openapi.Json:
    return openapi.document(settings().public_url or request.host_url.rstrip("/"))


def _name_of(kind: object) -> str:
    """Return the schema's name of a type of the table; of a list, that of its items."""
    inner = getattr(kind, "__args__", (kind,))[0]
    return str(getattr(inner, "__name__", inner))
