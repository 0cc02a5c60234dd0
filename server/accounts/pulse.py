"""Heartbeats on their way into the database: gathered in memory, written every few seconds.

Thousands of stations beat every minute; one transaction for all of them leaves the disk to the
intake.  What is in memory when the server dies is lost, and comes again within a minute.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from threading import Lock

from contract.health import Heartbeat
from server.accounts import health
from server.accounts.health import Beat
from server.db import Database
from server.retry import again
from server.rounds import Rounds

EVERY = 5.0  # seconds between two transactions
AT_ONCE = 500  # stations in one transaction: it is brief, for the intake waits behind it


class Pulse(Rounds):
    """Until it is started, and once it is stopped, every heartbeat is written at once."""

    name = "pulse"
    first_rest, last_round = EVERY, True

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._clock = database, clock
        self._waiting: dict[str, Beat] = {}
        self._lock = Lock()

    def hear(self, said: Heartbeat, now: datetime) -> None:
        with self._lock:
            before = self._waiting.get(said.station)
            self._waiting[said.station] = Beat(said, now, before.count + 1 if before else 1)
        if not self.running:
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

    def round(self) -> float:
        self.flush()  # where it fails: the next heartbeats come within a minute
        return EVERY
