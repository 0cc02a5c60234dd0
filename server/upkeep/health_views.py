"""For machines that watch this one: does it live, can it work, how does it stand.

`/healthz` asks nothing of the database.  `/readyz` does: a server that cannot write is not ready.
`/metrics` is for this machine, or for whoever knows the token in the setting `metrics_token`.
"""

import hmac
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server import schema, vault
from server.upkeep import metrics, vitals
from server.upkeep.vitals import Vitals
from server.web import now, public, reading, settings

bp = Blueprint("health", __name__)
SEEN_FOR = timedelta(seconds=10)  # figures are looked at again after so long
FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")
HERE = ("127.0.0.1", "::1")


class Seen:
    """The newest look at the server; one at a time, however many ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Vitals | None = None

    def now(self, at: datetime) -> Vitals:
        with self._lock:
            if self._last is None or not timedelta(0) <= at - self._last.at < SEEN_FOR:
                with reading() as session:
                    self._last = vitals.look(session, settings(), at)
            return self._last


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    return _plain("ok", 200)


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Say 503 while the database does not answer or is of another shape, or keys are away."""
    try:
        vault.current()
        with reading() as session:
            stands = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (SQLAlchemyError, vault.VaultError):
        return _plain("the database or the keys do not answer", 503)
    if stands != schema.newest_revision():
        return _plain("the database is not of this version", 503)
    return _plain("ready", 200)


@bp.get("/metrics")
@public
def show_metrics() -> ResponseReturnValue:
    if not _may_see():
        abort(404)
    seen: Seen = current_app.extensions["seen"]
    traffic: metrics.Traffic = current_app.extensions["traffic"]
    content = metrics.text_of(traffic, seen.now(now()), len(vault.current().keys.data))
    return Response(content, content_type=CONTENT_TYPE_LATEST)


def _may_see() -> bool:
    """Whoever has the token; without one, programs on this machine that no proxy stands before."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings().metrics_token
    if wanted:
        known = Path(wanted).read_text(encoding="ascii").strip().encode()
        fits = hmac.compare_digest(token.strip().encode(), known)
        return fits and known != b"" and kind.lower() == "bearer"  # an empty file lets nobody in
    through = any(name in request.headers for name in FORWARDED)
    return request.remote_addr in HERE and not through


def _plain(said: str, status: int) -> ResponseReturnValue:
    return Response(said + "\n", status, content_type="text/plain; charset=utf-8")
