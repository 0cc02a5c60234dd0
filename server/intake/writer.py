"""The one writer: a thread that commits the uploads of many requests together.

A request waits until its events are on the disk.  The queue is bounded: when it is full the
station is told to come again.  Where a group fails, it is rolled back and its uploads are stored
one by one, so that one bad upload never fails its neighbours.

Each process has one.  Where several share a database (not SQLite), nothing is remembered between
transactions: the heads of the chains are read under a lock.
"""

import logging
from _thread import allocate_lock
from collections.abc import Callable, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic

from sqlalchemy import Connection

from server.db import Database
from server.engines import is_shared
from server.intake import rows
from server.intake.group import Group, Heads, Outcome
from server.intake.upload import Upload
from server.retry import again, trouble_of

log = logging.getLogger(__name__)
CAPACITY = 256  # uploads that may wait
LARGEST_GROUP = 128  # uploads in one commit
MOST_EVENTS = 500  # events in one commit: the next uploads are read while these are written
PATIENCE = 20.0  # seconds that a request waits for its commit


class Busy(Exception):
    """The queue is full, or the disk too slow: nothing is lost if the station comes again."""


class _Job:
    """One upload in the queue; `done` is released when `outcome` or `error` is there."""

    __slots__ = ("done", "error", "outcome", "upload")

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.outcome: Outcome | None = None
        self.error: Exception | None = None
        self.done = allocate_lock()
        self.done.acquire()


class Writer:
    """Stores uploads.  Until it is started, and once it is stopped, `store` does it at once."""

    def __init__(self, database: Database, *, capacity: int = CAPACITY) -> None:
        self._database = database
        self._capacity = capacity
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._heads: Heads = {}
        self._shared = is_shared(database.engine)
        self.turn = Lock()
        self._thread: Thread | None = None
        self._busy_until = 0.0
        self.after_commit: Callable[[], None] = _nothing

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="intake-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join(timeout=PATIENCE)

    def busy(self) -> bool:
        """Return whether uploads are waiting, or came in the last moment."""
        return not self._queue.empty() or monotonic() < self._busy_until

    def waiting(self) -> int:
        """Return how many uploads wait for the writer to come to them."""
        return self._queue.qsize()

    def store(self, upload: Upload) -> Outcome:
        """Return when every event of *upload* is on the disk.

        Raises Busy if that cannot be said; sending it again is then right, and harmless.
        """
        job = _Job(upload)
        if self._thread is None:
            self._write([job])
        elif self.waiting() >= self._capacity:
            raise Busy
        else:
            self._queue.put(job)
            if not job.done.acquire(timeout=PATIENCE):
                raise Busy
        if job.error is not None:
            raise job.error
        if job.outcome is None:
            raise Busy
        return job.outcome

    def _run(self) -> None:
        """Take whatever waits, commit it, and let its requests go on."""
        while (jobs := self._next_group()) is not None:
            self._write(jobs)

    def _next_group(self) -> list[_Job] | None:
        first = self._queue.get()
        if first is None:
            return None
        jobs, events = [first], len(first.upload.arrivals)
        while len(jobs) < LARGEST_GROUP and events < MOST_EVENTS:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            jobs.append(job)
            events += len(job.upload.arrivals)
        return jobs

    def _write(self, jobs: Sequence[_Job]) -> None:
        try:
            with self.turn:
                self._write_together(jobs)
            self.after_commit()
        except Exception as error:  # whatever it is, the requests must not wait for ever
            log.exception("the intake could not store an upload")
            for job in jobs:
                job.error = job.error or error
        finally:
            self._busy_until = monotonic() + 0.05
            for job in jobs:
                job.done.release()

    def _write_together(self, jobs: Sequence[_Job]) -> None:
        try:
            again(partial(self._commit, jobs, careful=False), keyed=True)
        except Exception as error:
            self._heads.clear()
            if trouble_of(error) is None:  # one of them is not what it seems: look at each
                log.info("a group of %d uploads is stored one by one: %s", len(jobs), error)
                for job in jobs:
                    self._write_alone(job)
                return
            log.warning("the database does not take uploads now: %s", error)
            for job in jobs:
                job.error = Busy(str(error))

    def _write_alone(self, job: _Job) -> None:
        try:
            again(partial(self._commit, [job], careful=True), keyed=True)
        except Exception as error:  # this one alone is refused; its neighbours are not
            log.exception("an upload of %s could not be stored", job.upload.station)
            job.error = error if trouble_of(error) is None else Busy(str(error))

    def _commit(self, jobs: Sequence[_Job], *, careful: bool) -> None:
        """Store *jobs* in one transaction; outcomes and heads count only once it is committed."""
        with self._database.engine.begin() as connection:
            group = Group(connection, self._known(connection, jobs))
            outcomes = [group.add(job.upload, careful=careful) for job in jobs]
            group.flush()
        if not self._shared:
            self._heads |= group.heads
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.outcome = outcome

    def _known(self, connection: Connection, jobs: Sequence[_Job]) -> Heads:
        """Return the heads that are known: ours of before, or in a shared database what holds."""
        if not self._shared:
            return self._heads
        keys = {(job.upload.station, each.epoch) for job in jobs for each in job.upload.arrivals}
        return rows.hold_heads(connection, keys)


def _nothing() -> None:
    """Nobody waits for commits."""
