"""First versions of many subjects, column by column: as `services.publish`, with fewer steps."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import compress, repeat
from typing import NamedTuple

from sqlalchemy.orm import Session

from server import vault
from server.delivery import routes
from server.delivery.models import Delivery
from server.delivery.routes import Label, Route
from server.delivery.services import COLUMNS, PURPOSE, WAITING
from server.rows import Stored, insert_stored
from server.stored_times import stored_time


class Firsts(NamedTuple):
    """Messages of first versions, all of one target, as columns; `statuses` are what rules see."""

    keys: Sequence[str]
    subjects: Sequence[str]
    places: Sequence[str]
    payloads: Sequence[str]
    statuses: Sequence[str]


def publish_first(session: Session, target: str, firsts: Firsts, *, now: datetime) -> None:
    """Put first versions into the outbox for *target* and for each that wants to be told."""
    session.flush()  # what the messages rest on stands before them
    at = stored_time(session, now)
    rows = list(_rows(target, firsts, at))
    for route in routes.installed():
        rows += _rows(route.target, _wanted(route, firsts), at)
    insert_stored(session, Delivery, COLUMNS, rows)


def _wanted(route: Route, firsts: Firsts) -> Firsts:
    wants = cache(lambda status, place: route.wants(Label(status, place)))
    chosen = list(map(wants, firsts.statuses, firsts.places))
    return Firsts(*(list(compress(column, chosen)) for column in firsts))


def _rows(target: str, firsts: Firsts, at: object) -> Iterator[Stored]:
    sealed = vault.current().encrypt_each(PURPOSE, firsts.payloads)
    return zip(
        repeat(target), firsts.keys, firsts.subjects, firsts.places, repeat(1), sealed,
        *map(repeat, WAITING), repeat(at), repeat(at),
    )  # fmt: skip
