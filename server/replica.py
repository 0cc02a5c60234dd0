"""Officers' pages may be read from a copy that follows: it spares the primary, and is told as such.

How old the copy is stands in the copy itself: a time that is written to the primary every few
seconds.  An older copy than the setting allows, or none that answers, is passed over; a time that
lies as far ahead was written by a clock that ran ahead, and says nothing of the copy's age.
Nothing that decides anything is ever read here, nor by whoever has just changed something.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db import Base, Database, open_database
from server.retry import trouble_of
from server.rounds import Rounds
from server.rows import insert_missing
from server.silence import let_silent_go
from server.times import CLOCKS_DIFFER

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
EVERY_SECONDS = 2.0
ASKED_FOR = timedelta(seconds=1)  # how long what we know of its age counts
LEFT_FOR = timedelta(seconds=5)  # how long one that failed is left alone


class ReplicaBeat(Base):
    """When the primary last said so: the one row that tells how old a copy is."""

    __tablename__ = "replica_beat"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


_BEAT = select(ReplicaBeat.at).where(ReplicaBeat.id == 1)
WROTE = "ghepmau-wrote"  # the cookie of whoever has just changed something


class Replica:
    """The copy, as one process sees it."""

    def __init__(self, url: str, *, within: timedelta, clock: Clock, connections: int = 0) -> None:
        self._database = open_database(url, connections=connections)
        let_silent_go(self._database.engine)
        self._asking = Lock()  # of a copy that hangs one asks, and nobody waits for that
        self._within = within
        self._clock = clock
        self._asked: datetime | None = None
        self._as_of: datetime | None = None

    @property
    def within_seconds(self) -> int:
        return int(self._within.total_seconds())

    def as_of(self) -> datetime | None:
        """Return of when the copy is, or None where it must not be used now."""
        if self._is_due() and self._asking.acquire(blocking=False):
            try:
                self._asked = self._clock()  # to be asked again, unless it fails
                self._as_of = self._ask()
            finally:
                self._asking.release()
        return self._usable(self._as_of)

    def _is_due(self) -> bool:
        now = self._clock()
        return self._asked is None or not self._asked - LEFT_FOR <= now < self._asked + ASKED_FOR

    def as_of_here(self, session: Session) -> datetime | None:
        """Return it of the copy that *session* reads: several may follow, each as fast as it can,
        and which of them a connection leads to nobody knows."""
        return self._usable(session.scalar(_BEAT))

    def _usable(self, as_of: datetime | None) -> datetime | None:
        if as_of is None or abs(self._clock() - as_of) > self._within:
            return None
        return as_of

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read from the copy; if it is in trouble, the next look goes to the primary."""
        try:
            with self._database.read() as session:
                yield session
        except DBAPIError as error:
            if trouble_of(error) is not None:
                self._leave(error)
            raise

    def close(self) -> None:
        self._database.engine.dispose()

    def _ask(self) -> datetime | None:
        try:
            with self._database.read() as session:
                return session.scalar(_BEAT)
        except SQLAlchemyError as error:
            self._leave(error)
            return None

    def _leave(self, error: SQLAlchemyError) -> None:
        log.warning("the copy that officers' pages are read from is left alone: %s", error)
        self._asked, self._as_of = self._clock() + LEFT_FOR, None


def beat(database: Database, now: datetime) -> None:
    """Say to the primary that it is *now*: what was said before holds if it is later, unless the
    clock that said it ran ahead."""
    over = or_(ReplicaBeat.at < now, ReplicaBeat.at > now + CLOCKS_DIFFER)
    with database.write() as session:
        if not insert_missing(session, ReplicaBeat, {"id": 1, "at": now}):
            session.execute(update(ReplicaBeat).where(ReplicaBeat.id == 1, over).values(at=now))


class Beating(Rounds):
    """The beat beside the pages, where there is a copy; without it they read the primary."""

    name = "replica-beat"

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__()
        self._database, self._clock = database, clock

    def round(self) -> float:
        beat(self._database, self._clock())
        return EVERY_SECONDS
