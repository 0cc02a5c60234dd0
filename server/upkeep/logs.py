"""One line of JSON for each request, and none of it names a person.

The route stands as it is written in the code, so no id and no query; who asked is a kind
('user', 'station', 'partner', 'nobody'); addresses of the network stay out.
"""

import json
import logging
import os
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import QueueHandler
from multiprocessing.util import Finalize
from queue import SimpleQueue
from threading import Thread
from typing import Any

from flask import Flask, Response, current_app, g, request

from server.upkeep.metrics import Traffic
from server.web import Access, access_of

log = logging.getLogger("ghepmau.requests")
WAITING = 10_000  # lines that wait for whoever writes them
LAST_LINES = 1.0  # seconds that an end waits for them
UNKNOWN = "(none)"  # what asked for no route of ours


def install(app: Flask) -> None:
    """Time and count every request of *app*, and write its line."""
    app.extensions["traffic"] = Traffic()
    app.before_request(_begin)
    app.after_request(_end)


class Aside(QueueHandler):
    """Hands lines to a thread that writes them to the open file *to* (1: standard output).

    Where nobody reads those, new ones are dropped: a reader that stands still must not stop the
    server, nor keep what looks after its processes from beginning a dead one anew.
    """

    queue: SimpleQueue[bytes | None]

    def __init__(self, to: int) -> None:
        super().__init__(SimpleQueue())
        self._to = to
        self._thread = Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def prepare(self, record: logging.LogRecord) -> bytes:
        return f"{self.format(record)}\n".encode()

    def enqueue(self, record: Any) -> None:
        if self.queue.qsize() < WAITING:
            self.queue.put(record)

    def close(self) -> None:
        """Wait a moment for the last lines."""
        self.queue.put(None)
        self._thread.join(LAST_LINES)
        super().close()

    def _write(self) -> None:
        while (line := self.queue.get()) is not None:
            with suppress(OSError):  # whoever read them has gone
                while line:
                    line = line[os.write(self._to, line) :]


# Of the process that looks after the others, and of granian in each: its own form, no other writer.
OF_PROCESSES: dict[str, Any] = {
    "handlers": {"aside": {"()": Aside, "to": 1, "formatter": "generic"}},
    "loggers": {"_granian": {"handlers": ["aside"], "propagate": False}},
}


def to_standard_output() -> None:
    """Write the lines of requests where the service's log is, and all others, in their form, to
    standard error; nobody waits for it.  The last ones are written when the process ends."""
    log.handlers[:], log.propagate = [Aside(1)], False
    log.setLevel(logging.INFO)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        handlers=[Aside(2)],
        force=True,
    )
    Finalize(None, logging.shutdown, exitpriority=0)


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
