"""Heartbeats on their way into the database: gathered in memory, written every few seconds.

Thousands of stations beat every minute; one transaction for all of them leaves the disk to the
intake.  What is in memory when the server dies is lost, and comes again within a minute.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from contract.health import Heartbeat
from server.accounts import health
from server.accounts.health import Beat
from server.db import Database
from server.retry import again

log = logging.getLogger(__name__)
EVERY = 5.0  # seconds between two transactions
AT_ONCE = 500  # stations in one transaction: it is brief, for the intake waits behind it


class Pulse:
    """Until it is started, and once it is stopped, every heartbeat is written at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._waiting: dict[str, Beat] = {}
        self._lock = Lock()
        self._stopping = Event()
        self._thread: Thread | None = None

    def hear(self, said: Heartbeat, now: datetime) -> None:
        with self._lock:
            before = self._waiting.get(said.station)
            self._waiting[said.station] = Beat(said, now, before.count + 1 if before else 1)
        if self._thread is None:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        with self._lock:
            beats, self._waiting = list(self._waiting.values()), {}
        for start in range(0, len(beats), AT_ONCE):
            some = beats[start : start + AT_ONCE]
            again(partial(self._keep, some), keyed=False, met=True)
        if beats:
            again(self._forget_old, keyed=True)

    def _keep(self, beats: Sequence[Beat]) -> None:
        with self._database.write() as session:
            health.keep(session, beats)

    def _forget_old(self) -> None:
        with self._database.write() as session:
            health.forget_old(session, now=self._clock())

    def start(self) -> None:
        self._stopping.clear()
        self._thread = Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=10)

    def _run(self) -> None:
        ending = False
        while not ending:
            ending = self._stopping.wait(EVERY)
            try:
                self.flush()
            except SQLAlchemyError as error:  # the next heartbeats come within a minute
                log.warning("heartbeats could not be kept: %s", error)
