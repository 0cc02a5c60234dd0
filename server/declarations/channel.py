"""The embedded declaration record, as the outbox's first channel."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from server.db import Database
from server.declarations import queries, services
from server.declarations.notice import Notice, read_each
from server.delivery.channels import Message, Refused

_PERSON = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class EmbeddedRecord:
    """Writes what it is given into the person's record, once for each key."""

    receipts = "record:"

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Record the notice; the receipt names the key under which the entry stands."""
        person, notice = _parse(subject, payload)
        with self._database.write() as session:
            services.record_notice(session, person, key, notice, now=self._clock())
        return f"{self.receipts}{key}"

    def deliver_in(self, session: Session, messages: Sequence[Message]) -> None:
        """Record many notices in the transaction that takes them from the outbox."""
        persons = _persons([each.subject for each in messages])
        notices = _notices([each.payload for each in messages])
        keys = [each.key for each in messages]
        services.record_notices(session, persons, keys, notices, now=self._clock())

    def read_back(self, subject: str, key: str, payload: str) -> str:
        """Return what differs between the record's entry and what was sent."""
        person, notice = _parse(subject, payload)
        with self._database.read() as session:
            return queries.difference(session, person, key, notice)


def _persons(subjects: Sequence[str]) -> Sequence[str]:
    """Return persons' ids as the texts they are: of a million, none is made into an id and back."""
    for subject, known in zip(subjects, map(_PERSON.fullmatch, subjects), strict=True):
        if known is None:
            raise Refused(f"no person's id: {subject[:40]!r}")
    return subjects


def _notices(payloads: Iterable[str]) -> list[Notice]:
    try:
        return read_each(payloads)
    except (ValueError, msgspec.DecodeError) as error:
        raise Refused(f"unreadable notice: {error}") from error


def _parse(subject: str, payload: str) -> tuple[UUID, Notice]:
    [person], [notice] = _persons([subject]), _notices([payload])
    return UUID(person), notice
