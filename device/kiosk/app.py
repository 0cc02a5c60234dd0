"""The kiosk's web application: one page, its stream of changes, its files.  Loopback alone.

The stream sends the parts of the page that changed, and a beat where nothing did: so the page
notices when it is cut off, and we notice when nobody is there any more.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import msgspec
from flask import Flask, Response, abort, send_file
from prometheus_client import CONTENT_TYPE_LATEST

from device.kiosk.hub import Hub, TooManyViewers
from device.kiosk.metrics import text_of

BEAT = 2.0
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
WEIGHTS = {"medium": "Medium", "bold": "Bold"}


def create_app(hub: Hub, page_file: Path, beat: float = BEAT) -> Flask:
    """Return the application that shows what *hub* sees, of the station of *page_file*."""
    app = Flask(__name__)
    _add_signs_of_life(app, page_file)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]  # another site's name is refused

    @app.get("/")
    def page() -> Response:
        return Response(hub.page(), headers={"Cache-Control": "no-store"})

    @app.get("/stream")
    def stream() -> Response:
        try:
            hub.come()
        except TooManyViewers:
            abort(503, "Đã mở quá nhiều màn hình: đóng bớt. · Too many screens: close one.")
        told = Response(_tell(hub, beat), mimetype="text/event-stream")
        told.call_on_close(hub.leave)
        told.headers["Cache-Control"] = "no-store"
        return told

    @app.get("/fonts/<weight>.ttf")
    def font(weight: str) -> Response:
        path = _font(weight)
        if path is None:
            abort(404)
        return send_file(path, mimetype="font/ttf", max_age=86_400)

    @app.after_request
    def protect(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    return app


def _add_signs_of_life(app: Flask, page_file: Path) -> None:
    """For our own watchdog, and for Prometheus."""

    @app.get("/alive")
    def alive() -> Response:
        return Response(status=204)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(text_of(page_file), content_type=CONTENT_TYPE_LATEST)


def _tell(hub: Hub, beat: float) -> Iterator[bytes]:
    yield b"retry: 1000\n" + _event("hello", {"build": hub.build})
    known: dict[str, str] = {}
    number = 0
    while (shot := hub.next(number, beat)) is not None:
        changed = {name: part for name, part in shot.parts.items() if known.get(name) != part}
        known.update(changed)
        number = shot.number
        yield _event("change", {"now": monotonic(), "parts": changed}) if changed else _BEAT


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


_BEAT = _event("beat", {})


def _font(weight: str) -> Path | None:
    """Return Be Vietnam Pro from its package; the system's own fonts do where it is missing."""
    package = find_spec("fontpkg_be_vietnam_pro")
    if package is None or not package.origin or weight not in WEIGHTS:
        return None
    return Path(package.origin).parent / "files" / f"BeVietnamPro-{WEIGHTS[weight]}.ttf"
