"""A file whose readers end again and again is given up, so that it never stops those behind it.

Counted is before reading, once in the life of a process: whoever dies while it reads leaves the
count behind, and so does a reader beside it that somebody kills.  An error that is caught is no
death, and a process that is told to stop takes its count back.
"""

import logging
from uuid import UUID

import msgspec

from server.db import Database
from server.lab.imports import review
from server.lab.imports.models import ImportFile, State
from server.lab.instruments.reasons import Why

log = logging.getLogger(__name__)
MOST = 2
_begun: set[UUID] = set()  # in this process


def begin(database: Database, import_id: UUID) -> bool:
    """Count this process as one that reads the file; False where the file is given up instead."""
    if import_id in _begun:
        return True
    with database.write() as session:
        file = session.get_one(ImportFile, import_id)
        if file.attempts >= MOST:
            log.error("import %s ended %d processes that read it: given up", import_id, MOST)
            file.notices = msgspec.json.encode([(int(Why.ENDED_READER), "")]).decode()
            file.cut = True
            review.review(session, file)
            file.state = (State.STAGED if file.row_count else State.UNREADABLE).value
            return False
        file.attempts += 1
    _begun.add(import_id)
    return True


def lost(import_id: UUID) -> None:
    """Note that what read the file was killed: to try again counts."""
    _begun.discard(import_id)


def give_back(database: Database, import_id: UUID) -> None:
    _begun.discard(import_id)
    with database.write() as session:
        session.get_one(ImportFile, import_id).attempts = 0
