"""Commit the uploads of many requests together: none is answered before that.

Where a group fails, it is rolled back and its uploads are stored one by one, so that one bad upload
never fails its neighbours.

Where several processes share a database (not SQLite), nothing is remembered between transactions:
usual uploads are stored in one statement (`quick`), for others the heads are read under a lock.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from sqlalchemy import Connection, Engine

from server.db import Database
from server.engines import is_shared
from server.intake import quick, rows
from server.intake.group import Group, Heads, Outcome
from server.intake.upload import Upload
from server.retry import again, trouble_of

log = logging.getLogger(__name__)


class Busy(Exception):
    """The queue is full, or the disk too slow: nothing is lost if the station comes again."""


class NotUsual(Exception):
    """An upload that must be looked at; nothing of it was stored."""


class Job:
    """One upload on its way; `settled` is called with it once `outcome` or `error` is there.

    *key*: with which its signature was checked, where that may not be its station's any more; such
    a job is stored where it is usual in every way, and is NotUsual otherwise.
    """

    __slots__ = ("error", "key", "outcome", "settled", "upload")

    def __init__(self, upload: Upload, settled: "Callable[[Job], None]", key: str = "") -> None:
        self.upload = upload
        self.settled = settled
        self.key = key
        self.outcome: Outcome | None = None
        self.error: Exception | None = None

    def result(self) -> Outcome:
        """Return what became of the upload, or raise what stood in its way."""
        if self.error is not None:
            raise self.error
        if self.outcome is None:
            raise Busy
        return self.outcome


class _Kept:
    """A connection that is kept: its statements are prepared already, and what it read of the
    database is at hand.  After an error the next one is fresh."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @contextmanager
    def begun(self) -> Iterator[Connection]:
        """Begin a transaction, committed on the way out."""
        with ExitStack() as after:
            kept, self._connection = self._connection or self._engine.connect(), None
            after.callback(kept.close)
            with kept.begin():
                yield kept
            after.pop_all()
            self._connection = kept

    def close(self) -> None:
        kept, self._connection = self._connection, None
        if kept is not None:
            kept.close()


class Storage:
    """Where one thread at a time stores jobs."""

    def __init__(self, database: Database) -> None:
        self._shared = is_shared(database.engine)
        self._heads: Heads = {}
        self._kept = _Kept(database.engine)
        self._quick = _Kept(database.engine.execution_options(isolation_level="AUTOCOMMIT"))

    def store(self, jobs: Sequence[Job]) -> None:
        """Give each of *jobs* its outcome, or the error that kept it from the disk."""
        usual, others = [job for job in jobs if job.key], [job for job in jobs if not job.key]
        if usual:
            self._store_usual(usual)
        if others:
            self._store_together(others)

    def close(self) -> None:
        """Give the connections back."""
        self._kept.close()
        self._quick.close()

    def _store_usual(self, jobs: Sequence[Job]) -> None:
        error: Exception = NotUsual()
        try:
            again(partial(self._take, jobs), keyed=True)
        except Exception as met:
            log.info("%d usual uploads could not be stored together: %s", len(jobs), met)
            error = error if trouble_of(met) is None else Busy(str(met))
        for job in jobs:
            if job.outcome is None:
                job.error = error

    def _take(self, jobs: Sequence[Job]) -> None:
        """One statement, so it needs no transaction around it."""
        with self._quick.begun() as connection:
            taken = quick.take(connection, [(job.upload, job.key) for job in jobs])
        for job in jobs:
            chain = quick.chain_of(job.upload)
            if chain in taken:
                job.outcome = Outcome(len(job.upload.arrivals))
                taken.remove(chain)

    def _store_together(self, jobs: Sequence[Job]) -> None:
        try:
            again(partial(self._commit, jobs, careful=False), keyed=True)
        except Exception as error:
            self._heads.clear()
            if trouble_of(error) is None:  # one of them is not what it seems: look at each
                log.info("a group of %d uploads is stored one by one: %s", len(jobs), error)
                for job in jobs:
                    self._store_alone(job)
                return
            log.warning("the database does not take uploads now: %s", error)
            for job in jobs:
                job.error = Busy(str(error))

    def _store_alone(self, job: Job) -> None:
        try:
            again(partial(self._commit, [job], careful=True), keyed=True)
        except Exception as error:  # this one alone is refused; its neighbours are not
            log.exception("an upload of %s could not be stored", job.upload.station)
            job.error = error if trouble_of(error) is None else Busy(str(error))

    def _commit(self, jobs: Sequence[Job], *, careful: bool) -> None:
        """Store *jobs* in one transaction; outcomes and heads count only once it is committed."""
        with self._kept.begun() as connection:
            group = Group(connection, self._known(connection, jobs))
            outcomes = [group.add(job.upload, careful=careful) for job in jobs]
            group.flush()
        if not self._shared:
            self._heads |= group.heads
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.outcome = outcome

    def _known(self, connection: Connection, jobs: Sequence[Job]) -> Heads:
        """Return the heads that are known: ours of before, or in a shared database what holds."""
        if not self._shared:
            return self._heads
        keys = {(job.upload.station, each.epoch) for job in jobs for each in job.upload.arrivals}
        return rows.hold_heads(connection, keys)
