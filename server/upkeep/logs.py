"""One line of JSON for each request, and none of it names a person.

The route stands as it is written in the code, so no id and no query; who asked is a kind
('user', 'station', 'partner', 'nobody'); addresses of the network stay out.
"""

import json
import logging
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue

from flask import Flask, Response, current_app, g, request

from server.upkeep.metrics import Traffic
from server.web import Access, access_of

log = logging.getLogger("ghepmau.requests")
WAITING = 10_000  # lines that wait for whoever writes them
UNKNOWN = "(none)"  # what asked for no route of ours


def install(app: Flask) -> None:
    """Time and count every request of *app*, and write its line."""
    app.extensions["traffic"] = Traffic()
    app.before_request(_begin)
    app.after_request(_end)


class _Aside(QueueHandler):
    """Hands lines to a thread that writes them; where nobody reads those, new ones are dropped."""

    queue: SimpleQueue[logging.LogRecord]

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.queue.qsize() < WAITING:
            self.queue.put(record)


def to_standard_output() -> None:
    """Write the lines where the service's log is; other lines keep their form.

    No request waits for it: a reader that stands still must not stop the server.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    QueueListener(lines, handler).start()
    log.handlers[:], log.propagate = [_Aside(lines)], False
    log.setLevel(logging.INFO)


def _begin() -> None:
    g.begun, g.request_name = time.perf_counter(), _new_name()


def _end(response: Response) -> Response:
    begun: float | None = g.get("begun")
    seconds = time.perf_counter() - begun if begun is not None else 0.0
    route = request.url_rule.rule if request.url_rule else UNKNOWN
    method = request.method if request.method in _METHODS else "other"
    size = response.content_length or 0
    answered = Answered(route, method, response.status_code, seconds, size, _who())
    name = note(current_app.extensions["traffic"], answered, g.get("request_name", ""))
    response.headers.setdefault("X-Request-Id", name)
    return response


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What is told of a request that was answered."""

    route: str
    method: str
    status: int
    seconds: float
    size: int  # of the answer's body
    who: str


def note(traffic: Traffic, answered: Answered, name: str | None = None) -> str:
    """Count a request and write its line; return the *name* that it has there (None: a new one)."""
    name = _new_name() if name is None else name
    traffic.note(answered.route, answered.method, answered.status, answered.seconds)
    if log.isEnabledFor(logging.INFO):
        log.info(_line(name, answered))
    return name


def _new_name() -> str:
    """Names tell requests apart and are no secret: the system's own source would let go of the
    interpreter for each, and among busy threads it takes long to get it back."""
    return f"{random.getrandbits(64):016x}"


def of_station(traffic: Traffic, route: str, status: int, seconds: float, size: int) -> str:
    """As `note`, of a POST that a station signed and that did not pass through Flask."""
    return note(traffic, Answered(route, "POST", status, seconds, size, "station"))


def _line(name: str, answered: Answered) -> str:
    said = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request": name,
        "method": answered.method,
        "route": answered.route,
        "status": answered.status,
        "ms": round(answered.seconds * 1000, 1),
        "bytes": answered.size,
        "who": answered.who,
    }
    return json.dumps(said)


def _who() -> str:
    if "user" in g:
        return "user"
    if "partner" in g:
        return "partner"
    view = current_app.view_functions.get(request.endpoint or "")
    return "station" if access_of(view) is Access.STATION else "nobody"
