"""The server above as a channel: outcomes without names, and each day's figures.

A national server is a target like any other: the same outbox, leases, order and dead letters.
Only what a server of ours says of that very message is a receipt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from contract.events import UNREADABLE
from contract.upstream import (
    PATH_FIGURES,
    PATH_OUTCOMES,
    FiguresTaken,
    FiguresWire,
    OutcomeTaken,
    OutcomeWire,
    line_of,
)
from server.db import Database
from server.delivery.channels import Message, Unreachable
from server.exchange.http import AT_ONCE, Answer, Http, check
from server.exchange.notices import Telling
from server.exchange.told import Told
from server.figures.days import day_of

FIGURES = "figures/"  # how the subjects of figures begin; others are persons
JSON = {"Content-Type": "application/json"}
NOT_OURS = "what answers there is no Ghép Mẫu: look at the url, and for a sign-in page or proxy"
# As whoever stands in between answers in our place, a network's sign-in page or a proxy's: 511 is
# made for that, and a server of ours leads nowhere else.
_ANYBODYS = frozenset({*range(200, 400), 511})


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
        said: OutcomeWire | FiguresWire
        if _is_figures(subject):
            said = msgspec.json.decode(payload, type=FiguresWire)
            answer = self.http.call("POST", PATH_FIGURES, payload.encode(), JSON)
        else:
            said = wire(self.telling.told(subject, key, payload))
            answer = self.http.call("POST", PATH_OUTCOMES, msgspec.json.encode(said), JSON)
        if answer.status in _ANYBODYS and not is_receipt(answer, said):
            raise Unreachable(f"{NOT_OURS} (HTTP {answer.status})")
        check(answer)
        return f"HTTP {answer.status} {answer.body[:150].decode(errors='replace').strip()}"


def is_receipt(answer: Answer, said: OutcomeWire | FiguresWire) -> bool:
    """Return whether *answer* is that of a server of ours that has *said*, of any release."""
    try:
        if isinstance(said, FiguresWire):
            return msgspec.json.decode(answer.body, type=FiguresTaken).day == said.day
        taken = msgspec.json.decode(answer.body, type=OutcomeTaken)
    except UNREADABLE:
        return False
    return (taken.line, taken.version) == (said.line, said.version)


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
