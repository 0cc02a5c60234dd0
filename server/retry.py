"""The one place where a transaction gets another try, because the database itself gave it up.

    undone   a deadlock, a serialisation failure: rolled back for certain, so anything may run again
    unsure   the connection was lost: nobody knows whether the commit arrived.  Only what is *keyed*
             (its rows have ids that the application made) or has no further effect may run again
    away     no primary answers, too many connections: nothing was written

Tries are few and pauses random, so that whoever met once does not meet again.  SQLite has waited
for its turn already (`busy_timeout`), so what it refuses is refused.
"""

import logging
import random
import sqlite3
from collections.abc import Callable
from enum import StrEnum
from time import sleep
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

log = logging.getLogger(__name__)
T = TypeVar("T")
TRIES = 5
SHORTEST, LONGEST = 0.05, 2.0  # seconds: with these, some four seconds at most
_UNDONE = frozenset({"40001", "40P01"})
_AWAY = frozenset({"25006", "55P03", "57P03"})  # read-only, a lock, starting; 53: no room
_LOST = frozenset({"57P01", "57P02", "25P03"})


class Trouble(StrEnum):
    """What a database's error says about the transaction."""

    UNDONE = "undone"
    UNSURE = "unsure"
    AWAY = "away"


def trouble_of(error: BaseException) -> Trouble | None:
    """Return what *error* is, None where it is no trouble of the database but of what was asked."""
    if isinstance(error, sqlite3.OperationalError | NoConnection):
        return Trouble.AWAY
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _UNDONE:
        return Trouble.UNDONE
    if state in _AWAY or state.startswith("53"):
        return Trouble.AWAY
    if error.connection_invalidated or state in _LOST or state.startswith("08"):
        return Trouble.UNSURE
    if isinstance(error, OperationalError):
        return Trouble.AWAY if _is_sqlite(error) else Trouble.UNSURE
    return None


def again(
    work: Callable[[], T],
    *,
    keyed: bool,
    met: bool = False,
    undone: bool = True,
    tries: int = TRIES,
    pause: Callable[[float], None] = sleep,
) -> T:
    """Run *work*, one whole transaction, until it holds or the *tries* are used up.

    *keyed* says that running it twice does no more than once.  *met* also tries once more where two
    transactions added the same row at one moment: the second time it is there to be found.  Where
    not *undone*, a deadlock is raised at once: whoever calls does less the next time.
    """
    for tried in range(1, tries):
        try:
            return work()
        except DBAPIError as error:
            if not _worth_it(error, keyed=keyed, met=met and tried == 1):
                raise
            if not undone and trouble_of(error) is Trouble.UNDONE:
                raise
            log.info("a transaction is tried again (%d): %s", tried, error.orig)
        pause(random.uniform(0, min(LONGEST, SHORTEST * 2**tried)))  # noqa: S311 - no secret
    return work()


def _worth_it(error: DBAPIError, *, keyed: bool, met: bool) -> bool:
    if _is_sqlite(error):
        return False
    trouble = trouble_of(error)
    if trouble is Trouble.UNSURE:
        return keyed
    return trouble is not None or (met and isinstance(error, IntegrityError))


def _is_sqlite(error: DBAPIError) -> bool:
    return isinstance(error.orig, sqlite3.Error)
