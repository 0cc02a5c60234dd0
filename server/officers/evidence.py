"""What a fact of a story rests on, as it came: a station's event in its chain, rows of a file.

Reads only.  The chain is proved anew each time: the hash is reckoned from the bytes, and compared
with what the event after it says.  Codes of people stand sealed in an event, and stay so.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, Uuid, column, exists, or_, select, table
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import Within
from server.db import UtcDateTime
from server.errors import NotFound
from server.lab.imports.models import ImportFile, ImportRow
from server.lab.models import Result
from server.lab.run_models import Run
from server.sampling.models import Pairing, PairingVoid, PoolClosing

# The intake's table, by name: its package stands beside this one, and neither imports the other.
EVENTS = table(
    "wire_event",
    column("event_id", Uuid()), column("station"), column("epoch"), column("seq"), column("kind"),
    column("hash"), column("prev"), column("payload"), column("received_at", UtcDateTime()),
    column("state"), column("problem"), column("applied_at", UtcDateTime()),
)  # fmt: skip
LONGEST = 80  # letters of one value; what is longer is sealed, or nothing that people read


@dataclass(frozen=True, slots=True)
class Event:
    """One event, what it says, and whether its place in the chain holds.

    `whole` is None where the content was taken away, which the time to keep it and erasure do to
    what was applied; `before` and `after` are None where the neighbour is not here (yet).
    """

    id: UUID
    station: str
    epoch: str
    seq: int
    kind: str
    hash: str
    prev: str
    size: int
    received_at: datetime
    applied_at: datetime | None
    state: str
    said: dict[str, str]
    whole: bool | None
    before: bool | None
    after: bool | None


def event(session: Session, event_id: UUID, within: Within) -> Event:
    """Return a station's event about a tube that may be seen.  Raises NotFound."""
    found = session.execute(select(EVENTS).where(EVENTS.c.event_id == event_id)).one_or_none()
    if found is None or not _seen(session, event_id, within):
        raise NotFound("Không có sự kiện này.", "There is no such event.")
    payload = bytes(found.payload)
    gone = not payload and found.state in {"applied", "refused"}
    before, after = _beside(session, found, -1), _beside(session, found, 1)
    return Event(
        found.event_id, found.station, found.epoch, found.seq, found.kind, found.hash, found.prev,
        len(payload), found.received_at, found.applied_at, found.state, _said(payload),
        whole=None if gone else sha256(payload).hexdigest() == found.hash,
        before=None if before is None else before.hash == found.prev,
        after=None if after is None else after.prev == found.hash,
    )  # fmt: skip


def _beside(session: Session, one: Row[Any], step: int) -> Row[Any, Any] | None:
    found = select(EVENTS.c.hash, EVENTS.c.prev).where(
        EVENTS.c.station == one.station, EVENTS.c.epoch == one.epoch, EVENTS.c.seq == one.seq + step
    )
    return session.execute(found).one_or_none()


def _seen(session: Session, event_id: UUID, within: Within) -> bool:
    """Return whether the event is of a tube that was paired where one may look."""
    tubes = [
        session.scalar(select(Pairing.tube).where(Pairing.id == event_id)),
        session.scalar(select(PairingVoid.tube).where(PairingVoid.event_id == event_id)),
        session.scalar(select(PoolClosing.tube).where(PoolClosing.event_id == event_id)),
    ]
    about = [each for each in tubes if each is not None]
    there = select(Pairing.id).where(Pairing.tube.in_(about), within.rows(Pairing.place))
    return session.scalar(there.limit(1)) is not None


def _said(payload: bytes) -> dict[str, str]:
    """Return the fields of an event as people may read them."""
    try:
        fields = msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return {name: _short(value) for name, value in fields.items()}


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[:16]}… ({len(text)})"


def rows_of(session: Session, import_id: UUID, tube: Tube) -> tuple[ImportFile, list[ImportRow]]:
    """Return a machine's file and what its rows say of one tube.  Raises NotFound."""
    file = session.get(ImportFile, import_id)
    found = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.tube == tube)
    rows = list(session.scalars(found.order_by(ImportRow.position)))
    if file is None or not rows:
        raise NotFound("Tệp này không nói gì về ống.", "This file says nothing of the tube.")
    return file, rows


def file_of(session: Session, result: Result) -> UUID | None:
    """Return the machine's file that a result was entered from, None if it was keyed."""
    run = session.get(Run, result.run_id) if result.run_id else None
    if run is not None:
        kind, _, name = run.source.partition(":")
        return UUID(name) if kind == "import" else None
    confirmed = select(ImportFile.id).where(
        ImportFile.place == result.lab, ImportFile.confirmed_by == result.entered_by,
        ImportFile.confirmed_at <= result.entered_at,
        or_(ImportFile.done_at.is_(None), ImportFile.done_at >= result.entered_at),
    )  # fmt: skip
    row = exists().where(
        ImportRow.import_id == ImportFile.id, ImportRow.tube == result.tube,
        ImportRow.entered.is_(True),
    )  # fmt: skip
    return session.scalar(confirmed.where(row).order_by(ImportFile.confirmed_at.desc()).limit(1))
