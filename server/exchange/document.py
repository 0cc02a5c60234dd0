"""One outcome as a plain document, for receivers that know no FHIR: the same for JSON and CSV."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.exchange.told import Number, Told

VERSION = 1


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook posts.  `outcome` is the same for all versions; the highest one holds.

    `sampled_known` is false where no clock tells when the sample was taken: `sampled_at` is then
    only what is on record, and nothing may hang on it.
    """

    v: int = VERSION
    key: str
    outcome: str
    version: int
    supersedes: str | None
    status: str
    reason: str
    at: datetime
    person: UUID
    name: str | None
    birth: str | None
    sex: str | None
    numbers: tuple[Number, ...]
    tube: str
    pool: bool
    pairing: UUID
    sampled_at: datetime
    sampled_known: bool
    place: str
    received_at: datetime | None
    method: str
    cts: tuple[tuple[str, str], ...]
    released_at: datetime | None


def document(told: Told) -> Document:
    who, sampled, found = told.who, told.sampled, told.found
    return Document(
        key=told.key,
        outcome=told.line,
        version=told.version,
        supersedes=told.supersedes,
        status=told.status,
        reason=told.reason,
        at=told.at,
        person=who.id,
        name=who.name,
        birth=who.birth,
        sex=who.sex,
        numbers=who.numbers,
        tube=sampled.tube,
        pool=sampled.pool,
        pairing=sampled.pairing,
        sampled_at=min(sampled.at, sampled.latest or sampled.at),
        sampled_known=sampled.latest is None,
        place=sampled.place,
        received_at=sampled.received_at,
        method=found.method if found else "",
        cts=found.cts if found else (),
        released_at=found.released_at if found else None,
    )
