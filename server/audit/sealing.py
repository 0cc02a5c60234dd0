"""The sealing step: entries that have no place in the chain yet get one, in the order of their ids.

Writers never wait for the chain: they add entries, and this step, wherever it runs, links them a
moment later.  Two that run at once want the same number of a seal, and the database lets one.
PostgreSQL may commit a smaller id after a larger one: it comes into the chain when it is seen.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit import chain, keys
from server.audit.chain import GENESIS, Said, Seal
from server.audit.models import AuditEntry, AuditLink, AuditSeal
from server.db import Database
from server.rounds import Rounds
from server.rows import insert_rows

MOST = 2000  # entries under one seal: the transaction is brief, for the intake waits behind it
LOOK_BACK = 20_000  # ids before the last sealed one that are looked through each time
EVERY = 10.0  # seconds between two seals


def last_seal(session: Session) -> AuditSeal | None:
    return session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))


def unsealed(session: Session, *, whole: bool = False) -> int:
    """Return how many entries wait for their seal; with *whole* look as far back as there are."""
    waiting = select(func.count()).select_from(AuditEntry)
    return session.scalar(waiting.where(*_without_place(session, whole=whole))) or 0


def seal(session: Session, *, now: datetime, whole: bool = False, most: int = MOST) -> int:
    """Link what waits, *most* at once, and sign the chain; return how many were linked."""
    waiting = select(AuditEntry).where(*_without_place(session, whole=whole))
    entries = session.scalars(waiting.order_by(AuditEntry.id).limit(most)).all()
    if not entries:
        return 0
    before = last_seal(session)
    number, position = (before.number, before.position) if before else (0, 0)
    head = bytes.fromhex(before.head) if before else GENESIS
    rows = []
    for entry in entries:
        position += 1
        head = chain.link(head, position, entry.id, said_by(entry), entry.mark)
        rows.append({"position": position, "entry_id": entry.id, "hash": head})
    insert_rows(session, AuditLink, rows)
    made = Seal(number + 1, now, position, head.hex())
    session.add(
        AuditSeal(
            number=made.number, at=now, position=position, head=made.head,
            signature=chain.sign(keys.signing(), made),
        )
    )  # fmt: skip
    session.flush()
    return len(rows)


def seal_all(database: Database, clock: Callable[[], datetime], *, whole: bool = False) -> int:
    """Seal until nothing waits; return how many entries were linked."""
    linked, tries = 0, 0
    while tries < 50:
        try:
            with database.write() as session:
                now = seal(session, now=clock(), whole=whole)
        except IntegrityError:  # somebody else sealed at this moment: what they left is next
            tries += 1
            continue
        linked += now
        if now == 0:
            break
    return linked


def said_by(entry: AuditEntry) -> Said:
    return Said(entry.at, entry.actor, entry.action, entry.subject, entry.detail)


def _without_place(session: Session, *, whole: bool) -> list[ColumnElement[bool]]:
    """Return the conditions of entries that are not in the chain."""
    placed = exists().where(AuditLink.entry_id == AuditEntry.id)
    if whole:
        return [~placed]
    newest = session.scalar(select(func.max(AuditLink.entry_id))) or 0
    # SQLite has one writer, so that ids come in the order of their commits.
    back = 0 if session.get_bind().dialect.name == "sqlite" else LOOK_BACK
    return [AuditEntry.id > newest - back, ~placed]


class Sealer(Rounds):
    """Seals beside the pages, for as long as the server runs, and once more at its end."""

    name = "sealer"
    first_rest, last_round = EVERY, True

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._clock = database, clock

    def round(self) -> float:
        seal_all(self._database, self._clock)
        return EVERY
