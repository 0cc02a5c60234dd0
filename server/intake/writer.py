"""The one writer: a thread that commits the uploads of many requests together.

A request waits until its events are on the disk.  The queue is bounded, in uploads and in bytes:
when it is full the station is told to come again.  Each process has one writer.
"""

import logging
from _thread import allocate_lock
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from server.db import Database
from server.intake.group import Outcome
from server.intake.pace import Pace, Pacer
from server.intake.storing import Busy as Busy
from server.intake.storing import Job, Storage
from server.intake.upload import Upload

log = logging.getLogger(__name__)
CAPACITY = 256  # uploads that may wait
# Bytes of events that may: read, they take three times as much.  A morning on which 2,000 stations
# come back with 500 events each took 2.3 GB without it.  SQLite stores as much within a second.
MOST_BYTES = 32 << 20
LARGEST_GROUP = 128  # uploads in one commit
# Events in one commit, or uploads if these are large: the next are read while these are written.
MOST_EVENTS, FEWEST_UPLOADS = 500, 3
PATIENCE = 20.0  # seconds that a request waits for its commit


class Writer:
    """Stores uploads.  Until it is started, and once it is stopped, `store` does it at once."""

    def __init__(
        self, database: Database, *, capacity: int = CAPACITY, most_bytes: int = MOST_BYTES
    ) -> None:
        self._storage = Storage(database)
        self._capacity, self._most_bytes = capacity, most_bytes
        self._bytes, self._counting = 0, Lock()  # of what waits and what is being stored
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self.turn = Lock()
        self._thread: Thread | None = None
        self._pacer = Pacer()
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

    def pace(self) -> Pace:
        """Return how fast uploads come."""
        return self._pacer.pace(waiting=not self._queue.empty())

    def waiting(self) -> int:
        """Return how many uploads wait for the writer to come to them."""
        return self._queue.qsize()

    def full(self, size: int = 0) -> bool:
        """Return whether an upload of *size* bytes must come again; one alone always has room."""
        crowded = self._bytes > 0 and self._bytes + size > self._most_bytes
        return self._thread is not None and (crowded or self.waiting() >= self._capacity)

    def store(self, upload: Upload) -> Outcome:
        """Return when every event of *upload* is on the disk.

        Raises Busy if that cannot be said; sending it again is then right, and harmless.
        """
        done = allocate_lock()
        done.acquire()
        job = self.hand_in(upload, lambda _: done.release())
        if not done.acquire(timeout=PATIENCE):
            raise Busy
        return job.result()

    def hand_in(self, upload: Upload, settled: Callable[[Job], None], key: str = "") -> Job:
        """Have *upload* stored, and *settled* called (in the writer's thread) once it is told what
        became of it; *key* as `Job` says.  Raises Busy where too many wait already."""
        job = Job(upload, settled, key)
        if self._thread is None:
            self._write([job])
            return job
        with self._counting:
            if self.full(size := _size(upload)):
                raise Busy
            self._bytes += size
        self._queue.put(job)
        return job

    def _run(self) -> None:
        """Take whatever waits, commit it, and let its requests go on."""
        while (jobs := self._next_group()) is not None:
            self._write(jobs)
            with self._counting:
                self._bytes -= sum(_size(job.upload) for job in jobs)
        with self.turn:
            self._storage.close()

    def _next_group(self) -> list[Job] | None:
        first = self._queue.get()
        if first is None:
            return None
        jobs, events = [first], len(first.upload.arrivals)
        while len(jobs) < FEWEST_UPLOADS or (len(jobs) < LARGEST_GROUP and events < MOST_EVENTS):
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

    def _write(self, jobs: Sequence[Job]) -> None:
        try:
            with self.turn:
                self._storage.store(jobs)
                if self._thread is None:
                    self._storage.close()
            self.after_commit()
        except Exception as error:  # whatever it is, the requests must not wait for ever
            log.exception("the intake could not store an upload")
            for job in jobs:
                job.error = job.error or error
        finally:
            self._pacer.note(waiting=not self._queue.empty())
            for job in jobs:
                job.settled(job)


def _size(upload: Upload) -> int:
    return sum(len(each.payload) for each in upload.arrivals)


def _nothing() -> None:
    """Nobody waits for commits."""
