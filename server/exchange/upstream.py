"""The server above as a channel: outcomes without names, and each day's figures.

A national server is a target like any other: the same outbox, leases, order and dead letters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from contract.upstream import PATH_FIGURES, PATH_OUTCOMES, OutcomeWire, line_of
from server.db import Database
from server.delivery.channels import Message
from server.exchange.http import AT_ONCE, Http, check
from server.exchange.notices import Telling
from server.exchange.told import Told
from server.figures.days import day_of

FIGURES = "figures/"  # how the subjects of figures begin; others are persons
JSON = {"Content-Type": "application/json"}


@dataclass
class UpstreamChannel:
    http: Http
    database: Database
    clock: Callable[[], datetime]
    at_once: int = AT_ONCE
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self.telling = Telling(self.database)

    def look_ahead(self, messages: Sequence[Message]) -> None:
        self.telling.look_ahead([each for each in messages if not _is_figures(each.subject)])

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Hand one message over; the receipt is what the server above answered."""
        if _is_figures(subject):
            path, body = PATH_FIGURES, payload.encode()
        else:
            path, body = (
                PATH_OUTCOMES,
                msgspec.json.encode(wire(self.telling.told(subject, key, payload))),
            )
        answer = check(self.http.call("POST", path, body, JSON))
        return f"HTTP {answer.status} {answer.body[:150].decode(errors='replace').strip()}"


def wire(told: Told) -> OutcomeWire:
    """Return what of an outcome may go up: nothing that leads to a person or a tube."""
    return OutcomeWire(
        line=line_of(told.key),
        version=told.version,
        status=told.status,
        place=told.sampled.place,
        day=day_of(told.sampled.latest or told.sampled.at),
        pool=told.sampled.pool,
        method=told.found.method if told.found else "",
        released_at=told.found.released_at if told.found else None,
    )


def _is_figures(subject: str) -> bool:
    return subject.startswith(FIGURES)
