"""Leave a trace.  Called by the service that makes the change, in its transaction.

A detail never names a person and never holds a code that a person carries.
"""

import os
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import keys
from server.audit.chain import NONCE, Said, mark, mark_words, moment
from server.audit.models import AuditEntry
from server.rows import insert_rows


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
    session: Session, action: str, entries: Iterable[tuple[str, object, str]], *, now: datetime
) -> None:
    """Add many entries of one action, each (actor, subject, detail), in one statement."""
    key, at, rows = keys.marking(), moment(now), []
    for by, subject, detail in entries:
        about = str(subject)[:120]
        marked = mark_words(key, os.urandom(NONCE), [at, by, action, about, detail])
        rows.append(
            {"at": now, "actor": by, "action": action, "subject": about, "detail": detail,
             "mark": marked}
        )  # fmt: skip
    insert_rows(session, AuditEntry, rows)
