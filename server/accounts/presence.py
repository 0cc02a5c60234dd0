"""What counts as use of a log-in: what a person does, and no page that asks by itself.

Scripts of ours say so themselves (`X-Live: alone`), or their view is marked `unnoticed`.  Who would
say it falsely shortens nothing but the own log-in.
"""

import logging

from flask import g, request
from sqlalchemy.exc import OperationalError

from server.accounts import sessions
from server.accounts.ending import Ending, ending_of
from server.accounts.models import LoginSession
from server.web import asked_view, is_unnoticed, now, transaction

log = logging.getLogger(__name__)
ALONE = "alone"


def note_use(login: LoginSession, token: str, limits: sessions.Limits) -> None:
    """Note that *login* is in use, if it is, and for pages when it ends."""
    seen_at, at = login.seen_at, now()
    if is_use() and at - seen_at >= sessions.seen_every(limits) and _mark_seen(token):
        seen_at = at
    g.ending = ending_of(login.created_at, seen_at, limits)


def is_use() -> bool:
    return request.headers.get("X-Live") != ALONE and not is_unnoticed(asked_view())


def ending() -> Ending | None:
    """Return when the log-in of whoever asks ends by itself, None for who has none."""
    found: Ending | None = g.get("ending")
    return found


def _mark_seen(token: str) -> bool:
    """Note that a log-in is in use; where the database is busy or full, pages can be read still."""
    try:
        with transaction() as session:
            sessions.mark_seen(session, token, now=now())
    except OperationalError as error:
        log.warning("a log-in could not be noted as in use: %s", error)
        return False
    return True
