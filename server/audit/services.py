"""Leave a trace.  Called by the service that makes the change, in its transaction.

A detail never names a person and never holds a code that a person carries.
"""

import os
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import keys
from server.audit.chain import NONCE, Said, mark, marker, moment
from server.audit.models import AuditEntry
from server.rows import insert_stored, lots
from server.stored_times import stored_time

COLUMNS = ("at", "actor", "action", "subject", "detail", "mark")


def record(
    session: Session,
    action: str,
    subject: object,
    *,
    by: str,
    now: datetime,
    detail: str | None = None,
) -> None:
    """Add one entry; *action* is past tense with its object first: "station.revoked"."""
    said = Said(now, by, action, str(subject)[:120], detail)
    marked = mark(keys.marking(), os.urandom(NONCE), said)
    session.add(
        AuditEntry(
            at=now, actor=by, action=action, subject=said.subject, detail=detail, mark=marked
        )
    )


def record_each(
    session: Session, action: str, entries: Collection[tuple[str, object, str]], *, now: datetime
) -> None:
    """Add many entries of one action, each (actor, subject, detail), in one statement."""
    said, at, mark_one = moment(now), stored_time(session, now), marker(keys.marking())
    rows = []
    for (by, subject, detail), nonce in zip(entries, lots(NONCE, len(entries)), strict=True):
        about = str(subject)[:120]
        marked = mark_one(nonce, (said, by, action, about, detail))
        rows.append((at, by, action, about, detail, marked))
    insert_stored(session, AuditEntry, COLUMNS, rows)
